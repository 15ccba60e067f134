from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_name("0023_merging.sql")


class Migration(migrations.Migration):
    """A customer can be merged into another: whatever names them names that one, and nothing that is known is lost."""

    dependencies = [
        ("customers", "0022_look_alikes"),
        ("ledger", "0017_merging"),
        ("office", "0034_deputies"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "permissions": [
                    ("create_customer", "Add customers"),
                    ("update_customer", "Change customers and their contacts"),
                    ("import_customers", "Import customers from a file"),
                    ("merge_customers", "Make two customers one"),
                ]
            },
        ),
        migrations.AlterModelOptions(name="address", options={"ordering": ["id"], "verbose_name_plural": "addresses"}),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                editable=False,
                help_text="Whose account theirs became part of.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="customer", name="merged_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(merged_into=None, merged_at=None)
                | models.Q(merged_into__isnull=False, merged_at__isnull=False, is_active=False)
                & ~models.Q(merged_into=models.F("pk")),
                name="customer_merged_is_out_of_use",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(merged_into__isnull=False), fields=["merged_into"], name="customer_merged"
            ),
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
    ]
