"""The plain journal as an Excel sheet: true numbers and days, the head frozen, and totals that the sheet works out."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from xlsxwriter.utility import xl_col_to_name

from ledger.money import places
from ledger.refusals import Refused
from office.sheets import guard
from office.web.lists.excel import EXCEL, Formats, new_book
from reports.journal.entries import Format, Head, JournalEntry
from reports.journal.plain import fault_of_account, headings, rows, uses_debtors
from reports.journal.texts import one_line
from reports.models import JournalFormat

MOST_ROWS = 1_048_000
"""A sheet of Excel has so many, less what the totals need."""
SUMMED = ("debit", "credit", "company_amount")


def write(file: BinaryIO, head: Head, entries: Iterator[JournalEntry]) -> None:
    """Write the sheet row by row, in steady memory. Raises Refused for more rows than a sheet has."""
    book = new_book(file)
    sheet, formats, names = book.add_worksheet("Journal"), Formats(book), [name for name, _ in head.settings.columns]
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(names) - 1, 18)
    sheet.write_row(0, 0, [guard(one_line(each)) for each in headings(head.settings)], bold)
    sums: dict[tuple[str, str], Decimal] = {}
    home, at = head.company.currency, 0
    for at, (entry, values) in enumerate(rows(head, entries), start=1):
        if at > MOST_ROWS:
            raise Refused("That is more than a sheet of Excel has room for: choose fewer days.", code="too_many_rows")
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            currency = home if name == "company_amount" else entry.currency
            _write(sheet, at, place, value, formats, places(currency))
            if isinstance(value, Decimal):
                sums[name, currency] = sums.get((name, currency), Decimal(0)) + value
    _write_totals(sheet, at, names, sums, formats, home)
    book.close()


def _write(sheet: Any, row: int, place: int, value: Any, formats: Formats, digits: int) -> None:
    if isinstance(value, Decimal):
        sheet.write_number(row, place, value, formats.money[digits])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, formats.day)
    elif value:
        sheet.write_string(row, place, guard(one_line(value)))


def _write_totals(
    sheet: Any, last: int, names: list[str], sums: dict[tuple[str, str], Decimal], formats: Formats, home: str
) -> None:
    """A row of sums for each currency that amounts are in, below the rows."""
    currencies = sorted({currency for name, currency in sums if name != "company_amount"} or {home})
    for row, currency in enumerate(currencies, start=last + 2):
        if names[0] not in SUMMED:
            sheet.write_string(row, 0, f"Total {currency}")
        for place, name in enumerate(names):
            if name in ("debit", "credit"):
                formula = _sum_of(place, last, names.index("currency"), currency if len(currencies) > 1 else "")
                value = sums.get((name, currency), Decimal(0))
                sheet.write_formula(row, place, formula, formats.money[places(currency)], value)
            elif name == "company_amount" and row == last + 2:
                sheet.write_formula(row, place, _sum_of(place, last), formats.money[places(home)], 0)


def _sum_of(place: int, last: int, currency_place: int = 0, currency: str = "") -> str:
    column, head = xl_col_to_name(place), xl_col_to_name(currency_place)
    cells = f"{column}2:{column}{last + 1}"
    return f'=SUMIF({head}2:{head}{last + 1},"{currency}",{cells})' if currency else f"=SUM({cells})"


FORMAT = Format(
    name=JournalFormat.EXCEL,
    extension="xlsx",
    media_type=EXCEL,
    notes=(
        "A row for each line of an entry, with the amount in the entry's currency and in the company's.",
        "Columns are chosen under Settings. The totals below are formulas.",
    ),
    write=write,
    fault_of_account=fault_of_account,
    uses_debtors=uses_debtors,
)
