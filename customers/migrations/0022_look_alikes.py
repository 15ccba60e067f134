from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from customers.names import near_name, plain_name, plain_tax_id

AT_ONCE = 2_000


def fill(apps: Any, schema_editor: Any) -> None:
    """Say of the customers who are there what of them others may have alike."""
    model = apps.get_model("customers", "Customer")
    names, last = ("plain_name", "near_name", "plain_tax_id"), 0
    while rows := list(model.objects.filter(pk__gt=last).order_by("pk").only("name", "tax_id")[:AT_ONCE]):
        for row in rows:
            row.plain_name, row.near_name = plain_name(row.name)[:200], near_name(row.name)[:200]
            row.plain_tax_id = plain_tax_id(row.tax_id)[:40]
        model.objects.bulk_update(rows, names)
        last = rows[-1].pk


class Migration(migrations.Migration):
    """Customers who may be one and the same are found by what they have alike; who is said to be two stays two."""

    dependencies = [
        ("customers", "0021_terms_of_a_second_person"),
        ("office", "0034_deputies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NotTheSame",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facts", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("reason", models.CharField(max_length=300)),
                ("said_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "not the same",
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="near_name",
            field=models.CharField(
                default="", editable=False, help_text="What nearly the same names have alike.", max_length=200
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="customer",
            name="plain_name",
            field=models.CharField(
                default="", editable=False, help_text="Its words without legal form.", max_length=200
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="customer",
            name="plain_tax_id",
            field=models.CharField(
                default="", editable=False, help_text="Letters and digits of the tax id.", max_length=40
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="contact_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["company", "plain_name"], name="customer_by_plain_name"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["company", "near_name"], name="customer_by_near_name"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("plain_tax_id", ""), _negated=True),
                fields=["company", "plain_tax_id"],
                name="customer_by_plain_tax_id",
            ),
        ),
        migrations.AddField(
            model_name="notthesame",
            name="company",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.company"),
        ),
        migrations.AddField(
            model_name="notthesame",
            name="first",
            field=models.ForeignKey(
                db_constraint=False,
                help_text="Of the lower id.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="notthesame",
            name="said_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notthesame",
            name="second",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="notthesame",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="not_the_same_once_per_pair"),
        ),
        migrations.AddConstraint(
            model_name="notthesame",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="not_the_same_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="notthesame",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="not_the_same_has_a_reason"
            ),
        ),
    ]
