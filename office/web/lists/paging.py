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


@dataclass(frozen=True)
class Edge:
    """The row at which a page begins or ends, and how many rows stand before the cursor."""

    value: Any
    pk: int
    place: int


Place = tuple[int, Any]
"""A row's id and the value by which it is ordered."""


def take_page(queryset: QuerySet[Any], order: Order, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page:
    """The rows after or before a cursor; without one, the first.

    Which rows those are is found first, and then all that is shown of these few: asked for at once, the database makes
    ready to tell it of every row.
    """
    if edge := read_cursor(before, order):
        places = _places(queryset, order, edge, size, turned=True)
        start = max(edge.place - size, 0) if len(places) > size else 0
        return _page(queryset, places[:size][::-1], start, order, has_previous=len(places) > size, has_next=True)
    edge = read_cursor(after, order)
    places = _places(queryset, order, edge, size, turned=False)
    start = edge.place if edge else 0
    return _page(queryset, places[:size], start, order, has_previous=bool(edge), has_next=len(places) > size)


def _places(queryset: QuerySet[Any], order: Order, edge: Edge | None, size: int, *, turned: bool) -> list[Place]:
    """The places of a page's rows beyond the edge in the way we walk, and of one more, if there is one."""
    ordered = in_order(queryset, order, turned=turned)
    rows = beyond(ordered, order, edge, turned=turned) if edge else ordered
    return list(rows.values_list("pk", SORT)[: size + 1])


def _page(
    queryset: QuerySet[Any], places: list[Place], start: int, order: Order, *, has_previous: bool, has_next: bool
) -> Page:
    """The page of these rows, less those that went since, with the cursors of the first and the last."""
    found = {row.pk: row for row in queryset.filter(pk__in=[pk for pk, _ in places])} if places else {}
    return Page(
        rows=[found[pk] for pk, _ in places if pk in found],
        start=start,
        previous=cursor(places[0], start, order) if places and has_previous else None,
        next=cursor(places[-1], start + len(places), order) if places and has_next else None,
    )


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


def cursor(place: Place, start: int, order: Order) -> str:
    """A row's place in the list, for the address; `start` rows stand before it."""
    pk, value = place
    kind = type(value).__name__
    if kind not in _READERS:
        raise TypeError(f"Column {order.key} cannot order a list: {kind} is no value to go on from.")
    text = value.isoformat() if isinstance(value, date) else str(value)
    return signing.dumps([order.name, kind, text, pk, start], salt=f"list:{order.list_name}", compress=True)


def read_cursor(text: str, order: Order) -> Edge | None:
    """What a cursor says, if it is ours and belongs to this order."""
    try:
        name, kind, value, pk, place = signing.loads(text, salt=f"list:{order.list_name}")
    except signing.BadSignature:
        return None
    return Edge(_READERS[kind](value), pk, place) if name == order.name else None
