"""A small office for tests, made by the product's own operations: everything is dated, nothing is drawn by chance."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from billing.models import DocumentKind, Invoice, PriceList, Product, RecurringInvoice, Tax, UsageRecord
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_price_lists import PriceListDetails, add_price_list
from billing.operations.manage_products import ProductDetails, add_product
from billing.operations.manage_recurring import add_recurring_invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.record_usage import UsageDetails, record_usage
from billing.operations.recurring_details import RecurringDetails, RecurringLineDetails
from billing.operations.set_prices import PriceDetails, prices_of, set_prices
from billing.reason_codes import add_usual_reasons
from customers.models import CreditHold, Customer
from customers.operations.create_customer import create_customer
from customers.operations.details import ContactDetails, CustomerDetails
from customers.operations.place_hold import place_hold
from ledger.accounts import open_accounts
from ledger.allocating import Pair
from ledger.balances import owed_on
from ledger.models import Allocation, OpenItem
from office.models import Company, User
from payments.models import Receipt
from payments.operations.apply_credits import apply_credits
from payments.operations.record_receipt import ReceiptDetails, record_receipt

PASSWORD = "correct horse battery"


def make_company(currency: str = "EUR", **details: Any) -> Company:
    """A company with a book."""
    values = {
        "legal_name": "Alder Ltd",
        "country": "DE",
        "email": "billing@alder.example",
        "time_zone": "Europe/Berlin",
    }
    company = Company.objects.create(currency=currency, **values | details)
    open_accounts(company.pk)
    add_usual_reasons(company)
    return company


@cache
def _encoded_password() -> str:
    """The password as it is kept: hashing it anew for each person of each test would take longer than most tests."""
    return make_password(PASSWORD)


def make_user(company: Company, role: str = "clerk", **details: Any) -> User:
    """A member of staff in a role."""
    values = {"email": f"{role}{User.objects.count()}@alder.example", "name": role.capitalize()}
    user = User(**values | details, password=_encoded_password())
    user.save()
    user.groups.add(Group.objects.get(name=role))
    user.companies.add(company)
    return user


def make_customer(company: Company, name: str = "Bramble GmbH", **details: Any) -> Customer:
    """A customer with one contact who gets everything."""
    contacts = details.pop(
        "contacts", [ContactDetails("Eva Brandt", f"eva@{name.split(maxsplit=1)[0].lower()}.example")]
    )
    return create_customer(company, CustomerDetails(name=name, contacts=contacts, **details), by=None)


def hold(customer: Customer, words: str = "Asked to wait", on: date = date(2026, 3, 2), **details: Any) -> CreditHold:
    """A hold of a customer, placed by hand unless a test says otherwise."""
    return place_hold(customer.pk, words, on=on, **{"by": None} | details)


def make_tax(company: Company, percent: str, **details: Any) -> Tax:
    """A tax of so many percent, always."""
    return add_tax(company, TaxDetails(f"VAT {percent}%", [RateDetails(Decimal(percent), **details)]), by=None)


def line(price: str, quantity: str = "1", tax: Tax | None = None, **details: Any) -> LineDetails:
    """A line of a draft."""
    values = {"description": "Work"} | details
    return LineDetails(unit_price=Decimal(price), quantity=Decimal(quantity), tax_id=tax.pk if tax else None, **values)


def recurring_line(price: str, quantity: str = "1", tax: Tax | None = None, **details: Any) -> RecurringLineDetails:
    """A line of a recurring invoice."""
    values = {"description": "Rent"} | details
    return RecurringLineDetails(
        unit_price=Decimal(price), quantity=Decimal(quantity), tax_id=tax.pk if tax else None, **values
    )


def recurring_details(
    customer: Customer, lines: str | Sequence[RecurringLineDetails], starts_on: date, **details: Any
) -> RecurringDetails:
    """A recurring invoice as typed, issued when due unless a test says otherwise."""
    lines = [recurring_line(lines)] if isinstance(lines, str) else lines
    values = {"name": "Rent", "issues": True} | details
    return RecurringDetails(customer_id=customer.pk, lines=lines, starts_on=starts_on, **values)


def make_recurring(
    customer: Customer, lines: str | Sequence[RecurringLineDetails], starts_on: date, **details: Any
) -> RecurringInvoice:
    """A recurring invoice of a customer."""
    return add_recurring_invoice(customer.company, recurring_details(customer, lines, starts_on, **details), by=None)


def use(customer: Customer, quantity: str, on: date, meter: str = "calls", reference: str = "") -> None:
    """So much used by a customer on a day."""
    reference = reference or f"use-{UsageRecord.objects.count() + 1}"
    details = UsageDetails(customer.pk, meter, on, Decimal(quantity), reference)
    record_usage(customer.company, [details], by=None)


def draft(customer: Customer, lines: str | Sequence[LineDetails], **details: Any) -> Invoice:
    """A draft of some lines, or of one line at a price."""
    lines = [line(lines)] if isinstance(lines, str) else lines
    return draft_invoice(customer.company, InvoiceDetails(customer.pk, lines, **details), by=None)


def issue(customer: Customer, lines: str | Sequence[LineDetails], on: date, **details: Any) -> Invoice:
    """An invoice issued on a day."""
    return issue_invoice(draft(customer, lines, dated_on=on, **details).pk, by=None, on=on)


def issue_credit_memo(customer: Customer, amount: str, on: date, **details: Any) -> Invoice:
    """A credit memo of its own, for no invoice in particular."""
    return issue(customer, amount, on, kind=DocumentKind.CREDIT_MEMO, **details)


def receive(customer: Customer, amount: str, on: date, **details: Any) -> Receipt:
    """A receipt, not applied to anything."""
    return record_receipt(customer.company, ReceiptDetails(customer.pk, on, Decimal(amount), **details), by=None)


def item_of(paper: Invoice | Receipt) -> OpenItem:
    """The one open item of a document or receipt, as it is now."""
    return paper.entry.items.get()


def apply(credit: Invoice | Receipt, debit: Invoice, amount: str, on: date) -> Allocation:
    """Apply so much of a receipt or credit memo to an invoice."""
    pair = Pair(item_of(debit).pk, item_of(credit).pk, Decimal(amount))
    return apply_credits(debit.customer, [pair], dated_on=on, by=None)[0]


def open_of(paper: Invoice | Receipt) -> Decimal:
    """What is open of a paper now, without its sign."""
    return abs(item_of(paper).balance)


def owes(customer: Customer, on: date) -> Decimal:
    """What a customer owes on a day in their own currency."""
    return owed_on(customer.company_id, on, customer_id=customer.pk).get(customer.currency, Decimal(0))


def make_product(company: Company, code: str, **details: Any) -> Product:
    """A product, named after its code unless told otherwise."""
    return add_product(company, ProductDetails(code, **{"name": code.capitalize()} | details), by=None)


def make_price_list(company: Company, name: str, currency: str = "EUR", **details: Any) -> PriceList:
    """A price list, the default of its currency unless told otherwise."""
    values = {"is_default": True} | details
    return add_price_list(company, PriceListDetails(name, currency, **values), by=None)


def make_price(product: Product, price_list: PriceList, price: str, **details: Any) -> None:
    """One more price of a product."""
    product.refresh_from_db()
    more = PriceDetails(price_list.pk, Decimal(price), **details)
    set_prices(product.pk, [*prices_of(product), more], version=product.version, by=None)


def product_line(product: Product, quantity: str = "1") -> LineDetails:
    """A line that only names its product."""
    return LineDetails(quantity=Decimal(quantity), product_id=product.pk, usual_tax=True)
