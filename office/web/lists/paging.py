"""Pages by key: the next page begins after a row, not after a number of rows, so the last is as quick as the first.

A cursor holds the edge row's sort value and id, and how many rows stand before the page. It is signed: one that someone
made up, or that belongs to another order, is ignored and the list begins at its start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable

PAGE_SIZE = 50
SORT = "list_sort"

_READERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "bool": lambda text: text == "True",
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


@dataclass(frozen=True)
class Order:
    """By what a list is ordered: the column's key, its expression, and which way."""

    list_name: str
    key: str
    expression: str | Combinable
    descending: bool

    @property
    def name(self) -> str:
        """The order as the address says it."""
        return f"-{self.key}" if self.descending else self.key


@dataclass(frozen=True)
class Page:
    """Some rows of a list, where they stand, and the cursors to their neighbours."""

    rows: list[Any]
    start: int
    previous: str | None
    next: str | None

    @property
    def end(self) -> int:
        """The place of the last row, counted from one."""
        return self.start + len(self.rows)


def take_page(queryset: QuerySet[Any], order: Order, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page:
    """The rows after or before a cursor; without one, the first."""
    queryset = in_order(queryset, order, turned=False)
    if edge := read_cursor(before, order):
        rows = list(in_order(beyond(queryset, order, edge, turned=True), order, turned=True)[: size + 1])
        start = max(edge.place - size, 0) if len(rows) > size else 0
        return page_of(rows[:size][::-1], start, order, has_previous=len(rows) > size, has_next=True)
    edge = read_cursor(after, order)
    rows = list((beyond(queryset, order, edge, turned=False) if edge else queryset)[: size + 1])
    return page_of(rows[:size], edge.place if edge else 0, order, has_previous=bool(edge), has_next=len(rows) > size)


@dataclass(frozen=True)
class Edge:
    """The row at which a page begins or ends, and how many rows stand before the cursor."""

    value: Any
    pk: int
    place: int


def in_order(queryset: QuerySet[Any], order: Order, *, turned: bool) -> QuerySet[Any]:
    """The rows in the list's order, or in the opposite one; ids settle ties."""
    expression = F(order.expression) if isinstance(order.expression, str) else order.expression
    sign = "-" if order.descending != turned else ""
    ordered: QuerySet[Any] = queryset.annotate(**{SORT: expression})
    return ordered.order_by(f"{sign}{SORT}", f"{sign}pk")


def beyond(queryset: QuerySet[Any], order: Order, edge: Edge, *, turned: bool) -> QuerySet[Any]:
    """The rows that come after the edge in the way we walk."""
    step = "lt" if order.descending != turned else "gt"
    past = Q(**{f"{SORT}__{step}": edge.value}) | Q(**{SORT: edge.value, f"pk__{step}": edge.pk})
    return queryset.filter(Q(**{f"{SORT}__{step}e": edge.value}) & past)


def page_of(rows: list[Any], start: int, order: Order, *, has_previous: bool, has_next: bool) -> Page:
    """The page with the cursors of its first and last row."""
    return Page(
        rows=rows,
        start=start,
        previous=cursor(rows[0], start, order) if rows and has_previous else None,
        next=cursor(rows[-1], start + len(rows), order) if rows and has_next else None,
    )


def cursor(row: Any, place: int, order: Order) -> str:
    """The row's place in the list, for the address."""
    value = getattr(row, SORT)
    kind = type(value).__name__
    if kind not in _READERS:
        raise TypeError(f"Column {order.key} cannot order a list: {kind} is no value to go on from.")
    text = value.isoformat() if isinstance(value, date) else str(value)
    return signing.dumps([order.name, kind, text, row.pk, place], salt=f"list:{order.list_name}", compress=True)


def read_cursor(text: str, order: Order) -> Edge | None:
    """What a cursor says, if it is ours and belongs to this order."""
    try:
        name, kind, value, pk, place = signing.loads(text, salt=f"list:{order.list_name}")
    except signing.BadSignature:
        return None
    return Edge(_READERS[kind](value), pk, place) if name == order.name else None
