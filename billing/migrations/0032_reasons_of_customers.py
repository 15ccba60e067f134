from django.db import migrations

REASONS = {
    "not_received": "Nothing was delivered",
    "duplicate_disputed": "Billed twice",
    "not_ordered": "Not ordered",
    "other_disputed": "Another reason",
}


def add_reasons(apps, schema_editor):
    """Give every company the reasons that customers choose from too; a code that it has stays as it is."""
    reason_code = apps.get_model("billing", "ReasonCode")
    rows = [
        reason_code(company=company, purpose="dispute", code=code, words=words)
        for company in apps.get_model("office", "Company").objects.all()
        for code, words in REASONS.items()
    ]
    reason_code.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0031_dispute_guards")]
    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
