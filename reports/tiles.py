"""The figures on top of the front page, by what their reader works at; each leads to the report it is taken from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.db.models import Case, F, Sum, Value, When
from django.urls import reverse

from billing.access import invoices_for
from billing.models import DocumentKind, DocumentStatus
from ledger.calendar import month_start
from office.models import Company, User
from office.web.ways import may_open
from office.written import money
from reports.ageing import AgeingRow
from reports.frame.question import address
from reports.frame.reading import fetched
from reports.movements import Days, movements_sql
from reports.whole_check import whole_check

ZERO = Decimal(0)
MOVED = f"SELECT currency, family, sum(amount) FROM ({movements_sql()}) AS m GROUP BY 1, 2"  # noqa: S608  our own names


@dataclass(frozen=True)
class Tile:
    """One figure: its words, what it says, and where it is taken from."""

    key: str
    words: str
    text: str
    url: str
    is_bad: bool = False


@dataclass(frozen=True)
class Facts:
    """What tiles are made of: what is owed in each currency by how late it is, and who asks."""

    user: User
    company: Company
    today: date
    owed: Mapping[str, AgeingRow]
    ageing_url: str
    owner_ids: list[int] | None

    @property
    def days(self) -> dict[str, date]:
        """This month until today."""
        return {"first_day": month_start(self.today), "last_day": self.today}

    @cached_property
    def moved(self) -> dict[str, dict[str, Decimal]]:
        """What moved this month, by currency and family."""
        days = Days(self.company.pk, **self.days, owner_ids=self.owner_ids)
        sums: dict[str, dict[str, Decimal]] = {}
        for currency, family, amount in fetched(MOVED, days.parameters):
            sums.setdefault(currency, {})[family] = amount
        return sums


class Kind(NamedTuple):
    """A tile in money: its words, the amounts by currency, and the report; `is_bad` where any is no good news."""

    key: str
    words: str
    amounts: Callable[[Facts], Mapping[str, Decimal]]
    url: Callable[[Facts], str]
    is_bad: bool = False


def _column(column: str, sign: int = 1) -> Callable[[Facts], dict[str, Decimal]]:
    return lambda facts: {currency: sign * getattr(row, column) for currency, row in facts.owed.items()}


def _moved(*families: str, sign: int = 1) -> Callable[[Facts], dict[str, Decimal]]:
    """What these movements of the month came to; what lowers debts is below zero in the book."""
    return lambda facts: {
        currency: sign * sum((sums.get(family, ZERO) for family in families), ZERO)
        for currency, sums in facts.moved.items()
    }


def drafted(facts: Facts) -> dict[str, Decimal]:
    """What is drafted and not issued, credit memos taken off, in each currency."""
    rows = invoices_for(facts.user).filter(company=facts.company, status=DocumentStatus.DRAFT)
    signed = F("total") * Case(When(kind=DocumentKind.CREDIT_MEMO, then=Value(-1)), default=Value(1))
    return dict(rows.order_by("currency").values_list("currency").annotate(sum=Sum(signed)))


OWED = Kind("owed", "Owed now", _column("total"), lambda facts: facts.ageing_url)
OVERDUE = Kind(
    "overdue",
    "Overdue",
    _column("late"),
    lambda facts: facts.ageing_url,
    is_bad=True,
)
CAME_IN = Kind(
    "came_in",
    "Came in this month",
    _moved("collected", "returned", sign=-1),
    lambda facts: address("activity", facts.days),
)
BILLED = Kind(
    "billed",
    "Billed this month",
    _moved("billed"),
    lambda facts: address("movements", {**facts.days, "what": "billed"}),
)
UNBILLED = Kind("unbilled", "Not yet billed", drafted, lambda facts: address("unbilled", {}))
UNAPPLIED = Kind("unapplied", "Not applied", _column("unapplied", -1), lambda facts: address("unapplied", {}))
DISPUTED = Kind("disputed", "In dispute", _column("disputed"), lambda facts: facts.ageing_url)
PLANNED = Kind("planned", "In a plan", _column("planned"), lambda facts: facts.ageing_url)
PROMISED = Kind("promised", "Promised", _column("promised"), lambda facts: facts.ageing_url)

EVERYBODY = (OWED, OVERDUE, CAME_IN)
DASHBOARDS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("office.close_month", (*EVERYBODY, BILLED, DISPUTED)),
    ("billing.draft_invoice", (*EVERYBODY, UNBILLED, UNAPPLIED)),
    ("credit_control.work_list", (*EVERYBODY, DISPUTED, PROMISED, PLANNED)),
)
"""By the right that tells what somebody works at, the first that they have, which figures they see."""


def tiles(facts: Facts) -> list[tuple[str, list[Tile]]]:
    """A row of tiles for each currency, the company's own first; of which there is nothing, only in the own one."""
    kinds = next((kinds for right, kinds in DASHBOARDS if facts.user.has_perm(right)), EVERYBODY)
    amounts = {kind.key: kind.amounts(facts) for kind in kinds}
    own = facts.company.currency
    found = {currency for sums in amounts.values() for currency, amount in sums.items() if amount}
    rows = []
    for currency in sorted({own, *found}, key=lambda each: (each != own, each)):
        row = [_tile(facts, kind, amounts[kind.key].get(currency, ZERO), currency) for kind in kinds]
        if currency == own and facts.user.has_perm("office.close_month") and not facts.user.only_own_customers:
            row.append(_book(facts))
        rows.append((currency, row))
    return rows


def _tile(facts: Facts, kind: Kind, amount: Decimal, currency: str) -> Tile:
    return Tile(
        f"{kind.key}-{currency}",
        kind.words,
        money(amount, currency),
        _leading(facts, kind.url(facts)),
        kind.is_bad and amount > 0,
    )


def _book(facts: Facts) -> Tile:
    """Whether the last whole check of the book found anything."""
    check = whole_check(facts.company)
    words = "1 finding" if check.count == 1 else f"{check.count} findings" if check.count else "Agrees"
    text = words if check.last else "Not checked yet"
    return Tile("book", "The book", text, _leading(facts, reverse("reports:book_checks")), check.count > 0)


def _leading(facts: Facts, url: str) -> str:
    """The page, for who may open it."""
    return url if may_open(facts.user, url) else ""
