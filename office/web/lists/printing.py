"""A list as a PDF to print: across the paper, what narrows it in words, and a total for each currency."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from ledger.refusals import Refused
from office import written
from office.models import Company, User
from office.papers.tables import PaperTable, tables_page
from office.states import STATES
from office.web.lists.exporting import ListFile
from office.web.lists.spec import Column, read
from office.web.lists.totals import Totals

MOST_PRINTED = 2_000
PDF = "application/pdf"


def pdf_response(listing: ListFile, totals: Sequence[Totals], company: Company, reader: User) -> HttpResponse:
    """The rows as a PDF. Raises Refused for more than one holds: half a list would pass for the whole."""
    rows = list(listing.rows[: MOST_PRINTED + 1])
    if len(rows) > MOST_PRINTED:
        raise Refused(
            f"A PDF holds {MOST_PRINTED:,} rows, and more than that match. Narrow the list, or take Excel: it has all.",
            code="too_many_rows",
        )
    table = PaperTable(
        listing.title,
        [column.label for column in listing.columns],
        [column.is_figure for column in listing.columns],
        [[cell_words(column, row) for column in listing.columns] for row in rows],
        [_total_words(listing.columns, each) for each in totals],
        "" if rows else "Nothing matches.",
    )
    about = f"{len(rows):,} rows"
    content = tables_page(company, listing.title, about, listing.narrowed, [table], made_by=str(reader)).pdf()
    headers = {"Content-Disposition": f'attachment; filename="{listing.name}.pdf"'}
    return HttpResponse(content, content_type=PDF, headers=headers)


def cell_words(column: Column, row: Any) -> str:
    """A cell's value in plain words, as its reader writes them."""
    value = read(row, column.value)
    if column.kind == "money":
        return written.money(value, read(row, column.currency))
    if column.kind == "price":
        return written.price(value, read(row, column.currency))
    if column.kind == "number":
        return written.quantity(value)
    if column.kind == "day":
        return written.plain_day(value)
    if column.kind == "moment":
        return written.plain_moment(value) if value else ""
    if column.kind == "state" and value is not None:
        return str(STATES[value][0]) if value in STATES else str(value).replace("_", " ").capitalize()
    return "" if value is None else str(value)


def _total_words(columns: Sequence[Column], totals: Totals) -> list[str]:
    sums = [totals.sums.get(column.key) for column in columns]
    words = ["" if amount is None else written.money(amount, totals.currency) for amount in sums]
    return [f"Total, {totals.currency}", *words[1:]]
