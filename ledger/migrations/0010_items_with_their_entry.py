from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("0010_items_with_their_entry.sql")


class Migration(migrations.Migration):
    """Open items come with their entry, a receivable line with its item; an account keeps its company and role."""

    dependencies = [("ledger", "0009_exchange_items")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
