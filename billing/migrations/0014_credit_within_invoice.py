from pathlib import Path

from django.db import migrations

from billing.reason_codes import USUAL

SQL = Path(__file__).with_suffix(".sql")


def add_usual_reasons(apps, schema_editor):
    """Give every company the reasons that a new one begins with."""
    ReasonCode = apps.get_model("billing", "ReasonCode")
    companies = apps.get_model("office", "Company").objects.all()
    ReasonCode.objects.bulk_create(
        ReasonCode(company=company, code=code, words=words) for company in companies for code, words in USUAL.items()
    )


class Migration(migrations.Migration):
    """A credit memo takes at most what is left, see the SQL beside this file; and companies get their usual reasons."""

    dependencies = [("billing", "0013_reasons_and_amounts")]
    operations = [
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
        migrations.RunPython(add_usual_reasons, migrations.RunPython.noop),
    ]
