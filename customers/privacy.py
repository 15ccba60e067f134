"""Whose data something is: a contact's, or that of a customer who is a person, with all of its people."""

from customers.models import Contact, Customer, PrivacyRequest
from customers.personal import pseudonym, pseudonym_of_customer
from office.privacy.registry import WAITS, Subject


def subject_of(person: Contact | Customer) -> Subject:
    """The person as the registry asks for them."""
    if isinstance(person, Contact):
        return Subject(person.customer.company, (person.pk,))
    records = (person.pk, *person.merged.order_by("pk").values_list("pk", flat=True))
    people = Contact.objects.filter(customer__in=records).order_by("pk")
    return Subject(person.company, tuple(people.values_list("pk", flat=True)), records)


def is_erased(person: Contact | Customer) -> bool:
    """Whether nothing but a pseudonym is left."""
    if isinstance(person, Contact):
        return person.name == pseudonym(person.pk)
    return person.name == pseudonym_of_customer(person.pk)


def why_not_yet(request: PrivacyRequest) -> list[str]:
    """What stands against erasing whom a request is about, in words; nothing where it can be done."""
    subject = subject_of(request.person)
    return [words for why in WAITS for words in why(subject)]
