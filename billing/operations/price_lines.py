from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from billing.models import Invoice, InvoiceLine, Product, Tax
from billing.pricing import Asked, HeldPrice, Terms, at_tax, held_prices
from billing.tax_choice import situation_of
from ledger.present import present
from ledger.refusals import Refused

if TYPE_CHECKING:  # it uses this module
    from billing.operations.details import LineDetails


def terms_of(invoice: Invoice) -> Terms:
    """What of a document decides its prices; one without a day is priced as of today."""
    on = invoice.dated_on or invoice.company.today()
    return Terms(invoice.company, invoice.customer, invoice.currency, on, invoice.prices_include_tax)


def lines_at_list_price(invoice: Invoice, lines: Sequence[InvoiceLine]) -> set[int]:
    """The lines whose price is the one that the lists hold, so that it follows the quantity."""
    asked = [(line, Asked(line.product, line.quantity)) for line in lines if line.product]
    held = held_prices(terms_of(invoice), [each for _, each in asked])
    return {
        line.pk for (line, _), price in zip(asked, held, strict=True) if price and price.unit_price == line.unit_price
    }


def price_lines(
    invoice: Invoice, lines: Sequence["LineDetails"], products: Mapping[int, Product], taxes: Mapping[int, Tax]
) -> list["LineDetails"]:
    """The lines with what is not said of them taken from their products, the price lists and where the customer is.

    A tax that is not said is the one that suits the customer; prices including tax then change by what it differs.

    Raises Refused for a product that is not among `products`, or a line that has no price.
    """
    for position, line in enumerate(lines, start=1):
        if line.product_id and line.product_id not in products:
            raise Refused(f"Line {position}: that product is not one of this company's.", code="unknown_product")
    asked = [Asked(products[present(line.product_id)], line.quantity) for line in lines if _wants_price(line)]
    held = iter(held_prices(terms_of(invoice), asked) if asked else [])
    suited = _suited(invoice, [_described(line, products) for line in lines], products, taxes)
    return [
        _priced(position, line, _price(invoice, line, next(held), products, taxes) if _wants_price(line) else None)
        for position, line in enumerate(suited, start=1)
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
    )


def _suited(
    invoice: Invoice, lines: list["LineDetails"], products: Mapping[int, Product], taxes: Mapping[int, Tax]
) -> list["LineDetails"]:
    """The lines that leave their tax to us with the one that suits the customer."""
    if not any(line.product_id and line.usual_tax for line in lines):
        return lines
    situation = situation_of(invoice.customer, terms_of(invoice).on)

    def suited(line: "LineDetails") -> "LineDetails":
        tax = situation.tax_for(products[present(line.product_id)], taxes)
        return replace(line, tax_id=tax.pk if tax else line.tax_id)

    return [suited(line) if line.product_id and line.usual_tax else line for line in lines]


def _price(
    invoice: Invoice,
    line: "LineDetails",
    held: HeldPrice | None,
    products: Mapping[int, Product],
    taxes: Mapping[int, Tax],
) -> Decimal | None:
    """The held price with the line's tax in it, where the document's prices include tax."""
    if held is None:
        return None
    if not invoice.prices_include_tax:
        return held.unit_price
    tax = taxes.get(line.tax_id) if line.tax_id else None
    return at_tax(held.unit_price, products[present(line.product_id)].tax, tax, terms_of(invoice).on)


def _priced(position: int, line: "LineDetails", price: Decimal | None) -> "LineDetails":
    if line.unit_price is not None:
        return line
    if price is None:
        where = f"no list has a price of {line.description[:60]!r} here" if line.product_id else "it has no price"
        raise Refused(f"Line {position}: {where}. Type one.", code="no_price")
    return replace(line, unit_price=price)
