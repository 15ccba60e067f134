"""Credits by amount and by price, and the reason why, as e-invoices that the official rules accept."""

from datetime import date
from decimal import Decimal

import pytest

from billing.einvoice.kept import kept_einvoice
from billing.einvoice.markup import parse
from billing.einvoice.rules import judge
from billing.models import Invoice, ReasonCode
from billing.operations.credit_invoice import credit_invoice
from billing.operations.wanted_credit import LowerPrice
from customers.models import EInvoiceFormat
from tests import world
from tests.billing.einvoices import buyer, seller

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def billed(form: str) -> Invoice:
    """An invoice of many odd lines at two rates, with a discount on the whole."""
    company = seller()
    taxes = [world.make_tax(company, "19"), world.make_tax(company, "7")]
    lines = [world.line(f"{place}.37", "3", taxes[place % 2]) for place in range(1, 13)]
    return world.issue(buyer(company, form), lines, DAY, discount_amount=Decimal("7.77"))


def fatal(memo: Invoice) -> list[str]:
    content = parse(bytes(kept_einvoice(memo).content))
    return [each.rule for each in judge(content, is_ours=True) if each.is_fatal]


@pytest.mark.parametrize("form", EInvoiceFormat.values)
def test_amounts_lower_prices_and_the_rest_pass_the_rules(form: str) -> None:
    invoice = billed(form)
    code = ReasonCode.objects.get(company=invoice.company, code="goodwill")
    lower = {invoice.lines.get(position=5).pk: LowerPrice(Decimal(2), Decimal("4.9999"))}
    memos = [
        credit_invoice(invoice.pk, wanted, reason="as agreed", reason_code_id=code.pk, by=None, on=DAY)
        for wanted in (Decimal("10.00"), lower, Decimal("33.33"), None)
    ]

    assert [fatal(memo) for memo in memos] == [[]] * 4
    assert sum(memo.total for memo in memos) == invoice.total
    assert b"Goodwill: as agreed" in bytes(kept_einvoice(memos[0]).content)
