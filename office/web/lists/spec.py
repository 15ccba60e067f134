"""What a list is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from office.web.lists.filters import Filter

Kind = Literal["text", "words", "money", "price", "number", "figure", "day", "moment", "state"]
Getter = str | Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """One column.

    `value` is a dotted path on the row or a function of it. `sort` is a field path or expression that is never null.
    `total` is a field path or expression of an amount, summed over the whole filter. `currency` says where a money
    column finds its currency. `url` gives where the value leads, or nothing. `note` is a function of the row that gives
    small words under the value on the page. One that is `in_files` is in every file, and on the page if chosen.
    A "figure" is written already by `value`, such as 44 % or the amounts of several currencies. "Words" are many, and
    may be as long as an address or a hash is without a space.
    """

    key: str
    label: str
    value: Getter
    kind: Kind = "text"
    sort: str | Combinable | None = None
    total: str | Combinable | None = None
    currency: Getter = "currency"
    url: Callable[[Any], str] | None = None
    note: Callable[[Any], str] | None = None
    hide_below: Literal["", "phone", "tablet", "laptop"] = ""
    in_files: bool = False

    @property
    def is_figure(self) -> bool:
        """Whether the column stands flush right."""
        return self.kind in ("money", "price", "number", "figure")


@dataclass(frozen=True)
class BulkAct:
    """What can be done with many rows at once: the button's words, and the address that takes what was chosen."""

    label: str
    url: Callable[[], str]
    permission: str
    icon: str


@dataclass(frozen=True)
class Empty:
    """What a list says when there is nothing yet: what it is for, and the first step."""

    title: str
    text: str
    icon: str = "inbox"
    url_name: str = ""
    action: str = ""


@dataclass(frozen=True)
class ListSpec:
    """A list: its columns, what it can be narrowed by, and its usual order ("-due_on" for the newest first).

    `search` names the fields in which each typed word is looked for, by `search_by` where there is one; `fold` makes
    typed words like what those hold.
    With `bulk` acts, rows can be chosen; `chosen_rows` reads the choice.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    order: str
    empty: Empty
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    search_by: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    search_hint: str = "Search"
    fold: Callable[[str], str] = str
    currency: str = "currency"
    bulk: tuple[BulkAct, ...] = ()

    def __post_init__(self) -> None:
        if self.order.removeprefix("-") not in self.sortable:
            raise ValueError(f"{self.name} is ordered by {self.order!r}, which is no sortable column.")

    @property
    def sortable(self) -> dict[str, str | Combinable]:
        """What can order the list, by the column's key."""
        return {column.key: column.sort for column in self.columns if column.sort is not None}

    @property
    def usual(self) -> tuple[Column, ...]:
        """The columns that the page shows where none are chosen."""
        return tuple(column for column in self.columns if not column.in_files)

    @property
    def totalled(self) -> list[Column]:
        """The columns that are added up at the foot."""
        return [column for column in self.columns if column.total is not None]


def read(row: Any, getter: Getter) -> Any:
    """A row's value for a dotted path or a function; a path that ends early is nothing."""
    if callable(getter):
        return getter(row)
    for name in getter.split("."):
        row = row.get(name) if isinstance(row, dict) else getattr(row, name)
        if row is None:
            return None
    return row() if callable(row) else row
