"""A statement as an Excel sheet with true numbers and dates, in the language of its customer."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from credit_control.statements.figures import COLUMNS, Figures, Part, Section
from credit_control.statements.words import column_words, kind_words, title_of
from customers.models import StatementForm
from ledger.money import places
from office.sheets import guard
from office.web.lists.excel import Formats, new_book, write_cell
from office.written import plain_day


def sheet_of(figures: Figures, printed: Mapping[str, Any]) -> bytes:
    """The file: each row of each account, then what they come to by currency and age."""
    with override(printed["language"]):
        file = BytesIO()
        book = new_book(file, in_memory=True)
        _Writer(book, book.add_worksheet(title_of(figures)[:31])).write(figures, printed)
        book.close()
        return file.getvalue()


class _Writer:
    """Writes row after row of one sheet."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet, self.formats, self.bold = sheet, Formats(book), book.add_format({"bold": True})
        self.row = 0
        sheet.set_column(0, 20, 18)

    def write(self, figures: Figures, printed: Mapping[str, Any]) -> None:
        self.heads([title_of(figures), printed["seller"]["name"], printed["buyer"]["name"]])
        self.heads([f"{_('As of')} {plain_day(figures.on)}"])
        self.row += 1
        is_forward = figures.form == StatementForm.BALANCE_FORWARD
        columns = [_("Amount"), _("Balance")] if is_forward else [_("Due"), _("Days late"), _("Amount"), _("Open")]
        disputed = [] if is_forward else [_("Disputed")]
        heads = [_("Customer no."), _("Customer"), _("Document"), _("Number"), _("Date"), *columns, *disputed]
        self.heads([*heads, _("Currency")])
        for section in figures.sections:
            for part in section.parts:
                self.part(figures, section, part, is_forward)
        self.row += 1
        self.heads([_("Balance"), *map(column_words, COLUMNS), _("Currency")])
        for total in figures.totals:
            self.cells([total.closing, *(amount for _name, amount in total.ageing), total.currency], total.currency)

    def part(self, figures: Figures, section: Section, part: Part, is_forward: bool) -> None:
        """One account in one currency."""
        whose = [section.number, section.name]
        if is_forward:
            opening = [*whose, _("Opening balance"), "", figures.from_on, None, part.opening, part.currency]
            self.cells(opening, part.currency)
            for row in part.movements:
                moved = [kind_words(row.kind), row.reference, row.dated_on, row.amount, row.balance, part.currency]
                self.cells([*whose, *moved], part.currency)
            return
        for item in part.items:
            days = [item.dated_on, item.due_on, item.days_late(figures.on)]
            amounts = [item.amount, item.open, item.disputed, part.currency]
            self.cells([*whose, kind_words(item.kind), item.reference, *days, *amounts], part.currency)

    def heads(self, words: Sequence[str]) -> None:
        """A row of headings."""
        for place, text in enumerate(words):
            self.sheet.write_string(self.row, place, guard(text), self.bold)
        self.row += 1

    def cells(self, values: Sequence[Any], currency: str) -> None:
        """A row of values, each in its own kind."""
        for place, value in enumerate(values):
            write_cell(self.sheet, self.row, place, value, self.formats, places(currency))
        self.row += 1
