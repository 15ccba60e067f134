from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from billing.models import Invoice, Product
from billing.pricing import Asked, HeldPrice, Terms, held_prices
from ledger.refusals import Refused

if TYPE_CHECKING:  # it uses this module
    from billing.operations.details import LineDetails


def terms_of(invoice: Invoice) -> Terms:
    """What of a document decides its prices; one without a day is priced as of today."""
    on = invoice.dated_on or invoice.company.today()
    return Terms(invoice.company, invoice.customer, invoice.currency, on, invoice.prices_include_tax)


def price_lines(
    invoice: Invoice, lines: Sequence["LineDetails"], products: Mapping[int, Product]
) -> list["LineDetails"]:
    """The lines with what is not said of them taken from their products and the price lists.

    Raises Refused for a product that is not among `products`, or a line that has no price.
    """
    for position, line in enumerate(lines, start=1):
        if line.product_id and line.product_id not in products:
            raise Refused(f"Line {position}: that product is not one of this company's.", code="unknown_product")
    asked = [Asked(products[line.product_id], line.quantity) for line in lines if _wants_price(line)]
    held = iter(held_prices(terms_of(invoice), asked) if asked else [])
    return [
        _priced(position, _described(line, products), next(held) if _wants_price(line) else None, invoice)
        for position, line in enumerate(lines, start=1)
    ]


def _wants_price(line: "LineDetails") -> bool:
    return bool(line.product_id and line.unit_price is None)


def _described(line: "LineDetails", products: Mapping[int, Product]) -> "LineDetails":
    """The line with its product's text, unit and tax, where it has none of its own."""
    if not line.product_id:
        return line
    product = products[line.product_id]
    return replace(
        line,
        description=line.description.strip() or product.line_text,
        unit=line.unit.strip() or product.unit_word,
        tax_id=product.tax_id if line.usual_tax else line.tax_id,
    )


def _priced(position: int, line: "LineDetails", held: HeldPrice | None, invoice: Invoice) -> "LineDetails":
    if line.unit_price is not None:
        return line
    if held is None:
        where = f"No list has a price of {line.description[:60]!r} in {invoice.currency}" if line.product_id else ""
        raise Refused(f"Line {position}: {where or 'it has no price'}. Type one.", code="no_price")
    return replace(line, unit_price=held.unit_price)
