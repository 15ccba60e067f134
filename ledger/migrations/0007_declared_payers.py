from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("0007_declared_payers.sql")


class Migration(migrations.Migration):
    """An allocation joins one customer's items, or a debt with a credit of its customer's declared payer."""

    dependencies = [("ledger", "0006_plain_reference")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
