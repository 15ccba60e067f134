"""A statement as the page that becomes its PDF, in the language of its customer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.payment_codes.epc import codes_for
from billing.printed import accounts_of, parties_of
from credit_control.statements.figures import ZERO, Figures, Part, Section
from credit_control.statements.words import agreed_words, column_words, paper_of, title_of
from customers.models import Customer, StatementForm
from office.languages import as_written_in
from office.models import Company
from office.papers import paper_page
from office.papers.page import logo_now
from office.papers.widths import DENSE_EM_MM, EM_MM, LEAST_TEXT_MM, WIDTH_MM, width_mm
from office.written import days_late, plain_amount, plain_day

MOST_ROWS = 2000
"""What a paper lists at most: more is told by its sums, and row by row in Excel."""


@dataclass(frozen=True)
class Row:
    """A row of the printed table: its document, days and amounts, what the table comes to so far, and a heading or sum
    of its section."""

    document: str
    days: Sequence[str]
    amounts: Sequence[str]
    so_far: str
    heading: str = ""
    subtotal: str = ""


@dataclass
class Table:
    """All that is said of one currency."""

    total: Part
    heads: Sequence[str]
    amount_heads: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    widths: Sequence[int] = ()
    is_dense: bool = False
    disputed: Decimal = ZERO
    accounts: list[dict[str, str]] = field(default_factory=list)
    code: str = ""

    @property
    def ageing(self) -> list[tuple[str, Decimal]]:
        """Each column of the ageing in words, with its amount."""
        return [(column_words(column), amount) for column, amount in self.total.ageing]


def printed_of(company: Company, customer: Customer) -> dict[str, Any]:
    """What a statement prints of us and of its customer, as things stand now; it is kept with the figures."""
    language = as_written_in(customer.language, company.country)
    with override(language):
        return {"language": language, **parties_of(company, customer), "accounts": accounts_of(company)}


def page_of(figures: Figures, printed: Mapping[str, Any], company: Company) -> str:
    """The page as well-formed HTML."""
    with override(printed["language"]):
        return paper_page("credit_control/pdf/statement.html", _context(figures, printed), logo_now(company))


def _context(figures: Figures, printed: Mapping[str, Any]) -> dict[str, Any]:
    is_long = rows_in(figures) > MOST_ROWS
    return {
        "title": title_of(figures),
        "running": f"{title_of(figures)} {plain_day(figures.on)} {printed['buyer']['number']}",
        "created": figures.on,
        "figures": figures,
        "is_open_item": figures.form != StatementForm.BALANCE_FORWARD,
        "printed": printed,
        "tables": [_table(figures, total, printed, is_long) for total in figures.totals],
        "is_long": is_long,
    }


def rows_in(figures: Figures) -> int:
    """How many rows a statement has to list."""
    is_forward = figures.form == StatementForm.BALANCE_FORWARD
    parts = [part for section in figures.sections for part in section.parts]
    return sum(len(part.movements) if is_forward else len(part.items) for part in parts)


def _table(figures: Figures, total: Part, printed: Mapping[str, Any], is_long: bool) -> Table:
    is_forward = figures.form == StatementForm.BALANCE_FORWARD
    table = Table(total, *(_forward_heads(total.currency) if is_forward else _open_heads(total.currency)))
    before = ZERO
    for section, part in _parts(figures, total.currency):
        table.disputed += part.disputed
        if not is_long:
            rows = _forward_rows(part, figures.from_on, before) if is_forward else _open_rows(part, figures.on, before)
            table.rows += _as_section(section, part, list(rows)) if figures.is_combined else rows
        before += part.closing
    _lay_out(table)
    if total.closing > 0:
        table.accounts = [each for each in printed["accounts"] if each["currency"] == total.currency]
        codes = codes_for(table.accounts, total.closing, total.currency, reference=printed["buyer"]["number"])
        table.code = next(iter(codes), "")
    return table


def _parts(figures: Figures, currency: str) -> Iterator[tuple[Section, Part]]:
    for section in figures.sections:
        for part in section.parts:
            if part.currency == currency:
                yield section, part


def _open_heads(currency: str) -> tuple[Sequence[str], Sequence[str]]:
    return [_("Document"), _("Date"), _("Due"), _("Late")], [f"{_('Amount')} {currency}", f"{_('Open')} {currency}"]


def _forward_heads(currency: str) -> tuple[Sequence[str], Sequence[str]]:
    return [_("Document"), _("Date")], [f"{_('Amount')} {currency}", f"{_('Balance')} {currency}"]


def _open_rows(part: Part, on: date, before: Decimal) -> Iterator[Row]:
    so_far = before
    for item in part.items:
        so_far += item.open
        late = item.days_late(on)
        paper = paper_of(item)
        if item.disputed:
            paper += "\n" + _("You dispute %(amount)s of it.") % {"amount": plain_amount(item.disputed, part.currency)}
        if item.days:
            paper += "\n" + agreed_words(item)
        due = plain_day(item.due_on) if item.amount > 0 else ""
        yield Row(
            paper,
            [plain_day(item.dated_on), due, days_late(item.pay_on, on) if late else ""],
            [plain_amount(item.amount, part.currency), plain_amount(item.open, part.currency)],
            plain_amount(so_far, part.currency),
        )


def _forward_rows(part: Part, from_on: date, before: Decimal) -> Iterator[Row]:
    opening = plain_amount(part.opening, part.currency)
    so_far = plain_amount(before + part.opening, part.currency)
    yield Row(_("Opening balance"), [plain_day(from_on)], ["", opening], so_far)
    for row in part.movements:
        balance = plain_amount(row.balance, part.currency)
        so_far = plain_amount(before + row.balance, part.currency) if before else balance
        amounts = [plain_amount(row.amount, part.currency), balance]
        yield Row(paper_of(row), [plain_day(row.dated_on)], amounts, so_far)


def _as_section(section: Section, part: Part, rows: list[Row]) -> list[Row]:
    heading = f"{section.name} · {section.number}"
    if not rows:
        return []
    rows[0] = replace(rows[0], heading=heading)
    rows[-1] = replace(rows[-1], subtotal=plain_amount(part.closing, part.currency))
    return rows


def _lay_out(table: Table) -> None:
    """Columns as wide as their longest figures; smaller letters where else no room is left for the first."""
    for em in (EM_MM, DENSE_EM_MM):
        cells = [[*table.heads[1:], *table.amount_heads], *([*row.days, *row.amounts] for row in table.rows)]
        columns = [list(column) for column in zip(*cells, strict=True)]
        columns[-1] += [row.subtotal for row in table.rows if row.subtotal]
        table.widths = [width_mm(column, em) for column in columns]
        table.is_dense = em == DENSE_EM_MM
        if WIDTH_MM - sum(table.widths) >= LEAST_TEXT_MM:
            return
