"""The parts of a document that its headings make, each with a sum of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import InvoiceLine, LineKind


@dataclass
class Section:
    """Lines under one heading; those before the first heading, and what is not sold by the line, have none."""

    heading: str
    lines: list[InvoiceLine] = field(default_factory=list)

    @property
    def subtotal(self) -> Decimal:
        """What the lines come to, as printed beside them."""
        return sum((line.net for line in self.lines), Decimal(0))


def sections_of(lines: Iterable[InvoiceLine]) -> list[Section]:
    """A document's lines in their order; a section ends where the next heading or the shipping begins."""
    sections: list[Section] = []
    for line in lines:
        if not sections or line.section or _is_sold(line) != _is_sold(sections[-1].lines[-1]):
            sections.append(Section(line.section))
        sections[-1].lines.append(line)
    return sections


def _is_sold(line: InvoiceLine) -> bool:
    return line.kind == LineKind.ITEM
