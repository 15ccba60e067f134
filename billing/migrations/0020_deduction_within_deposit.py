from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    """Of a deposit at most what is left is deducted, see the SQL beside this file."""

    dependencies = [("billing", "0019_deposits"), ("ledger", "0004_deposits")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
