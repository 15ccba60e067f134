"""One line of ours as a line of EN 16931: what was typed where it adds up exactly, else the whole line's price."""

from dataclasses import replace
from decimal import Decimal

from billing.einvoice.document import Allowance, Line, TaxCode
from billing.einvoice.markup import legal
from billing.einvoice.units import unit_code
from billing.models import InvoiceLine, TaxCategory
from ledger.money import round_places

LONGEST_NAME = 100


def tax_code(category: str, percent: Decimal) -> TaxCode | None:
    """A line's tax; a line that carries none has no code, which the rules then find."""
    if not category:
        return None
    return TaxCode(category, None if category == TaxCategory.OUTSIDE else percent)


def without_tax(line: InvoiceLine, amount: Decimal, includes_tax: bool) -> Decimal:
    """The amount without the tax inside it, where prices include tax."""
    if not includes_tax:
        return amount
    return _cents(amount * 100 / (100 + line.tax_percent))


def line_of(line: InvoiceLine, includes_tax: bool) -> Line:
    """The line with its net (BT-131): without tax, before its part of the document's discount."""
    net = line.taxable + without_tax(line, line.discount_share, includes_tax)
    name, description = _words(line.description)
    written = Line(
        number=str(line.position),
        name=name,
        description=description,
        code=legal(line.item_code),
        quantity=line.quantity,
        unit=unit_code(line.unit),
        price=line.unit_price,
        net=net,
        tax=tax_code(line.tax_category, line.tax_percent),
    )
    return (None if includes_tax else _as_typed(written, line)) or _as_a_whole(written, line)


def _as_typed(written: Line, line: InvoiceLine) -> Line | None:
    """Quantity times price less the discount, if that is the net to the cent; a price is never below zero."""
    quantity = line.quantity if line.unit_price >= 0 else -line.quantity
    price = abs(line.unit_price)
    before = _cents(quantity * price)
    off = before - written.net
    if not line.discount_percent:
        return replace(written, quantity=quantity, price=price) if not off else None
    if off < 0:
        return None
    is_exact = _cents(before * line.discount_percent / 100) == off
    discount = Allowance(
        off,
        "Discount",
        percent=line.discount_percent if is_exact else None,
        base=before if is_exact else None,
    )
    return replace(written, quantity=quantity, price=price, allowances=(discount,))


def _as_a_whole(written: Line, line: InvoiceLine) -> Line:
    """The net as the price of just so many units, which adds up whatever the net is."""
    if not line.quantity:
        return replace(written, quantity=Decimal(1) if written.net >= 0 else Decimal(-1), price=abs(written.net))
    quantity = abs(line.quantity) if written.net >= 0 else -abs(line.quantity)
    return replace(written, quantity=quantity, price=abs(written.net), price_per=abs(line.quantity))


def _words(text: str) -> tuple[str, str]:
    """The item's name, which is one short line, and the rest of what we say of it."""
    text = legal(text)
    name = text.split("\n", 1)[0].strip()
    if name == text and len(name) <= LONGEST_NAME:
        return name, ""
    return name[:LONGEST_NAME].strip(), text


def _cents(amount: Decimal) -> Decimal:
    """In two places, which every amount has there, whatever its currency (BR-DEC)."""
    return round_places(amount, 2)
