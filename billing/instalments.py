"""In which parts an invoice is due, and what settles it early."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.models import Invoice
from customers.models import TermsPart
from ledger.calendar import due_on
from ledger.money import round_money, spread


@dataclass(frozen=True)
class Instalment:
    """A part of an invoice's total, and the day by which it is to be paid."""

    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class EarlyPayment:
    """What settles an invoice when it is paid by a day: what is to pay in money, less so many percent of the total."""

    until: date
    percent: Decimal
    discount: Decimal
    amount: Decimal


def due_days(day: date, parts: Iterable[TermsPart]) -> list[date]:
    """When each part of an invoice of a day is due."""
    return [
        due_on(day, part.net_days, at_end_of_month=part.at_end_of_month, day_of_month=part.day_of_month)
        for part in parts
    ]


def instalments(total: Decimal, currency: str, day: date, parts: Sequence[TermsPart]) -> list[Instalment]:
    """The total of an invoice of a day in parts by their weights, to the last cent, the earliest due first."""
    shares = spread(total, [part.weight for part in parts], currency)
    by_day: dict[date, Decimal] = {}
    for due, share in sorted(zip(due_days(day, parts), shares, strict=True), key=lambda pair: pair[0]):
        by_day[due] = by_day.get(due, Decimal(0)) + share
    return [Instalment(due, amount) for due, amount in by_day.items() if amount]


def instalments_of(invoice: Invoice, on: date) -> list[Instalment]:
    """The instalments of a document; of a draft without a day of its own, as they are if it is issued on a day."""
    day = invoice.dated_on or on
    if invoice.terms:
        return instalments(invoice.total, invoice.currency, day, list(invoice.terms.parts.all()))
    net_days = 0 if invoice.is_credit_memo else invoice.net_days
    return [Instalment(invoice.due_on or due_on(day, net_days), invoice.total)]


def payments_of(invoice: Invoice, on: date) -> list[Instalment]:
    """What of the instalments is to pay in money, and when: tax that the customer withholds comes off the last ones."""
    left, payments = invoice.withheld, []
    for part in reversed(instalments_of(invoice, on)):
        off = min(left, part.amount)
        left -= off
        payments.append(Instalment(part.due_on, part.amount - off))
    return [payment for payment in reversed(payments) if payment.amount]


def early_payment_of(invoice: Invoice, on: date) -> EarlyPayment | None:
    """What settles an invoice early; of a draft, as its terms promise it if it is issued on a day. Or nothing."""
    percent, until = invoice.early_percent, invoice.early_until
    if invoice.is_draft and invoice.terms:
        percent = invoice.terms.discount_percent
        until = (invoice.dated_on or on) + timedelta(days=invoice.terms.discount_days)
    if not percent or until is None:
        return None
    discount = round_money(invoice.total * percent / 100, invoice.currency)
    return EarlyPayment(until, percent, discount, invoice.to_pay - discount)
