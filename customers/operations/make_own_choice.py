"""Choices that a customer's person makes by themselves: the language, the kind of e-invoice, and no more reminders."""

from collections.abc import Callable
from dataclasses import replace

from django.db import transaction

from customers.models import Contact, Customer
from customers.operations.details import CustomerDetails, details_of
from customers.operations.update_customer import update_customer
from customers.own_choices import einvoice_kinds, is_last_reminded
from ledger.refusals import Refused
from office.languages import require_language


def choose_language(contact_id: int, language: str) -> Contact:
    """Write the customer's papers and mails in another language from now on. Raises Refused for one that is none."""
    require_language(language)
    return _changed(contact_id, lambda contact, details: replace(details, language=language))


def choose_einvoice(contact_id: int, kind: str) -> Contact:
    """Write e-invoices of another kind from now on, or none. Raises Refused for what we cannot write for them."""

    def chosen(contact: Contact, details: CustomerDetails) -> CustomerDetails:
        if kind and kind not in einvoice_kinds(contact.customer):
            raise Refused("That kind of e-invoice cannot be written for this customer.", code="unknown_einvoice_format")
        return replace(details, einvoice_format=kind)

    return _changed(contact_id, chosen)


def stop_reminders(contact_id: int) -> Contact:
    """Send a contact no more reminders. Raises Refused for the last one who gets them."""

    def stopped(contact: Contact, details: CustomerDetails) -> CustomerDetails:
        if contact.gets_reminders and is_last_reminded(contact):
            raise Refused("Nobody else there gets reminders.", code="last_reminded")
        return _with_reminders(contact, details, gets=False)

    return _changed(contact_id, stopped)


def resume_reminders(contact_id: int) -> Contact:
    """Send a contact reminders again."""
    return _changed(contact_id, lambda contact, details: _with_reminders(contact, details, gets=True))


def _with_reminders(contact: Contact, details: CustomerDetails, *, gets: bool) -> CustomerDetails:
    people = [replace(each, gets_reminders=gets) if each.id == contact.pk else each for each in details.contacts]
    return replace(details, contacts=people)


@transaction.atomic
def _changed(contact_id: int, change: Callable[[Contact, CustomerDetails], CustomerDetails]) -> Contact:
    """Change the customer the way staff do, and name in the audit trail who chose it; once for the same."""
    customer_id = Contact.objects.values_list("customer", flat=True).get(pk=contact_id)
    customer = (
        Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=customer_id)
    )
    contact = Contact.objects.get(pk=contact_id)
    contact.customer = customer
    before = details_of(customer)
    after = change(contact, before)
    if after != before:
        reason = f"{contact.name} chose it on their page"
        update_customer(customer.pk, after, version=customer.version, by=None, reason=reason)
        contact.refresh_from_db()
    return contact
