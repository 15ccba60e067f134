"""What is expected to be lost of all that was owed on a day, and what of it is posted.

Lifetime expected credit loss by a provision matrix (IFRS 9 5.5.15, B5.5.35): what was open, less what was disputed,
times the percentage that the table of rates of the day gives for how late it was; the sum of each band is rounded once.
What somebody judged by hand goes item by item, in place of its band. An item is as late as the first part of it that is
open, by the day agreed on until then. A dispute ends with a credit memo or not, so no loss is expected of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from credit_control.doubtful import KINDS, table_on
from credit_control.models import ProvisionPosting, ProvisionTable
from credit_control.providing_sql import PROVIDED
from ledger.day_sums import balances_on
from ledger.models import Account, AccountRole
from ledger.money import round_money
from ledger.snapshot import snapshot
from office.models import Company
from office.rates.exchange import kept_rate
from office.written import counted

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What is owed in a currency of which one percentage is expected to be lost; without a rate none in our own."""

    currency: str
    own_currency: str
    rate: Decimal | None
    count: int
    open: Decimal
    disputed: Decimal
    percent: Decimal

    @property
    def undisputed(self) -> Decimal:
        """What nobody objects to."""
        return self.open - self.disputed

    @property
    def expected(self) -> Decimal:
        """What of it is expected to be lost, rounded once."""
        return round_money(self.undisputed * self.percent / 100, self.currency)

    @property
    def company_expected(self) -> Decimal | None:
        """The same in the company's currency."""
        return self._in_own(self.expected)

    @property
    def company_open(self) -> Decimal | None:
        """What is open, in the company's currency."""
        return self._in_own(self.open)

    def _in_own(self, amount: Decimal) -> Decimal | None:
        if not amount:
            return ZERO
        return None if self.rate is None else round_money(amount * self.rate, self.own_currency)


@dataclass(frozen=True, kw_only=True)
class Band(Loss):
    """All that is from so many days late to so many; without a last day, all that is later."""

    days_from: int
    days_to: int | None

    @property
    def label(self) -> str:
        """The band in words."""
        return band_words(self.days_from, self.days_to)


@dataclass(frozen=True, kw_only=True)
class Case(Loss):
    """An item of which somebody judged what is lost, and why."""

    item_id: int
    entry_id: int
    customer_id: int
    customer: str
    reference: str
    days_late: int
    reason: str


class Beside(NamedTuple):
    """What stands on the receivable account in a currency and is no such debt: other debts, and credits below zero."""

    currency: str
    debts: Decimal
    credits: Decimal


@dataclass(frozen=True)
class Provision:
    """What is expected to be lost of what was owed on a day; `table` is none where no rates held on it."""

    company: Company
    on: date
    table: ProvisionTable | None
    bands: list[Band]
    cases: list[Case]
    beside: list[Beside]

    @property
    def losses(self) -> list[Loss]:
        """Every line of it."""
        return [*self.bands, *self.cases]

    @property
    def lacking(self) -> list[str]:
        """The currencies in which something is expected to be lost, and of which no rate is kept for the day."""
        return sorted({loss.currency for loss in self.losses if loss.company_expected is None})

    @property
    def required(self) -> Decimal | None:
        """What is expected to be lost in the company's currency; none where a rate is lacking."""
        return None if self.lacking else sum((loss.company_expected or ZERO for loss in self.losses), ZERO)


def band_words(days_from: int, days_to: int | None) -> str:
    """From how many days late to how many, in words."""
    if days_to is None:
        return f"{counted(days_from, 'day')} late or more" if days_from else "All, however late"
    if days_from == 0:
        return f"Up to {counted(days_to, 'day')} late" if days_to else "Not due"
    return f"{days_from} to {days_to} days late" if days_to > days_from else f"{counted(days_from, 'day')} late"


def provision_on(company: Company, on: date, owner_ids: list[int] | None = None) -> Provision:
    """What was expected to be lost at the end of a day, of all customers or of some owners'."""
    table = table_on(company, on)
    asked: dict[str, Any] = {
        "company_id": company.pk,
        "on": on,
        "owner_ids": owner_ids,
        "kinds": [str(kind) for kind in KINDS],
    }
    with snapshot(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashagg = on")
        cursor.execute(PROVIDED, asked)
        found = cursor.fetchall()
    rates = {currency: _rate(company, currency, on) for currency in sorted({row[1] for row in found})}
    late = [row[1:6] for row in found if row[0] == "late"]
    steps = [(rate.days_from, rate.percent) for rate in table.rates.all()] if table else []
    return Provision(
        company,
        on,
        table,
        bands_of(steps, late, rates, company.currency),
        [_case(row, rates, company.currency) for row in found if row[0] == "judged"],
        [Beside(row[1], row[4], row[5]) for row in found if row[0] == "beside"],
    )


def _rate(company: Company, currency: str, on: date) -> Decimal | None:
    return Decimal(1) if currency == company.currency else kept_rate(company, currency, on)


def bands_of(
    steps: Sequence[tuple[int, Decimal]],
    late: Iterable[tuple[str, int, int, Decimal, Decimal]],
    rates: dict[str, Decimal | None],
    own_currency: str,
) -> list[Band]:
    """Each band of each currency that owes something; before the first of the `steps` nothing is expected to be lost.

    `late` is, by currency and days late, how many items, what was open, and what of that was disputed.
    """
    steps = steps if steps and steps[0][0] == 0 else [(0, ZERO), *steps]
    firsts = [first for first, _ in steps]
    sums: dict[str, list[tuple[int, Decimal, Decimal]]] = {}
    for currency, days, count, opened, disputed in late:
        rows = sums.setdefault(currency, [(0, ZERO, ZERO)] * len(steps))
        place = sum(first <= days for first in firsts) - 1
        before = rows[place]
        rows[place] = (before[0] + count, before[1] + opened, before[2] + disputed)
    return [
        Band(
            currency=currency,
            own_currency=own_currency,
            rate=rates[currency],
            count=count,
            open=opened,
            disputed=disputed,
            percent=percent,
            days_from=first,
            days_to=following - 1 if following is not None else None,
        )
        for currency in sorted(sums)
        for (first, percent), following, (count, opened, disputed) in zip(
            steps, [*firsts[1:], None], sums[currency], strict=True
        )
    ]


def _case(row: tuple[Any, ...], rates: dict[str, Decimal | None], own_currency: str) -> Case:
    _, currency, days_late, _, opened, disputed, percent, reason, item_id, entry_id, customer_id, name, reference = row
    return Case(
        currency=currency,
        own_currency=own_currency,
        rate=rates[currency],
        count=1,
        open=opened,
        disputed=disputed,
        percent=percent,
        item_id=item_id,
        entry_id=entry_id,
        customer_id=customer_id,
        customer=name,
        reference=reference,
        days_late=days_late,
        reason=reason,
    )


def provided_until(company: Company, on: date) -> Decimal:
    """What stands on the provision account at the end of a day, as a figure above zero."""
    accounts = Account.objects.filter(company_id=company.pk, role=AccountRole.PROVISION).values_list("pk", flat=True)
    return -sum((row.company_amount for row in balances_on(accounts, on)), ZERO)


def stand_on(company: Company, on: date) -> list[date]:
    """The later months' ends that were posted for already: what is posted now for a day stands there as well."""
    rows = ProvisionPosting.objects.filter(company=company, on__gt=on).order_by("on")
    return list(rows.values_list("on", flat=True).distinct())
