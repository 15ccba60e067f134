"""The tables of customers."""

from customers.models.customer import Customer, EInvoiceFormat
from customers.models.people import Address, AddressKind, Contact

__all__ = ["Address", "AddressKind", "Contact", "Customer", "EInvoiceFormat"]
