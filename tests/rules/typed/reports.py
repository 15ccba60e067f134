"""What a person types to export the journal and to close a month."""

from datetime import date
from typing import Any

from ledger.models import Account
from reports.operations.sign_close_step import sign_close_step
from tests import world
from tests.reports.closings import kept
from tests.reports.journals import export, map_all
from tests.rules.hostile import DAY, Forms


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    company = customer.company
    world.issue(customer, "10.00", DAY)
    batch = export(company, "csv", DAY)
    world.issue(customer, "10.00", DAY)
    map_all(company)
    account = Account.objects.filter(company_id=company.pk).earliest("pk")
    pack = kept(company, date(2026, 2, 1))
    world.draft(customer, "1.00", dated_on=date(2026, 1, 5))
    sign_close_step(company, date(2026, 1, 1), "whole_check", by=None)
    settings = {"separator": ",", "decimal_sign": ".", "day_form": "%Y-%m-%d", "debtors_from": "10000"}
    settings |= {"datev_adviser": "29098", "datev_client": "1", "account_length": "4", "fiscal_month": "1"}
    settings |= {"chart": "03", "xero_tax_rate": "Tax Exempt", "place_date": "1", "heading_date": "Day"}
    return {
        "reports:journal_new": ([], {"format": "csv", "last_day": str(DAY), "first_day": ""}),
        "reports:journal_accounts": (
            [],
            {f"number_{account.pk}": "1", f"name_{account.pk}": "n", f"tax_code_{account.pk}": "40"},
        ),
        "reports:journal_settings": ([], settings),
        "reports:withdraw_journal": ([batch.pk], {"reason": "r"}),
        "reports:journal_file": ([batch.pk], {}),
        "reports:close_month": (["2026-01"], {"reason": "r"}),
        "reports:reopen_month": (["2026-02"], {"reason": "r"}),
        "reports:make_close_pack": (["2026-02"], {}),
        "reports:sign_close_step": (["2026-01", "drafts"], {"note": "n"}),
        "reports:unsign_close_step": (["2026-01", "whole_check"], {"note": "n"}),
        "reports:close_pack_file": ([pack.files.earliest("pk").pk], {}),
    }
