"""A list as an Excel file: true numbers and dates, a filter on each head, totals as formulas, and a sheet that says
what the list is.

A total of one currency follows the filter that its reader sets in Excel (SUBTOTAL); those of several currencies add up
the rows of each (SUMIFS).
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any, BinaryIO

from django.http import FileResponse
from xlsxwriter.utility import xl_range_abs

from ledger.money import places
from ledger.refusals import Refused
from office.sheets import guard
from office.web.lists.excel import Formats, excel_response, new_book, write_cell
from office.web.lists.exporting import ListFile

MOST_ROWS = 1_048_000
"""A sheet of Excel holds 1,048,576 rows, those of the head and the totals among them."""
VISIBLE_SUM = 109
WIDTHS = {"money": 16, "price": 14, "number": 12, "day": 12, "moment": 17, "state": 16}
USUAL_WIDTH, CURRENCY_WIDTH = 28, 10
Sums = dict[str, dict[int, Decimal]]
"""By currency, what each column that is added up comes to, by its place."""


def xlsx_response(listing: ListFile) -> FileResponse:
    """The rows as an Excel file. Raises Refused for more than a sheet holds."""
    return excel_response(f"{listing.name}.xlsx", lambda file: write_workbook(file, listing))


def write_workbook(file: BinaryIO, listing: ListFile) -> None:
    """Write the file row by row, in steady memory."""
    book = new_book(file)
    formats = Formats(book)
    sheet = book.add_worksheet(listing.title[:31])
    count, sums = _write_rows(sheet, listing, formats)
    if count:
        sheet.autofilter(0, 0, count, len(listing.headings) - 1)
    _write_totals(sheet, listing, count, sums, formats)
    _set_up(sheet, listing)
    _write_about(book.add_worksheet("About"), listing, formats)
    book.close()


def _write_rows(sheet: Any, listing: ListFile, formats: Formats) -> tuple[int, Sums]:
    """Write the head and the rows; gives how many they are and what they come to."""
    sheet.write_row(0, 0, listing.headings, formats.head)
    summed = [place for place, each in enumerate(listing.columns) if each.total is not None and each.kind == "money"]
    in_money = {place for place, each in enumerate(listing.columns) if each.kind == "money"}
    sums: Sums = defaultdict(lambda: defaultdict(Decimal))
    count = 0
    for count, values in enumerate(listing.values(), start=1):
        if count > MOST_ROWS:
            raise Refused("An Excel sheet holds no more than a million rows. Take CSV.", code="too_many_rows")
        currency, cells = values.get("currency", ""), list(values.values())
        usual = places(currency) if currency else None
        for place, value in enumerate(cells):
            digits = places_of(value) if place in in_money else usual
            write_cell(sheet, count, place, value, formats, digits)
        for place in summed:
            sums[currency][place] += cells[place] or 0
    return count, sums


def places_of(amount: Decimal | None) -> int | None:
    """The places of an amount, which it has of its own currency: a row's may be in several."""
    exponent = amount.as_tuple().exponent if amount is not None else None
    return -exponent if isinstance(exponent, int) else None


def _write_totals(sheet: Any, listing: ListFile, count: int, sums: Sums, formats: Formats) -> None:
    """Under the rows and an empty one, a row for each currency: formulas, each with its value for who reckons none."""
    currency_place = len(listing.columns)
    for at, (currency, amounts) in enumerate(sorted(sums.items()), start=count + 2):
        if not amounts:
            continue
        sheet.write_string(at, 0, f"Total, {currency}", formats.bold)
        sheet.write_string(at, currency_place, currency, formats.bold)
        for place, amount in amounts.items():
            cells = xl_range_abs(1, place, count, place)
            beside = xl_range_abs(1, currency_place, count, currency_place)
            one = f"=SUBTOTAL({VISIBLE_SUM},{cells})"
            formula = one if len(sums) == 1 else f'=SUMIFS({cells},{beside},"{currency}")'
            sheet.write_formula(at, place, formula, formats.total[places(currency)], amount)


def _set_up(sheet: Any, listing: ListFile) -> None:
    """The head stays in sight and on each printed page, and columns are as wide as what they mostly hold."""
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for place, column in enumerate(listing.columns):
        sheet.set_column(place, place, WIDTHS.get(column.kind, USUAL_WIDTH))
    if listing.has_money:
        sheet.set_column(len(listing.columns), len(listing.columns), CURRENCY_WIDTH)


def _write_about(sheet: Any, listing: ListFile, formats: Formats) -> None:
    """What the list is, how it is narrowed, whose it is, and who asked for it when."""
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 80)
    for at, (label, words) in enumerate(listing.about):
        sheet.write_string(at, 0, label, formats.bold)
        sheet.write_string(at, 1, guard(words), formats.wrapped)
