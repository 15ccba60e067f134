"""Checks of figures against what the customer bought before: slips of the decimal sign, and what is unlike the rest."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from billing.accuracy.found import Findings, Found
from billing.accuracy.history import Before, Sold, lines_before, sold, totals_before
from billing.accuracy.usual import FLOOR, FLOOR_OF_PRICES, Usual, plain, usual_of
from billing.models import DocumentKind, Invoice, InvoiceLine, LineKind
from ledger.money import format_money


class Odd(NamedTuple):
    """A figure of a line that is unlike what is usual; with words of a slip where a decimal sign seems to be it."""

    line: InvoiceLine
    is_price: bool
    figure: Decimal
    usual: Usual
    slip: str


def slips(documents: Sequence[Invoice]) -> Findings:
    """Quantities and prices that are ten, a hundred or a thousand times the customer's own, or such a part of them."""
    return _found(documents, is_slip=True)


def unlike(documents: Sequence[Invoice]) -> Findings:
    """Quantities and prices far off the customer's own, other than by a decimal sign."""
    return _found(documents, is_slip=False)


def totals(documents: Sequence[Invoice]) -> Findings:
    """Documents that come to far more than the customer's others."""
    asked = [document for document in documents if _is_asked(document) and document.total > 0]
    before = totals_before(asked) if asked else {}
    for document in asked:
        ids, amounts = before.get((document.customer_id, document.currency), ([], []))
        usual = usual_of([amount for pk, amount in zip(ids, amounts, strict=True) if pk != document.pk])
        if usual and usual.is_unlike(document.total):
            total, low, high = (
                format_money(each, document.currency) for each in (document.total, usual.low, usual.high)
            )
            words = f"It comes to {total}; this customer's invoices are usually {low} to {high}."
            yield document, Found(words, facts=f"{document.total}")


def _is_asked(document: Invoice) -> bool:
    return document.kind == DocumentKind.INVOICE and not document.is_deposit


def _found(documents: Sequence[Invoice], *, is_slip: bool) -> Iterator[tuple[Invoice, Found]]:
    asked = [document for document in documents if _is_asked(document)]
    before = lines_before(asked) if asked else {}
    for document in asked:
        said: dict[str, str] = {}
        for odd in _odd(document, before):
            if bool(odd.slip) == is_slip:
                said[f"{_name(odd.line)} {odd.is_price} {odd.figure}"] = _words(odd)
        if said:
            words = "; ".join(said.values())
            yield document, Found(f"{words[0].upper()}{words[1:]}.", facts="; ".join(sorted(said)))


def _odd(document: Invoice, before: dict[Sold, Before]) -> Iterator[Odd]:
    for line in document.lines.all():
        past = before.get(sold(document, line))
        if past is None or line.kind != LineKind.ITEM or line.quantity <= 0 or line.unit_price <= 0:
            continue
        for is_price, figure, figures, floor in (
            (False, line.quantity, past.quantities, FLOOR),
            (True, line.unit_price, past.prices, FLOOR_OF_PRICES),
        ):
            others = [each for pk, each in zip(past.document_ids, figures, strict=True) if pk != document.pk]
            usual = usual_of(others)
            if usual and ((slip := usual.slip(figure)) or usual.is_unlike(figure, floor)):
                yield Odd(line, is_price, figure, usual, slip)


def _name(line: InvoiceLine) -> str:
    return f"{line.item_code or line.product_id or ''} {line.description} {line.unit}"


def _words(odd: Odd) -> str:
    what = f"line {odd.line.position} “{odd.line.description[:40]}”"
    unit = f" {odd.line.unit}" if odd.line.unit and not odd.is_price else ""
    has, figure = ("costs" if odd.is_price else "has"), f"{plain(odd.figure)}{unit}"
    if odd.slip:
        return f"{what} {has} {figure}, {odd.slip} the usual {odd.usual.in_words}"
    return f"{what} usually {has} {odd.usual.in_words}, this {has} {figure}"
