"""What a person may say of a draft, checked the same for every door."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from billing.calculations import DocumentTotals
from billing.deposits import deduct_deposits
from billing.models import BilledWhy, DocumentKind, Invoice, InvoiceLine, LineKind, Product, Tax
from billing.operations.price_lines import price_lines
from billing.orders.linking import Link, link_of
from billing.tax_choice import WITH_EXEMPTIONS
from billing.totals import total_invoice
from customers.merging import require_not_merged
from customers.models import Customer, PaymentTerms
from customers.privacy import require_not_erased
from ledger.money import round_money
from ledger.present import present
from ledger.refusals import Refused
from office.card_numbers import without_card_numbers
from office.models import Company
from office.rates.exchange import exchange_rate_of
from office.reading.lengths import require_lengths

ZERO = Decimal(0)
MOST_LINES = 2000
LARGEST = Decimal(10) ** 12
TOO_LATE = 9000
"""From this year on, days to pay could lead past the last day that a calendar has."""


@dataclass(frozen=True)
class LineDetails:
    """A line as typed: quantity and price with up to six places, discount in percent.

    A line of a product needs no more than that: without a text, unit or price it takes the product's, at the price that
    holds for the customer, quantity and day; `usual_tax` takes the tax that suits product and customer. A `section` is
    the heading above the line, which begins a part of the document with a sum of its own.

    What it bills of an order or a shipment is named by their lines; unnamed, it is looked for by the order's number,
    unless it `bills_no_order`.
    """

    description: str = ""
    unit_price: Decimal | None = None
    quantity: Decimal = Decimal(1)
    unit: str = ""
    discount_percent: Decimal = ZERO
    tax_id: int | None = None
    product_id: int | None = None
    usual_tax: bool = False
    kind: str = LineKind.ITEM
    section: str = ""
    deducts_id: int | None = None
    order_line_id: int | None = None
    shipment_line_id: int | None = None
    order_id: int | None = None
    bills_no_order: bool = False
    billed_why: str = BilledWhy.CHOSEN

    @property
    def link(self) -> Link:
        """What it bills, as somebody says."""
        return Link(self.order_line_id, self.shipment_line_id, self.order_id, self.bills_no_order, self.billed_why)


@dataclass(frozen=True)
class InvoiceDetails:
    """A draft as typed. What is None or empty comes from the customer; an empty day is the day of issue.

    Days to pay or a due day that are typed stand instead of the customer's usual terms.
    """

    customer_id: int
    lines: Sequence[LineDetails] = ()
    kind: str = DocumentKind.INVOICE
    adds_to_id: int | None = None
    dated_on: date | None = None
    due_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    net_days: int | None = None
    terms_id: int | None = None
    currency: str = ""
    exchange_rate: Decimal | None = None
    po_number: str = ""
    prices_include_tax: bool = False
    is_deposit: bool = False
    discount_amount: Decimal = ZERO
    discount_percent: Decimal = ZERO
    note: str = ""
    internal_note: str = ""
    source_reference: str = ""


def line_as_typed(line: InvoiceLine) -> LineDetails:
    """A stored line as somebody would type it anew."""
    link = link_of(line)
    return LineDetails(
        description=line.description,
        unit_price=line.unit_price,
        quantity=line.quantity,
        unit=line.unit,
        discount_percent=line.discount_percent,
        tax_id=line.tax_id,
        product_id=line.product_id,
        kind=line.kind,
        section=line.section,
        deducts_id=line.deducts_id,
        order_line_id=link.order_line_id,
        shipment_line_id=link.shipment_line_id,
        order_id=link.order_id,
        bills_no_order=link.is_none,
        billed_why=link.why,
    )


def unlinked(lines: Iterable[LineDetails]) -> list[LineDetails]:
    """Lines as they would be typed for another order."""
    named: dict[str, Any] = dict.fromkeys(("order_line_id", "shipment_line_id", "order_id"))
    return [replace(line, **named, bills_no_order=False, billed_why=BilledWhy.CHOSEN) for line in lines]


def invoice_as_typed(invoice: Invoice) -> InvoiceDetails:
    """A stored document as somebody would type it anew."""
    return InvoiceDetails(
        customer_id=invoice.customer_id,
        lines=[line_as_typed(line) for line in invoice.lines.select_related("billed")],
        kind=invoice.kind,
        adds_to_id=invoice.adds_to_id,
        dated_on=invoice.dated_on,
        due_on=None if invoice.terms_id else invoice.due_on,
        period_from=invoice.period_from,
        period_to=invoice.period_to,
        net_days=invoice.net_days,
        terms_id=invoice.terms_id,
        currency=invoice.currency,
        exchange_rate=None if invoice.currency == invoice.company.currency else invoice.exchange_rate,
        po_number=invoice.po_number,
        prices_include_tax=invoice.prices_include_tax,
        is_deposit=invoice.is_deposit,
        discount_amount=ZERO if invoice.discount_percent else invoice.discount_amount,
        discount_percent=invoice.discount_percent,
        note=invoice.note,
        internal_note=invoice.internal_note,
        source_reference=invoice.source_reference,
    )


class CustomersOf:
    """Those of some customers who are a company's, by id, with what documents need of them."""

    def __init__(self, company: Company, ids: Iterable[int]) -> None:
        rows = Customer.objects.filter(company=company).select_related("merged_into", "terms")
        self.found = rows.prefetch_related("addresses", WITH_EXEMPTIONS).in_bulk(set(ids))
        for customer in self.found.values():
            customer.company = company

    def customer_with(self, customer_id: int) -> Customer:
        """The customer. Raises Refused for anybody else's, and for one who was merged into another or erased."""
        customer = self.found.get(customer_id)
        if customer is None:
            raise Refused("That customer is not one of this company's.", code="unknown_customer")
        require_not_merged(customer)
        require_not_erased(customer)
        return customer


class WithLines(Protocol):
    """Details of whatever is billed or ordered in lines."""

    @property
    def lines(self) -> Sequence[LineDetails]: ...


def products_of(company: Company, batch: Iterable[WithLines]) -> dict[int, Product]:
    """The products that the lines of some details name, as far as they are the company's."""
    named = {line.product_id for details in batch for line in details.lines if line.product_id}
    products = Product.objects.filter(company=company).select_related("group", "tax").prefetch_related("tax__rates")
    return products.in_bulk(named) if named else {}


def fill_draft(
    invoice: Invoice,
    customer: Customer,
    details: InvoiceDetails,
    taxes: dict[int, Tax],
    products: Mapping[int, Product],
) -> tuple[list[InvoiceLine], DocumentTotals]:
    """Write the details and what they come to on an unsaved draft; returns its lines, unsaved, and its totals.

    Raises Refused where an amount, a currency, a tax or a product cannot be so, or a line has no price.
    """
    _require_same_customer(invoice, customer)
    require_not_merged(customer)
    invoice.customer = customer
    invoice.dated_on = details.dated_on
    invoice.due_on = details.due_on
    invoice.period_from = details.period_from
    invoice.period_to = details.period_to
    invoice.net_days = customer.net_days if details.net_days is None else details.net_days
    invoice.terms = _terms(invoice, customer, details)
    invoice.currency = details.currency or customer.currency
    invoice.exchange_rate = exchange_rate_of(
        invoice.company, invoice.currency, details.exchange_rate, details.dated_on or invoice.company.today()
    )
    invoice.po_number = details.po_number.strip() or ("" if invoice.is_credit_memo else customer.po_number)
    invoice.prices_include_tax = details.prices_include_tax
    invoice.is_deposit = details.is_deposit
    invoice.tax_rounding = invoice.company.tax_rounding
    invoice.note = without_card_numbers(details.note.strip())
    invoice.internal_note = without_card_numbers(details.internal_note.strip())
    invoice.source_reference = details.source_reference
    _check(details)
    invoice.discount_amount = round_money(details.discount_amount, invoice.currency)
    invoice.discount_percent = details.discount_percent
    priced = price_lines(invoice, details.lines, products, taxes)
    lines = [_line(invoice, position, line, taxes, products) for position, line in enumerate(priced, start=1)]
    deduct_deposits(invoice, lines, [line.deducts_id for line in details.lines])
    totals = total_invoice(invoice, lines)
    require_lengths(invoice, *lines)
    return lines, totals


def _require_same_customer(draft: Invoice, customer: Customer) -> None:
    if draft.adds_to and draft.adds_to.customer_id != customer.pk:
        raise Refused(f"{draft.adds_to} is of another customer; a debit note goes to the same.", code="other_customer")


def _terms(invoice: Invoice, customer: Customer, details: InvoiceDetails) -> PaymentTerms | None:
    """The terms of a draft: those chosen, else the customer's usual ones, where nothing else was typed."""
    if invoice.is_credit_memo or details.due_on:
        return None
    if details.terms_id is None:
        return customer.terms if details.net_days is None else None
    terms = PaymentTerms.objects.filter(company=invoice.company_id, pk=details.terms_id).first()
    if terms is None:
        raise Refused("Those terms are not among this company's.", code="unknown_terms")
    return terms


def _check(details: InvoiceDetails) -> None:
    if any(day and day.year >= TOO_LATE for day in (details.dated_on, details.due_on)):
        raise Refused("The date is too far ahead. Was its year mistyped?", code="too_late")
    if details.due_on and details.dated_on and details.due_on < details.dated_on:
        raise Refused("The due date is before the invoice's own date.", code="due_before_dated")
    if details.period_from and details.period_to and details.period_to < details.period_from:
        raise Refused("The period billed ends before it begins.", code="period_not_in_order")
    if details.discount_amount < 0:
        raise Refused("A discount cannot be below zero.", code="bad_discount")
    if not 0 <= details.discount_percent <= 100:
        raise Refused("A discount is between 0 and 100 percent.", code="bad_discount")
    if details.discount_amount and details.discount_percent:
        raise Refused("Give the discount as an amount or in percent, not as both.", code="two_discounts")
    if len(details.lines) > MOST_LINES:
        raise Refused(f"A document has at most {MOST_LINES} lines.", code="too_many_lines")


def _line(
    invoice: Invoice, position: int, line: LineDetails, taxes: dict[int, Tax], products: Mapping[int, Product]
) -> InvoiceLine:
    if not 0 <= line.discount_percent <= 100:
        raise Refused(
            f"Line {position}: a discount is between 0 and 100 percent.",
            code="bad_discount",
        )
    price = present(line.unit_price)
    if max(abs(line.quantity), abs(price), abs(line.quantity * price)) >= LARGEST:
        raise Refused(f"Line {position}: the amount is too large.", code="bad_amounts")
    tax = taxes.get(line.tax_id) if line.tax_id else None
    if line.tax_id and tax is None:
        raise Refused(
            f"Line {position}: that tax is not one of this company's.",
            code="unknown_tax",
        )
    product = products[line.product_id] if line.product_id else None
    return InvoiceLine(
        invoice=invoice,
        position=position,
        kind=line.kind,
        section=line.section.strip(),
        product=product,
        item_code=product.code if product else "",
        description=line.description.strip(),
        quantity=line.quantity,
        unit=line.unit.strip(),
        unit_price=price,
        discount_percent=line.discount_percent,
        tax=tax,
    )
