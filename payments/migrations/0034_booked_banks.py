from typing import Any

from django.db import migrations

SQL = """
DROP TRIGGER booked_bank_written_once ON payments_bookedbank;
CREATE TRIGGER booked_bank_written_once BEFORE UPDATE ON payments_bookedbank
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""
BACK = """
DROP TRIGGER booked_bank_written_once ON payments_bookedbank;
CREATE TRIGGER booked_bank_written_once BEFORE UPDATE OR DELETE ON payments_bookedbank
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""


def book_bank_accounts(apps: Any, schema_editor: Any) -> None:
    """Give each bank account its account of the book: a company's first the usual one, each other one of its own."""
    bank_accounts, accounts, booked = (
        apps.get_model(*name) for name in (("office", "BankAccount"), ("ledger", "Account"), ("payments", "BookedBank"))
    )
    for bank_account in bank_accounts.objects.filter(booked=None).order_by("pk"):
        of_company = accounts.objects.filter(company_id=bank_account.company_id)
        account = (
            of_company.filter(role="bank", is_default=True).exclude(pk__in=booked.objects.values("account")).first()
        )
        if account is None:
            codes = {"1050", *of_company.values_list("code", flat=True)}
            code = next(str(code) for code in range(1000, 10**6, 10) if str(code) not in codes)
            account = accounts.objects.create(
                company_id=bank_account.company_id, code=code, name=bank_account.name, role="bank"
            )
        booked.objects.create(bank_account=bank_account, account=account)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0033_granted_discounts"),
    ]

    operations = [
        migrations.RunSQL(SQL, BACK),
        migrations.RunPython(book_bank_accounts, migrations.RunPython.noop),
    ]
