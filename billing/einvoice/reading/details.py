"""From a document that others wrote to the details of a draft that comes to the same."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from billing.einvoice.document import Document, Line, TaxCode
from billing.einvoice.markup import number
from billing.einvoice.units import unit_word
from billing.models import DocumentKind
from billing.operations.details import InvoiceDetails, LineDetails
from ledger.money import round_money, round_rate
from ledger.present import present

CREDIT_NOTES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
LONGEST_REFERENCE = 60

TaxFinder = Callable[[TaxCode | None], int | None]


def details_of(document: Document, customer_id: int, tax_id_of: TaxFinder, rate: Decimal | None) -> InvoiceDetails:
    """The draft's details; allowances and charges of the document become lines of their own.

    An invoice below zero is a credit memo, and its amounts change their sign.
    """
    is_credit, sign = document.type_code in CREDIT_NOTES, 1
    if document.totals.total < 0:
        is_credit, sign = not is_credit, -1
    due_on = document.due_on if document.due_on and document.due_on >= present(document.dated_on) else None
    return InvoiceDetails(
        customer_id=customer_id,
        kind=DocumentKind.CREDIT_MEMO if is_credit else DocumentKind.INVOICE,
        dated_on=document.dated_on,
        due_on=due_on,
        currency=document.currency,
        exchange_rate=rate,
        po_number=document.order_reference[:60],
        note="\n".join(document.notes)[:4000],
        internal_note=_told(document),
        source_reference=document.number[:LONGEST_REFERENCE],
        lines=[*_lines(document, sign, tax_id_of)],
    )


def _lines(document: Document, sign: int, tax_id_of: TaxFinder) -> Iterator[LineDetails]:
    for line in document.lines:
        quantity, price = _quantity_and_price(line, document.currency)
        yield LineDetails(
            description=_words(line, quantity),
            quantity=sign * quantity,
            unit=unit_word(line.unit),
            unit_price=price,
            tax_id=tax_id_of(line.tax),
        )
    for each in document.allowances:
        yield LineDetails(
            description=each.reason or ("Charge" if each.is_charge else "Discount"),
            quantity=Decimal(sign if each.is_charge else -sign),
            unit_price=each.amount,
            tax_id=tax_id_of(each.tax),
        )


def _quantity_and_price(line: Line, currency: str) -> tuple[Decimal, Decimal]:
    """Those of the line where they come to its net; else the net for one, or for what the quantity makes of it."""
    tries = [line.price / line.price_per] if line.price_per else [line.price]
    if line.quantity:
        tries.append(line.net / line.quantity)
    for price in map(round_rate, tries):
        if line.quantity == round_rate(line.quantity) and round_money(line.quantity * price, currency) == line.net:
            return line.quantity, price
    return Decimal(1), line.net


def _words(line: Line, quantity: Decimal) -> str:
    """Name and description, and what was counted where the line had to become one of one."""
    said = [line.name, line.description if line.description != line.name else ""]
    if quantity != line.quantity:
        said.append(f"{number(line.quantity)} {unit_word(line.unit)} at {number(line.price)}".replace("  ", " "))
    return "\n".join(filter(None, said))


def _told(document: Document) -> str:
    """What the file says that a draft has no place for."""
    totals = document.totals
    said = [f"Read from an e-invoice of {document.seller.name}."]
    if totals.prepaid:
        said.append(f"It says that {totals.prepaid} {document.currency} was paid before.")
    if totals.rounding:
        said.append(f"It rounds what is due by {totals.rounding} {document.currency}.")
    if document.preceding:
        said.append(f"It refers to {document.preceding}.")
    return " ".join(said)
