"""What was done in some days that a ceiling may be for."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from billing.ceilings import given_in
from billing.models import Invoice
from ledger.present import present
from office.models import Company
from office.rates.exchange import in_company_currency
from payments.models import Refund, WriteOff, WriteOffKind
from payments.written_off import WRITE_OFF_SHARE, shares_of


class Paper(NamedTuple):
    """What a rule is about: its number and page, whose it is, and its day."""

    number: str
    url: str
    customer_id: int
    customer: str
    on: date


class Done(NamedTuple):
    """An act: how much in its unit, by whom, and its paper. Some nobody does alone."""

    action: str
    amount: Decimal
    by_id: int | None
    paper: Paper
    is_always: bool = False


def paper_of(document: Invoice) -> Paper:
    """An issued document."""
    return _paper(document, str(document), "billing:invoice", present(document.dated_on))


def _paper(row: Invoice | WriteOff | Refund, number: str, page: str, on: date) -> Paper:
    return Paper(number, reverse(page, args=[row.pk]), row.customer_id, row.customer.name, on)


def given_by(documents: Sequence[Invoice]) -> Iterator[Done]:
    """The discounts and days to pay that issued documents give, and what credit memos credit."""
    for document in documents:
        paper, by_id = paper_of(document), document.issued_by_id
        for given in given_in(document, paper.on):
            yield Done(given.action, given.amount, by_id, paper, given.is_always)
        if document.is_credit_memo:
            amount = in_company_currency(document.company, document.total, document.exchange_rate)
            yield Done("credit_invoice", amount, by_id, paper)


def written_off(company: Company, first: date, last: date, owner_ids: list[int] | None) -> Iterator[Done]:
    """Debts and bank fees that were written off, by amount and by their share of a document."""
    kinds = (WriteOffKind.BAD_DEBT, WriteOffKind.BANK_FEE)
    rows = WriteOff.objects.filter(company=company, kind__in=kinds, written_off_on__range=(first, last))
    found = list(_of_owner(rows, owner_ids).select_related("customer").prefetch_related("entry__items"))
    shares = shares_of(found)
    for row in found:
        paper = _paper(row, row.number, "payments:write_off", row.written_off_on)
        yield Done("write_off", _worth(row), row.created_by_id, paper)
        if row.pk in shares:
            yield Done(WRITE_OFF_SHARE, shares[row.pk], row.created_by_id, paper)


def refunded(company: Company, first: date, last: date, owner_ids: list[int] | None) -> Iterator[Done]:
    """Credits that were paid back."""
    rows = Refund.objects.filter(company=company, refunded_on__range=(first, last), entry__reversed_by=None)
    for row in _of_owner(rows, owner_ids).select_related("customer").prefetch_related("entry__items"):
        paper = _paper(row, row.number, "payments:refund", row.refunded_on)
        yield Done("refund_credit", _worth(row), row.created_by_id, paper)


def _worth(row: WriteOff | Refund) -> Decimal:
    """What it came to in the company's currency."""
    return abs(sum((item.company_amount for item in row.entry.items.all()), Decimal(0)))


def _of_owner(rows: QuerySet, owner_ids: list[int] | None) -> QuerySet:
    mine = rows if owner_ids is None else rows.filter(customer__sales_owner__in=owner_ids)
    return mine.order_by("pk")
