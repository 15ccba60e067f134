"""What tests begin with: a company with its accounts, its staff, a customer, an issued invoice."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group

from billing.models import Invoice
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoice
from billing.operations.issue_invoice import issue_invoice
from customers.models import Contact, Customer
from customers.operations.create_customer import create_customer
from customers.operations.details import ContactDetails, CustomerDetails
from ledger.accounts import open_accounts
from office.models import BankAccount, Company, User


def make_company(**fields: Any) -> Company:
    """A German company with a bank account for euros."""
    company = Company.objects.create(
        **{
            "legal_name": "Probe GmbH",
            "street": "Hauptstraße 1",
            "postal_code": "10115",
            "city": "Berlin",
            "country": "DE",
            "email": "billing@probe.example",
            "currency": "EUR",
            **fields,
        }
    )
    BankAccount.objects.create(
        company=company,
        name="Main",
        holder="Probe GmbH",
        iban="DE02120300000000202051",
        bic="BYLADEM1001",
        currency="EUR",
    )
    open_accounts(company.pk)
    return company


def make_user(company: Company, role: str = "clerk", **fields: Any) -> User:
    """A member of staff with a role."""
    user = User.objects.create_user(f"{role}{User.objects.count()}@staff.example", **{"name": role.title(), **fields})
    Group.objects.get_or_create(name=role)
    user.groups.add(Group.objects.get(name=role))
    user.companies.add(company)
    return user


def make_customer(company: Company, *contacts: ContactDetails, **fields: Any) -> Customer:
    """A customer with one contact who gets invoices, or with those named."""
    people = list(contacts) or [ContactDetails("Ada Payer", "ada@buyer.example")]
    return create_customer(company, CustomerDetails(**{"name": "Buyer Ltd", "contacts": people, **fields}), by=None)


def make_invoice(customer: Customer, price: str = "100.00", **fields: Any) -> Invoice:
    """An issued invoice of one line, dated 1 March 2026 and due in 30 days."""
    details = {"lines": [LineDetails("Consulting", Decimal(price))], "dated_on": date(2026, 3, 1), **fields}
    draft = draft_invoice(customer.company, InvoiceDetails(customer.pk, **details), by=None)
    return issue_invoice(draft.pk, by=None, on=date(2026, 3, 1))


def contact_of(customer: Customer) -> Contact:
    """The customer's only contact."""
    return customer.contacts.get()
