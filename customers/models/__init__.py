"""The tables of customers."""

from customers.models.customer import Customer, CustomerGroup, EInvoiceFormat
from customers.models.people import Address, AddressKind, Contact
from customers.models.terms import PaymentTerms, TermsPart

__all__ = [
    "Address",
    "AddressKind",
    "Contact",
    "Customer",
    "CustomerGroup",
    "EInvoiceFormat",
    "PaymentTerms",
    "TermsPart",
]
