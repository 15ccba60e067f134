from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("0002_guards.sql")


class Migration(migrations.Migration):
    """Guards the book in the database; see the SQL beside this file."""

    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
