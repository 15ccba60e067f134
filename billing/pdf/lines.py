"""The printed table of lines: its rows, what each carries over to the next page, and how wide its columns are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.models import Invoice, InvoiceLine
from billing.sections import sections_of
from office.papers.widths import DENSE_EM_MM, EM_MM, LEAST_TEXT_MM, WIDTH_MM, width_mm
from office.written import percent, plain_amount, price, quantity

LONGEST_CELL = 1400
"""Characters of a description in one table row: a row higher than a page would lose its head."""

LONGEST_TAX = 32


@dataclass(frozen=True)
class Row:
    """One row of the printed table: a line, or more of its text; with what the table comes to up to here.

    A section's ends bear its heading and its sum.
    """

    line: InvoiceLine
    text: str
    is_first: bool
    quantity: str
    price: str
    discount: str
    amount: str
    so_far: str
    heading: str = ""
    subtotal: str = ""


@dataclass(frozen=True)
class Columns:
    """How wide in millimetres the columns are that hold figures; a width of nothing is no column."""

    place: int
    quantity: int
    price: int
    discount: int
    tax: int
    amount: int
    is_dense: bool = False

    @property
    def left(self) -> int:
        """What is left of the page's width for the text."""
        return WIDTH_MM - self.place - self.quantity - self.price - self.discount - self.tax - self.amount


def rows_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Row]:
    """The lines as rows, in the reader's language, each with the sum of the lines so far."""
    rows: list[Row] = []
    so_far = Decimal(0)
    for section in sections_of(lines):
        start = len(rows)
        for line in section.lines:
            so_far += line.net
            rows += _line_rows(line, invoice.currency, plain_amount(so_far, invoice.currency))
        if section.heading:
            rows[start] = replace(rows[start], heading=section.heading)
            rows[-1] = replace(rows[-1], subtotal=plain_amount(section.subtotal, invoice.currency))
    return rows


def _line_rows(line: InvoiceLine, currency: str, so_far: str) -> list[Row]:
    """A line as rows, its text parted where it is very long."""
    row = Row(
        line,
        "",
        True,
        f"{quantity(line.quantity)} {line.unit}".strip(),
        price(line.unit_price, currency),
        percent(line.discount_percent) if line.discount_percent else "",
        plain_amount(line.net, currency),
        so_far,
    )
    parts = _parts(line.description)
    return [replace(row, text=part, is_first=place == 0) for place, part in enumerate(parts)]


def columns_of(invoice: Invoice, rows: Sequence[Row]) -> Columns:
    """Columns as wide as their heads and longest figures; smaller letters where else no room is left for the text."""
    amount = _("Amount") if invoice.prices_include_tax else _("Net")
    has_discounts = any(row.discount for row in rows)
    texts = {
        "place": [str(row.line.position) for row in rows[-1:]],
        "quantity": [_("Quantity"), *(row.quantity for row in rows)],
        "price": [_("Unit price"), *(row.price for row in rows)],
        "discount": [_("Discount"), *(row.discount for row in rows)] if has_discounts else [],
        "amount": [f"{amount} {invoice.currency}", *(row.amount for row in rows), *(row.subtotal for row in rows)],
    }
    taxes = [_("Tax"), *(row.line.tax_name for row in rows)]
    columns = _columns(texts, taxes, EM_MM)
    if columns.left < LEAST_TEXT_MM:
        columns = replace(_columns(texts, taxes, DENSE_EM_MM), is_dense=True)
    return columns


def _columns(texts: Mapping[str, Sequence[str]], taxes: Sequence[str], em: float) -> Columns:
    widths: dict[str, Any] = {name: width_mm(column, em) for name, column in texts.items()}
    return Columns(**widths, tax=min(width_mm(taxes, em), LONGEST_TAX))


def _parts(text: str) -> Iterator[str]:
    """The text parted at blanks where it is very long."""
    while len(text) > LONGEST_CELL:
        cut = text.rfind(" ", LONGEST_CELL // 2, LONGEST_CELL)
        cut = LONGEST_CELL if cut < 0 else cut
        yield text[:cut]
        text = text[cut:].lstrip()
    yield text
