from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("0002_guards.sql")


class Migration(migrations.Migration):
    """Issued means frozen; see the SQL beside this file."""

    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
