from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    """Orders and shipments keep to their customer, no more comes back than was shipped, and versions stay."""

    dependencies = [("billing", "0042_finding_guards")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
