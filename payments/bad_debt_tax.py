"""How much of what is written off was tax, rate by rate: what an office may claim back where the law allows it.

The tax goes with the gross in proportion (EU VAT Directive, article 90; UK VAT Notice 700/18): of an invoice, less what
was credited of it. Parts that are written off one after another take, together, exactly the invoice's tax.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from billing.models import DocumentStatus, Invoice, InvoiceTax, RateKind
from billing.queries import given_up_of
from ledger.accounts import default_accounts
from ledger.models import AccountRole, OpenItem
from ledger.money import round_money
from ledger.present import present
from payments.models import WriteOffTax

ZERO = Decimal(0)


class Rate(NamedTuple):
    """A rate of a document's tax summary, and the account its tax went to."""

    name: str
    category: str
    percent: Decimal
    account_id: int


class TaxShare(NamedTuple):
    """The tax of one rate in what is written off of an invoice, and what it was taken of."""

    invoice_id: int
    rate: Rate
    base: Decimal
    amount: Decimal


def tax_in(shares: Iterable[tuple[OpenItem, Decimal]]) -> list[TaxShare]:
    """The tax in so much of each open item; an item that is no issued invoice's has none."""
    by_entry: dict[int, Decimal] = {}
    for item, amount in shares:
        by_entry[item.entry_id] = by_entry.get(item.entry_id, ZERO) + amount
    invoices = Invoice.objects.filter(entry__in=by_entry, total__gt=0).order_by("pk")
    return [share for invoice in invoices for share in _tax_of(invoice, by_entry[present(invoice.entry_id)])]


def total_tax(shares: Sequence[TaxShare]) -> Decimal:
    """What the shares come to."""
    return sum((share.amount for share in shares), ZERO)


def _tax_of(invoice: Invoice, gross: Decimal) -> list[TaxShare]:
    """The part of each rate that goes with so much gross, after what went with earlier write-offs."""
    left, rates = _uncredited(invoice)
    before = given_up_of(invoice)
    if left <= 0:
        return []
    part = min((before + gross) / left, Decimal(1))
    shares = []
    for rate, (base, amount) in rates.items():
        taken_base, taken = _relieved(invoice, rate)
        due = round_money(amount * part, invoice.currency) - taken
        if due:
            due_base = round_money(base * part, invoice.currency) - taken_base
            shares.append(TaxShare(invoice.pk, rate, due_base, due))
    return shares


def _uncredited(invoice: Invoice) -> tuple[Decimal, dict[Rate, tuple[Decimal, Decimal]]]:
    """The total of an invoice, and base and tax of each rate, less those of its credit memos."""
    usual = default_accounts(invoice.company_id)[AccountRole.TAX].pk
    memos = list(invoice.credit_memos.filter(status=DocumentStatus.ISSUED))
    rates: dict[Rate, tuple[Decimal, Decimal]] = {}
    rows = InvoiceTax.objects.filter(invoice__in=[invoice, *memos]).exclude(kind=RateKind.WITHHELD)
    for row in rows.order_by("position", "pk"):
        rate = Rate(row.name, row.category, row.percent, row.account_id or usual)
        sign = 1 if row.invoice_id == invoice.pk else -1
        base, amount = rates.get(rate, (ZERO, ZERO))
        rates[rate] = (base + sign * row.base, amount + sign * row.amount)
    return invoice.total - sum((memo.total for memo in memos), ZERO), rates


def _relieved(invoice: Invoice, rate: Rate) -> tuple[Decimal, Decimal]:
    rows = WriteOffTax.objects.filter(invoice=invoice, write_off__status="recorded", **rate._asdict())
    sums = rows.aggregate(base=Sum("base"), amount=Sum("amount"))
    return sums["base"] or ZERO, sums["amount"] or ZERO
