"""What tests of e-invoices share: a seller and a buyer with all that the rules ask for, and how both are judged."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from billing.einvoice.document import Document
from billing.einvoice.from_invoice import document_of
from billing.einvoice.markup import parse
from billing.einvoice.rules import Finding, judge
from billing.einvoice.writing import write
from billing.models import Invoice, InvoiceLine
from billing.printed import printed_facts
from billing.totals import tax_rows, total_invoice
from customers.models import Customer, EInvoiceFormat
from customers.operations.details import AddressDetails
from office.models import BankAccount, Company
from tests import world

DAY = date(2026, 3, 2)
SELLER = {
    "street": "Musterweg 1",
    "postal_code": "10115",
    "city": "Berlin",
    "tax_id": "DE123456788",
    "registration": "HRB 4711",
    "phone": "+49 30 123456",
    "contact_name": "Accounts",
    "electronic_address": "DE123456788",
    "electronic_address_scheme": "9930",
}
BUYER = {
    "tax_id": "FR40303265045",
    "electronic_address": "FR40303265045",
    "electronic_address_scheme": "9957",
    "buyer_reference": "04011000-12345-03",
}
PLACE = AddressDetails(street="1 rue de Rivoli", postal_code="75001", city="Paris", country="FR")


def seller(**details: Any) -> Company:
    """A company with all that an e-invoice says of its seller."""
    company = world.make_company(**SELLER | details)
    values = {"company": company, "name": "Main", "holder": "Alder Ltd", "bic": "COBADEFFXXX"}
    for currency, number in (("EUR", "DE89370400440532013000"), ("JPY", "4711"), ("KWD", "4712"), ("USD", "4713")):
        BankAccount.objects.create(currency=currency, iban=number, **values)
    return company


def buyer(company: Company, form: str = "", **details: Any) -> Customer:
    """A customer who wants an e-invoice."""
    values = {"einvoice_format": form, "addresses": [PLACE], **BUYER, **details}
    return world.make_customer(company, **values)


def unsaved(customer: Customer, lines: Sequence[InvoiceLine], **values: Any) -> tuple[Invoice, Document]:
    """An invoice that is in no database, as issued, and as EN 16931 sees it."""
    given = {"number": "INV-1", "currency": "EUR", "dated_on": DAY, "due_on": date(2026, 4, 1)} | values
    invoice = Invoice(company=customer.company, customer=customer, **given)
    totals = total_invoice(invoice, lines)
    invoice.printed = printed_facts(invoice, customer)
    return invoice, document_of(invoice, lines, tax_rows(invoice, lines, totals))


def findings(document: Document, form: str) -> list[Finding]:
    """What the rules and the schema find in the document so written."""
    return judge(parse(write(document, form)), is_ours=True)


def fatal_ids(document: Document, forms: Sequence[str] = tuple(EInvoiceFormat.values)) -> dict[str, list[str]]:
    """The fatal findings in each kind of e-invoice, in words."""
    return {form: [str(each) for each in findings(document, form) if each.is_fatal] for form in forms}


NOTHING = {form: [] for form in EInvoiceFormat.values}
