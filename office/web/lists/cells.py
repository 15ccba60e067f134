"""A list's cells as the page shows them."""

from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from office import written
from office.models import User
from office.templatetags import ui
from office.web.lists.spec import Column, read
from office.web.lists.totals import Totals
from office.web.ways import may_open


def cell(column: Column, row: Any, reader: User) -> SafeString:
    """One table cell: the value, as a link where its reader may follow it, with its small words below."""
    shown = content(column, row)
    classes = f"{css(column)} whole" if column.kind == "text" and written.is_one_word(shown) else css(column)
    url = column.url(row) if column.url else ""
    if url and may_open(reader, url):
        shown = format_html('<a href="{}">{}</a>', url, shown)
    note = column.note(row) if column.note else ""
    if note:
        shown = format_html('{}<div class="cell-note">{}</div>', shown, note)
    return format_html('<td class="{}">{}</td>', classes, shown)


def with_box(shown: SafeString, row: Any) -> SafeString:
    """The first cell of a row that can be chosen, its box before the rest."""
    box = format_html(
        '<input class="form-check-input row-box" type="checkbox" name="selected" value="{}" aria-label="Choose {}">',
        row.pk,
        row,
    )
    opening, rest = shown.split(">", 1)
    return SafeString(f"{opening}>{box}{rest}")


def content(column: Column, row: Any) -> SafeString | str:
    """A value in the words, figures or badge of its kind."""
    value = read(row, column.value)
    if column.kind == "money":
        return written.money(value, read(row, column.currency))
    if column.kind == "price":
        return written.price(value, read(row, column.currency))
    if column.kind == "number":
        return written.quantity(value)
    if column.kind == "day":
        return ui.day(value)
    if column.kind == "moment":
        return ui.moment(value)
    if column.kind == "state" and value is not None:
        return ui.state_badge(value)
    return conditional_escape("" if value is None else value)


def css(column: Column) -> str:
    """The classes of a column's cells."""
    names = ["amount" if column.is_figure else f"kind-{column.kind}"]
    return " ".join([*names, f"hide-{column.hide_below}"] if column.hide_below else names)


def total_cells(columns: tuple[Column, ...], totals: Totals) -> list[SafeString]:
    """The foot's cells for one currency; the first says what the figures cover."""
    named = format_html('<th scope="row" class="whole">Total, {}</th>', totals.currency)
    return [named, *(total_cell(column, totals) for column in columns[1:])]


def total_cell(column: Column, totals: Totals) -> SafeString:
    """A sum under its column, or nothing."""
    amount = totals.sums.get(column.key)
    return format_html(
        '<td class="{}">{}</td>', css(column), "" if amount is None else written.money(amount, totals.currency)
    )
