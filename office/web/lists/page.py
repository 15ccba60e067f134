"""A list's page, and the pieces and files that the same address gives when asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString

from office.letters import is_masked
from office.models import User
from office.web.asking import address_answer
from office.web.fields import typed_id
from office.web.lists.cells import cell, css, total_cells, with_box
from office.web.lists.columns import chosen_columns
from office.web.lists.files import FILES, list_file
from office.web.lists.filters import LONGEST, Filter, clean_text, search_rows
from office.web.lists.paging import Order, Page, in_order, take_page
from office.web.lists.spec import BulkAct, Column, ListSpec
from office.web.lists.totals import Totals, capped_count, count_words, totals_of
from office.web.lists.views_menu import ViewsMenu
from office.web.requests import ADDRESS, StaffRequest


@dataclass(frozen=True)
class Chip:
    """An active filter and the address without it."""

    label: str
    words: str
    url: str


@dataclass(frozen=True)
class ColumnChoice:
    """A column in the form that chooses them: whether it is shown, and the address that shows it one place earlier."""

    key: str
    label: str
    is_shown: bool
    earlier_url: str


@dataclass(frozen=True)
class Heading:
    """A column's head: its words, and where a click on it leads."""

    label: str
    css: str
    url: str = ""
    aria_sort: str = ""


class ListPage:
    """One list as one address asks for it. Only what is used is read."""

    def __init__(
        self, spec: ListSpec, queryset: QuerySet[Any], params: QueryDict, reader: User, acts: Sequence[BulkAct] = ()
    ) -> None:
        self.spec, self.everything, self.params, self.reader, self.acts = spec, queryset, params, reader, acts
        self.text = clean_text(params.get("q", "")) if spec.search else ""
        self.columns = chosen_columns(spec, params)
        asked = [(narrowing, narrowing.clean(params)) for narrowing in spec.filters]
        self.active: list[tuple[Filter, Any]] = [(narrowing, value) for narrowing, value in asked if value is not None]

    @cached_property
    def order(self) -> Order:
        """The order asked for, if some column has it, else the list's own."""
        asked = self.params.get("sort", "")
        name = asked if asked.removeprefix("-") in self.sortable else self.spec.order
        key = name.removeprefix("-")
        return Order(self.spec.name, key, self.sortable[key], descending=name.startswith("-"))

    @cached_property
    def sortable(self) -> dict[str, str | Combinable]:
        """By which columns the reader may order: by none that is masked, as the order would tell what stands there."""
        sorts = self.spec.sortable.items()
        return {key: by for key, by in sorts if not (isinstance(by, str) and is_masked(self.everything.model, by))}

    @property
    def has_own_columns(self) -> bool:
        """Whether its reader chose the columns: then none gives way to a smaller window but a phone's."""
        return self.columns != self.spec.usual

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """The columns of its files: those shown, and those that are in every file."""
        more = (column for column in self.spec.columns if column.in_files and column not in self.columns)
        return (*self.columns, *more)

    @cached_property
    def queryset(self) -> QuerySet[Any]:
        """Every row that fits, in no order yet."""
        text = self.spec.fold(self.text)
        if self.spec.search_by:
            queryset = self.spec.search_by(self.everything, text)
        else:
            queryset = search_rows(self.everything, self.spec.search, text)
        for narrowing, value in self.active:
            queryset = narrowing.narrow(queryset, value)
        return queryset

    @property
    def in_order(self) -> QuerySet[Any]:
        """Every row that fits, in the order asked for."""
        return in_order(self.queryset, self.order, turned=False)

    @cached_property
    def page(self) -> Page:
        """The rows of this page."""
        return take_page(self.queryset, self.order, self.params.get("after", ""), self.params.get("before", ""))

    @property
    def rows(self) -> list[list[SafeString]]:
        """The page's rows as table cells."""
        first, *others = self.columns
        return [
            [self._first_cell(first, row), *(self._cell(column, row) for column in others)] for row in self.page.rows
        ]

    def _first_cell(self, column: Column, row: Any) -> SafeString:
        shown = self._cell(column, row)
        return with_box(shown, row) if self.acts else shown

    def _cell(self, column: Column, row: Any) -> SafeString:
        return cell(column, row, self.reader)

    @cached_property
    def count(self) -> str:
        """How many rows fit, in words."""
        return count_words(capped_count(self.queryset.values("pk")))

    @cached_property
    def totals(self) -> list[Totals]:
        """What the rows that fit add up to."""
        return totals_of(self.queryset, self.spec.currency, self.columns)

    @property
    def foot_rows(self) -> list[list[SafeString]]:
        """The foot's rows as table cells, one for each currency."""
        return [total_cells(self.columns, totals) for totals in self.totals]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything hides rows."""
        return bool(self.text or self.active)

    @property
    def has_any(self) -> bool:
        """Whether there would be rows without the narrowing."""
        return self.everything.exists()

    @property
    def chips(self) -> list[Chip]:
        """What narrows the list, each with the way to drop it."""
        searched = [Chip("Search", f"“{self.text}”", self.without("q"))] if self.text else []
        named = [Chip(f.label, f.words(value), self.without(*f.params)) for f, value in self.active]
        return searched + named

    @property
    def clear_url(self) -> str:
        """The address with nothing narrowed."""
        return self.without("q", *self.filter_params)

    @property
    def filter_params(self) -> list[str]:
        """The parameters that the filters read."""
        return [name for narrowing in self.spec.filters for name in narrowing.params]

    @property
    def headings(self) -> list[Heading]:
        """The columns' heads; a click sorts, a second one turns the order round."""
        return [self.heading(column) for column in self.columns]

    def heading(self, column: Column) -> Heading:
        if column.key not in self.sortable:
            return Heading(column.label, css(column))
        is_current = column.key == self.order.key
        turned = f"-{column.key}" if is_current and not self.order.descending else column.key
        direction = ("descending" if self.order.descending else "ascending") if is_current else ""
        return Heading(column.label, css(column), self.address(sort=turned), direction)

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The filters with what the address says of each, for the form."""
        return [
            {"filter": narrowing, "values": [(name, self.params.get(name, "")) for name in narrowing.params]}
            for narrowing in self.spec.filters
        ]

    @cached_property
    def chosen(self) -> QuerySet[Any]:
        """The rows that the boxes of the address choose, among those that match."""
        return chosen_of(self.queryset, self.params)

    @property
    def chosen_sums(self) -> list[tuple[str, Decimal]]:
        """What the chosen rows come to in each currency, by the first column that is added up."""
        first = self.spec.totalled[:1]
        chosen = totals_of(self.chosen, self.spec.currency, first)
        return [(totals.currency, totals.sums[column.key]) for totals in chosen for column in first]

    @property
    def chosen_count(self) -> str:
        return count_words(capped_count(self.chosen.values("pk")))

    @property
    def bulk_url(self) -> str:
        """Where the words about the chosen rows come from."""
        return self.address(part="bulk")

    @property
    def previous_url(self) -> str:
        return self.address(before=self.page.previous) if self.page.previous else ""

    @property
    def next_url(self) -> str:
        return self.address(after=self.page.next) if self.page.next else ""

    @property
    def foot_url(self) -> str:
        """Where the count and the totals come from, after the rows."""
        return self.address(part="foot", first=str(self.page.start + 1), last=str(self.page.end))

    @property
    def with_totals_url(self) -> str:
        """This page with its foot at once, for who has no script."""
        place = {name: self.params.get(name, "") for name in ("after", "before")}
        return self.address(totals="1", **place)

    @property
    def count_words(self) -> str:
        """Which rows of how many, for the foot that is loaded after them."""
        first, last = (clean_number(self.params.get(name, "")) for name in ("first", "last"))
        return f"{first} to {last} of {self.count}" if first and last else self.count

    @property
    def match_words(self) -> str:
        """What a file of the list holds."""
        return f"All {self.count} that match"

    @property
    def here(self) -> str:
        """What narrows and orders the list, for the address of an act on it."""
        return self.address()

    @property
    def files(self) -> list[tuple[str, str]]:
        """The files of all that match: what each is called, and its address."""
        return [(label, self.address(format=name)) for name, label in FILES]

    @property
    def column_choices(self) -> list[ColumnChoice]:
        """The columns that may be left out, those shown first and in their order."""
        shown = self.columns[1:]
        rest = [column for column in self.spec.columns[1:] if column not in shown]
        return [
            ColumnChoice(column.key, column.label, place < len(shown), self._moved(place))
            for place, column in enumerate([*shown, *rest])
        ]

    def _moved(self, place: int) -> str:
        """The address that shows a column one place earlier; nothing for the first and for those left out."""
        keys = [column.key for column in self.columns[1:]]
        if not 0 < place < len(keys):
            return ""
        keys[place - 1 : place + 1] = keys[place], keys[place - 1]
        return self.address(cols=",".join(keys))

    @property
    def usual_columns_url(self) -> str:
        """The same with the list's own columns; nothing where it shows them."""
        return self.without("cols") if self.kept["cols"] else ""

    @property
    def narrowed_words(self) -> list[tuple[str, str]]:
        """What a file says of the list: how it is narrowed and ordered."""
        narrowed = [(chip.label, chip.words) for chip in self.chips] or [("Narrowed", "by nothing")]
        label = next(column.label for column in self.spec.columns if column.key == self.order.key)
        way = "descending" if self.order.descending else "ascending"
        return [*narrowed, ("Ordered", f"by {label}, {way}")]

    def without(self, *names: str) -> str:
        """This list's address less some parameters, at its start."""
        return self.address(**dict.fromkeys(names, ""))

    def address(self, **changes: str) -> str:
        """This list's address with some parameters set, empty ones dropped; the place in it is not kept."""
        return "?" + urlencode({name: value for name, value in (self.kept | changes).items() if value})

    @cached_property
    def kept(self) -> dict[str, str]:
        """What of the address narrows, orders and shows the list; what makes no sense is none of it."""
        keys = [column.key for column in self.columns[1:]]
        narrowing = [name for active, _ in self.active for name in active.params]
        return {
            "q": self.text,
            "sort": self.order.name if self.order.name != self.spec.order else "",
            "cols": ",".join(keys) if self.has_own_columns else "",
            **{name: self.params.get(name, "")[:LONGEST] for name in narrowing},
        }

    def hidden(self, *own: str) -> list[tuple[str, str]]:
        """What a form of the list must keep besides what it asks itself."""
        return [(name, value) for name, value in self.kept.items() if value and name not in own]

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        return self.hidden("q", *self.filter_params)

    @property
    def beside_columns(self) -> list[tuple[str, str]]:
        return self.hidden("cols")


def clean_number(text: str) -> str:
    """The digits that our own address carries; nothing else is shown back."""
    return text if text.isascii() and text.isdigit() and len(text) < 10 else ""


def chosen_of(rows: QuerySet[Any], data: QueryDict) -> QuerySet[Any]:
    """All rows, where everything is ticked, or those that are."""
    if data.get("everything"):
        return rows
    return rows.filter(pk__in=[found for text in data.getlist("selected") if (found := typed_id(text))])


def chosen_rows(request: StaffRequest, spec: ListSpec, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The rows that a list's form sends: those ticked, or all that the list's address matches."""
    return chosen_of(ListPage(spec, queryset, request.GET, request.user).queryset, request.POST)


def list_page(
    request: StaffRequest,
    spec: ListSpec,
    queryset: QuerySet[Any],
    *,
    template: str = "ui/list.html",
    unscoped: QuerySet[Any] | None = None,
    **context: Any,
) -> HttpResponseBase:
    """Answer with the list's page, its foot, its address, or a file of every row that fits.

    `unscoped` tells, when the reader sees nothing at all, whether there is something that they may not see.
    """
    acts = [act for act in spec.bulk if request.user.has_perm(act.permission)]
    shown = ListPage(spec, queryset, request.GET, request.user, acts)
    if request.GET.get("part") == ADDRESS:
        return address_answer(shown.here, spec.title)
    if request.GET.get("format") in dict(FILES):
        return list_file(request, shown)
    if request.GET.get("part") == "foot":
        return render(request, "ui/_list_foot.html", {"list": shown, "spec": spec, "foot_alone": True, **context})
    if request.GET.get("part") == "bulk":
        return render(request, "ui/_bulk_words.html", {"list": shown})
    hidden = unscoped is not None and not shown.page.rows and not shown.has_any and unscoped.exists()
    more = {"nothing_for_you": hidden, "views": ViewsMenu(request, shown.here)}
    return render(request, template, {"list": shown, "spec": spec, **more, **context})
