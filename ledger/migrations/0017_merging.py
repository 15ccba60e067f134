from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("0017_merging.sql")
UNDO = "DROP FUNCTION ledger_merging; DROP FUNCTION ledger_merged;"


class Migration(migrations.Migration):
    """The book can be asked whose account became part of whose, and whether that is being done."""

    dependencies = [("ledger", "0016_provision_accounts")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
