"""Facts entered straight into the book, without the papers that make them."""

from datetime import date
from decimal import Decimal
from typing import Any

from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.models import AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.posting import customer_posting, post

DAY, DUE = date(2026, 3, 2), date(2026, 4, 1)


def item(amount: str, company_amount: str | None = None, **more: Any) -> OpenItem:
    """An open item that is not entered."""
    known = {"kind": ItemKind.INVOICE, "reference": "INV-1", "due_on": DUE}
    return OpenItem(amount=Decimal(amount), company_amount=Decimal(company_amount or amount), **known | more)


def entry(customer: Customer, key: str, **more: Any) -> Entry:
    """An entry that is not entered."""
    known = {"kind": "test", "dated_on": DAY, "currency": "EUR", "company_currency": customer.company.currency}
    return Entry(company_id=customer.company_id, key=key, **known | more)


def enter(customer: Customer, key: str, *items: OpenItem, **more: Any) -> list[OpenItem]:
    """Enter items of a customer against sales."""
    for each in items:
        each.customer_id = customer.pk
    accounts = default_accounts(customer.company_id)
    amounts = [sum((getattr(each, name) for each in items), Decimal(0)) for name in ("amount", "company_amount")]
    contra = Line(account=accounts[AccountRole.SALES], amount=-amounts[0], company_amount=-amounts[1])
    post(customer_posting(entry(customer, key, **more), accounts[AccountRole.RECEIVABLE], items, [contra]))
    return list(items)


def one(customer: Customer, key: str, amount: str, company_amount: str | None = None, **more: Any) -> OpenItem:
    """One such item, in dollars where it stands for another amount."""
    currency = {"currency": "USD"} if company_amount else {}
    days = {"dated_on": more.pop("dated_on")} if "dated_on" in more else {}
    [entered] = enter(customer, key, item(amount, company_amount, reference=key, **more), **currency | days)
    return entered
