"""How customers really pay: on time, late, short, several invoices at once, twice, or never. No database here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from ledger.calendar import end_of_month
from ledger.money import round_money

DELAYS = [(-6, 2), (-6, 2), (0, 5), (4, 30), (25, 90)]
"""Days around the due date between which a customer of each kind pays; the first two kinds are the most usual."""
PAYS_TOGETHER = 0.2
NEVER, SHORT, TWICE, NAMES_NOTHING = 0.03, 0.06, 0.02, 0.15


@dataclass(frozen=True)
class Debt:
    """An open invoice as its customer sees it."""

    item_id: int
    reference: str
    dated_on: date
    due_on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Payment:
    """Money on its way: the invoices it names, or none, and what of it settles which of them."""

    paid_on: date
    amount: Decimal
    currency: str
    debts: tuple[Debt, ...]
    names_invoices: bool = True
    shares: tuple[tuple[int, Decimal], ...] = ()

    @property
    def reference(self) -> str:
        """What the payer writes."""
        return ", ".join(debt.reference for debt in self.debts)[:200] if self.names_invoices else "Payment on account"


def payments_of(debts: Sequence[Debt], chance: Random) -> list[Payment]:
    """What a customer with these debts pays, by day, and how a person in the office would apply it."""
    first, last = chance.choice(DELAYS)
    together = chance.random() < PAYS_TOGETHER
    planned: list[Payment] = []
    for group in _groups(debts, together):
        if chance.random() >= NEVER:
            planned += _pay(group, timedelta(days=chance.randint(first, last)), chance)
    return _applied(sorted(planned, key=lambda payment: payment.paid_on), debts)


def _groups(debts: Iterable[Debt], together: bool) -> list[list[Debt]]:
    """Each debt by itself, or all that fall due in a month, of one currency."""
    groups: dict[object, list[Debt]] = {}
    for debt in debts:
        key = (debt.currency, end_of_month(debt.due_on)) if together else debt.item_id
        groups.setdefault(key, []).append(debt)
    return list(groups.values())


def _pay(group: list[Debt], delay: timedelta, chance: Random) -> list[Payment]:
    """One payment for the group, sometimes short, sometimes made again some days later."""
    currency = group[0].currency
    day = max(max(debt.due_on for debt in group) + delay, max(debt.dated_on for debt in group))
    amount = sum((debt.amount for debt in group), Decimal(0))
    if chance.random() < SHORT:
        amount = round_money(amount * chance.randint(40, 97) / 100, currency) or amount
    payment = Payment(day, amount, currency, tuple(group), names_invoices=chance.random() >= NAMES_NOTHING)
    if chance.random() < TWICE:
        return [payment, replace(payment, paid_on=day + timedelta(days=chance.randint(2, 20)))]
    return [payment]


def _applied(payments: Iterable[Payment], debts: Sequence[Debt]) -> list[Payment]:
    """The payments with what each settles: the invoices it names, else the oldest. What finds none stays on account."""
    left = {debt.item_id: debt.amount for debt in debts}
    oldest = sorted(debts, key=lambda debt: (debt.due_on, debt.dated_on, debt.item_id))
    applied = []
    for payment in payments:
        there = [debt for debt in oldest if debt.dated_on <= payment.paid_on and debt.currency == payment.currency]
        shares = _shares(payment.amount, payment.debts if payment.names_invoices else there, left)
        applied.append(replace(payment, shares=shares))
    return applied


def _shares(amount: Decimal, debts: Iterable[Debt], left: dict[int, Decimal]) -> tuple[tuple[int, Decimal], ...]:
    shares = []
    for debt in debts:
        share = min(amount, left[debt.item_id])
        if share > 0:
            shares.append((debt.item_id, share))
            left[debt.item_id] -= share
            amount -= share
    return tuple(shares)
