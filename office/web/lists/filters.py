"""What a list can be narrowed by. Each filter reads its own parameters and ignores what makes no sense."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django_stubs_ext import StrOrPromise

from office.letters import standing_in
from office.written import plain_day

LONGEST = 200
Where = str | Callable[[QuerySet[Any], Any], QuerySet[Any]]


@dataclass(frozen=True)
class Filter:
    """A narrowing: `where` is a field path, or a function of queryset and value."""

    key: str
    label: str
    where: Where

    kind = ""

    @property
    def params(self) -> list[str]:
        """The parameters of the address that this filter reads."""
        return [self.key]

    def clean(self, params: Mapping[str, str]) -> Any:
        """The value asked for, or nothing."""
        raise NotImplementedError

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows that fit the value."""
        return self.where(queryset, value) if callable(self.where) else queryset.filter(**{self.where: value})

    def words(self, value: Any) -> str:
        """The value as its chip says it."""
        return str(value)


@dataclass(frozen=True)
class Choice(Filter):
    """One of some values; `choices` are pairs of value and words, or a function that gives them."""

    choices: Iterable[tuple[str, StrOrPromise]] | Callable[[], Iterable[tuple[str, StrOrPromise]]] = ()

    kind = "choice"

    def options(self) -> list[tuple[str, str]]:
        """The values to choose from, with their words."""
        return [
            (str(value), str(words)) for value, words in (self.choices() if callable(self.choices) else self.choices)
        ]

    def clean(self, params: Mapping[str, str]) -> str | None:
        value = params.get(self.key, "")
        return value if value in dict(self.options()) else None

    def words(self, value: str) -> str:
        return dict(self.options())[value]


@dataclass(frozen=True)
class Toggle(Filter):
    """On or off."""

    kind = "toggle"

    def clean(self, params: Mapping[str, str]) -> bool | None:
        return True if params.get(self.key) in ("1", "on", "true") else None

    def words(self, value: bool) -> str:
        return "yes"


@dataclass(frozen=True)
class Text(Filter):
    """Words that a field holds."""

    kind = "text"

    def clean(self, params: Mapping[str, str]) -> str | None:
        return clean_text(params.get(self.key, "")) or None

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if callable(self.where):
            return self.where(queryset, value)
        return queryset.filter(**{f"{self.where}__icontains": value})


@dataclass(frozen=True)
class DateRange(Filter):
    """From a day to a day, both included, either open."""

    kind = "days"

    @property
    def params(self) -> list[str]:
        return [f"{self.key}_from", f"{self.key}_to"]

    def clean(self, params: Mapping[str, str]) -> tuple[date | None, date | None] | None:
        first, last = (clean_day(params.get(name, "")) for name in self.params)
        return (first, last) if first or last else None

    def narrow(self, queryset: QuerySet[Any], value: tuple[date | None, date | None]) -> QuerySet[Any]:
        if callable(self.where):
            return self.where(queryset, value)
        wanted = {f"{self.where}__gte": value[0], f"{self.where}__lte": value[1]}
        return queryset.filter(**{path: day for path, day in wanted.items() if day})

    def words(self, value: tuple[date | None, date | None]) -> str:
        first, last = value
        parts = [first and f"from {plain_day(first)}", last and f"to {plain_day(last)}"]
        return " ".join(part for part in parts if part)


def clean_text(text: str) -> str:
    """What someone typed, without the one character the database refuses, at a sensible length."""
    return text.replace("\0", "").strip()[:LONGEST]


def clean_day(text: str) -> date | None:
    """An ISO day, or nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def search_rows(queryset: QuerySet[Any], fields: tuple[str, ...], text: str) -> QuerySet[Any]:
    """The rows in which every word stands in some of the fields."""
    for word in text.split():
        queryset = queryset.filter(standing_in(queryset.model, fields, word))
    return queryset
