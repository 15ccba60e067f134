"""What a kind of finding is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.db.models import QuerySet

from office.models import Company, User
from office.web.lists import Column, Empty, ListSpec
from office.web.lists.filters import Filter
from office.web.lists.totals import capped_count

LARGEST = Decimal(100_000)


class Asked(NamedTuple):
    """Who looks, at which company's book, on which day."""

    user: User
    company: Company
    today: date


@dataclass(frozen=True)
class Limit(Filter):
    """From which number of days or which amount on something is found; the address may name another."""

    usual: Decimal = Decimal(0)
    is_whole: bool = True

    kind = "text"

    def clean(self, params: Mapping[str, str]) -> Decimal | None:
        """The number of the address, where it names one that makes sense."""
        try:
            number = Decimal(params.get(self.key, "").strip().replace(",", "."))
        except InvalidOperation:
            return None
        makes_sense = number.is_finite() and 0 <= number <= LARGEST and (number == int(number) or not self.is_whole)
        return number if makes_sense else None

    def number(self, params: Mapping[str, str]) -> Decimal:
        """The number that counts: the one asked for, or the usual one."""
        asked = self.clean(params)
        return self.usual if asked is None else asked

    def words(self, value: Decimal) -> str:
        return f"{value:f}"


def _as_it_is(rows: QuerySet[Any], value: Decimal) -> QuerySet[Any]:
    """The limit is in the rows' own query."""
    return rows


def days(key: str, label: str, usual: int) -> Limit:
    """A limit in days."""
    return Limit(key, label, _as_it_is, Decimal(usual))


def amount(key: str, label: str, usual: str) -> Limit:
    """A limit in the currency of each row."""
    return Limit(key, label, _as_it_is, Decimal(usual), is_whole=False)


class Way(NamedTuple):
    """The screen that mends it: its words and its page."""

    words: str
    page: str


@dataclass(frozen=True)
class Kind:
    """One kind of finding. `rows` takes who asks and the limit; whoever sees only some customers sees theirs.

    `is_of_whole_book` is what cannot be told of some customers alone.
    """

    key: str
    title: str
    why: str
    cause: str
    way: Way
    rows: Callable[[Asked, Decimal], QuerySet[Any]]
    columns: tuple[Column, ...]
    order: str
    limit: Limit | None = None
    is_of_whole_book: bool = False
    currency: str = "currency"

    def found(self, asked: Asked, params: Mapping[str, str]) -> QuerySet[Any]:
        """The rows by the limit of an address."""
        return self.rows(asked, self.limit.number(params) if self.limit else Decimal(0))

    def count(self, asked: Asked, params: Mapping[str, str]) -> int:
        """How many there are, as far as it is counted."""
        return capped_count(self.found(asked, params).values("pk"))

    @property
    def spec(self) -> ListSpec:
        """The list of what is found: page, CSV and Excel."""
        return ListSpec(
            name=self.key,
            title=self.title,
            columns=self.columns,
            order=self.order,
            filters=(self.limit,) if self.limit else (),
            currency=self.currency,
            empty=Empty("Nothing of this kind", "That is as it should be.", "circle-check"),
        )
