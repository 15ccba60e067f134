"""A statement as it is kept: its figures as JSON, amounts in their currency's places, and its PDF, made once."""

from datetime import date
from decimal import Decimal
from typing import Any

from credit_control.models import Statement, StatementPdf
from credit_control.statements.figures import Figures, Movement, OpenLine, Part, Section
from credit_control.statements.paper import page_of
from customers.models import StatementForm
from ledger.money import round_money
from office.papers import kept_once, render_pdf


def as_json(figures: Figures) -> dict[str, Any]:
    """The figures as they are kept: the lines of the form that the customer gets, and all sums."""
    is_forward = figures.form == StatementForm.BALANCE_FORWARD
    return {
        "sections": [
            {
                "customer": section.customer_id,
                "number": section.number,
                "name": section.name,
                "parts": [_part_as_json(part, is_forward) for part in section.parts],
            }
            for section in figures.sections
        ]
    }


def _part_as_json(part: Part, is_forward: bool) -> dict[str, Any]:
    def said(amount: Decimal) -> str:
        return str(round_money(amount, part.currency))

    return {
        "currency": part.currency,
        "opening": said(part.opening),
        "closing": said(part.closing),
        "ageing": {column: said(amount) for column, amount in part.buckets.items()},
        "movements": [
            [row.entry_id, row.kind, row.reference, str(row.dated_on), said(row.amount), said(row.balance)]
            for row in part.movements
            if is_forward
        ],
        "items": [
            [
                *(row.entry_id, row.kind, row.reference, str(row.dated_on), str(row.due_on)),
                *(said(row.amount), said(row.open), said(row.disputed)),
                *([[[str(day), said(amount)] for day, amount in row.days]] if row.days else []),
            ]
            for row in part.items
            if not is_forward
        ],
    }


def closing_of(figures: Figures) -> dict[str, dict[str, str]]:
    """What each account closes with, by currency: where the next statement opens."""
    return {
        str(section.customer_id): {
            part.currency: str(round_money(part.closing, part.currency)) for part in section.parts
        }
        for section in figures.sections
    }


def figures_from(statement: Statement) -> Figures:
    """The figures of a kept statement."""
    sections = [
        Section(each["customer"], each["number"], each["name"], [_part_from(part) for part in each["parts"]])
        for each in statement.figures["sections"]
    ]
    return Figures(statement.form, statement.from_on, statement.on, sections, statement.is_combined)


class KeptPart(Part):
    """A part of which only the lines of one form were kept."""

    def __init__(self, currency: str, opening: Decimal, closing: Decimal) -> None:
        super().__init__(currency, opening)
        self.closed = closing

    @property
    def closing(self) -> Decimal:
        return self.closed


def _part_from(said: dict[str, Any]) -> Part:
    part = KeptPart(said["currency"], Decimal(said["opening"]), Decimal(said["closing"]))
    part.buckets = {column: Decimal(amount) for column, amount in said["ageing"].items()}
    part.movements = [
        Movement(entry_id, kind, reference, date.fromisoformat(dated_on), Decimal(amount), Decimal(balance))
        for entry_id, kind, reference, dated_on, amount, balance in said["movements"]
    ]
    part.items = [_line_from(line) for line in said["items"]]
    return part


def _line_from(line: list[Any]) -> OpenLine:
    """A kept line; its days stand at the end where they are not its due day."""
    entry_id, kind, reference, dated, due, amount, open_, disputed, *more = line
    days = tuple((date.fromisoformat(day), Decimal(part)) for day, part in (more[0] if more else []))
    dates = date.fromisoformat(dated), date.fromisoformat(due)
    return OpenLine(entry_id, kind, reference, *dates, Decimal(amount), Decimal(open_), Decimal(disputed), days)


def kept_statement_pdf(statement: Statement) -> StatementPdf:
    """The kept bytes, made at the first call. Raises PdfUnavailable where no PDF can be made now."""
    return kept_once(StatementPdf, lambda: _rendered(statement), statement=statement)


def _rendered(statement: Statement) -> bytes:
    page = page_of(figures_from(statement), statement.printed, statement.company)
    return render_pdf(page, identifier=f"statement {statement.pk} {statement.read_at.isoformat()}")
