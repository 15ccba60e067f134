"""The tables of customers."""

from customers.models.customer import Customer
from customers.models.people import Address, AddressKind, Contact

__all__ = ["Address", "AddressKind", "Contact", "Customer"]
