"""Whose data something is: a contact's, or that of a customer who is a person, with all of its people."""

from customers.models import Contact, Customer, PrivacyRequest
from customers.personal import pseudonym, pseudonym_of_customer
from office.privacy.registry import WAITS, Subject

SHORTEST = 4
"""A name or number of fewer letters is looked for in no text: too much else says it."""


def subject_of(person: Contact | Customer) -> Subject:
    """The person as the registry asks for them."""
    if isinstance(person, Contact):
        words = tuple(word for word in (person.name, person.email, person.phone) if len(word) >= SHORTEST)
        return Subject(person.customer.company, (person.pk,), beside=_records(person.customer), words=words)
    records = _records(person)
    people = Contact.objects.filter(customer__in=records).order_by("pk")
    return Subject(person.company, tuple(people.values_list("pk", flat=True)), records)


def _records(customer: Customer) -> tuple[int, ...]:
    """A customer's own record, and those that were merged into it."""
    return (customer.pk, *customer.merged.order_by("pk").values_list("pk", flat=True))


def is_erased(person: Contact | Customer) -> bool:
    """Whether nothing but a pseudonym is left."""
    if isinstance(person, Contact):
        return person.name == pseudonym(person.pk)
    return person.name == pseudonym_of_customer(person.pk)


def why_not_yet(request: PrivacyRequest) -> list[str]:
    """What stands against erasing whom a request is about, in words; nothing where it can be done."""
    subject = subject_of(request.person)
    return [words for why in WAITS for words in why(subject)]
