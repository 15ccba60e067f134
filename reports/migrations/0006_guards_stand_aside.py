from django.db import migrations

SQL = """
ALTER TABLE payments_onlinepaymentpart ALTER CONSTRAINT online_part_of_its_payment DEFERRABLE INITIALLY IMMEDIATE;
SELECT customers_let_guards_aside();
"""


class Migration(migrations.Migration):
    """While two customers are merged, guards of rows that name them stand aside. Here, as this room sees all others."""

    dependencies = [
        ("reports", "0005_kept_forecasts"),
        ("customers", "0023_merging"),
        ("billing", "0045_required_facts"),
        ("payments", "0051_paid_notices"),
        ("credit_control", "0018_provision_postings"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
