from datetime import timedelta

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

EVERYTHING = ["everything"]


def everything():
    """What keys could do before there were scopes."""
    return EVERYTHING


def in_a_year():
    """Those that had no end work for a year more."""
    return timezone.now() + timedelta(days=365)


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0037_audit_chain"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                default=everything,
                help_text="What it may do: office.scopes.",
                size=None,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="apitoken",
            name="company",
            field=models.ForeignKey(
                help_text="The only one it opens; else all.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="office.company",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43),
                default=list,
                help_text="Where it may be used from; none: anywhere.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="expires_at",
            field=models.DateTimeField(default=in_a_year),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="apitoken",
            name="old_hash",
            field=models.CharField(help_text="Of the secret before this one.", max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="old_ends_at",
            field=models.DateTimeField(help_text="Until then the secret before works beside the new one.", null=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="last_used_from",
            field=models.CharField(blank=True, default="", help_text="An address.", max_length=45),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(condition=models.Q(("scopes__len__gt", 0)), name="key_opens_something"),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))), name="key_ends_after_it_began"
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("old_ends_at__isnull", True), ("old_hash__isnull", True)),
                    models.Q(("old_ends_at__isnull", False), ("old_hash__isnull", False)),
                    _connector="OR",
                ),
                name="old_secret_has_an_end",
            ),
        ),
    ]
