"""The tables of customers."""

from customers.models.accounts import AccountKind, CustomerAccount
from customers.models.customer import Customer, CustomerGroup, EInvoiceFormat, GroupStatement, StatementForm
from customers.models.mandates import Mandate, MandateAmendment, MandateScheme, MandateUse
from customers.models.payers import DeclaredPayer
from customers.models.people import Address, AddressKind, Contact
from customers.models.terms import PaymentTerms, TermsPart

__all__ = [
    "AccountKind",
    "Address",
    "AddressKind",
    "Contact",
    "Customer",
    "CustomerAccount",
    "CustomerGroup",
    "DeclaredPayer",
    "EInvoiceFormat",
    "GroupStatement",
    "Mandate",
    "MandateAmendment",
    "MandateScheme",
    "MandateUse",
    "PaymentTerms",
    "StatementForm",
    "TermsPart",
]
