from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql")


class Migration(migrations.Migration):
    """Tells other programs what is settled; see the SQL beside this file."""

    dependencies = [("billing", "0046_not_opened"), ("office", "0041_webhooks"), ("ledger", "0017_merging")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
