from django.db import migrations

TIES = [
    ("ledger_account", "company_id", "office_company"),
    ("ledger_entry", "company_id", "office_company"),
    ("ledger_entry", "by_id", "office_user"),
    ("ledger_line", "customer_id", "customers_customer"),
    ("ledger_openitem", "company_id", "office_company"),
    ("ledger_openitem", "customer_id", "customers_customer"),
    ("ledger_allocation", "by_id", "office_user"),
    ("ledger_period", "company_id", "office_company"),
    ("office_outgoingmail", "customer_id", "customers_customer"),
    ("office_outgoingmail", "contact_id", "customers_contact"),
]


def tie(table: str, column: str, target: str) -> migrations.RunSQL:
    name = f"{table}_{column}_exists"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {target} (id)"
        " DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """The book and the office hold plain ids of people below them in the house; here the database ties them."""

    dependencies = [
        ("customers", "0001_initial"),
        ("ledger", "0002_guards"),
        ("office", "0001_initial"),
    ]
    operations = [tie(*columns) for columns in TIES]
