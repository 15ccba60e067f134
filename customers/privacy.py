"""Whose data something is: a contact's, or that of a customer who is a person, with all of its people."""

from datetime import datetime

from django.db.models import Max

from customers.models import Contact, Customer, PrivacyRequest, PrivacyStatus, PrivacyWish
from customers.personal import pseudonym, pseudonym_of_customer
from ledger.refusals import Refused
from office.privacy.registry import WAITS, Subject

SHORTEST = 4
"""A name or number of fewer letters is looked for in no text: too much else says it."""


def subject_of(person: Contact | Customer) -> Subject:
    """The person as the registry asks for them."""
    if isinstance(person, Contact):
        customer = person.customer
        return Subject(customer.company, (person.pk,), beside=_records(customer), words=_words([person]))
    records = _records(person)
    people = list(Contact.objects.filter(customer__in=records).order_by("pk"))
    words = (*_words(people), *(word for word in (person.name, person.tax_id) if len(word) >= SHORTEST))
    return Subject(person.company, tuple(each.pk for each in people), records, words=words)


def _words(people: list[Contact]) -> tuple[str, ...]:
    said = {word for each in people for word in (each.name, each.email, each.phone)}
    return tuple(sorted(word for word in said if len(word) >= SHORTEST))


def _records(customer: Customer) -> tuple[int, ...]:
    """A customer's own record, and those that were merged into it."""
    return (customer.pk, *customer.merged.order_by("pk").values_list("pk", flat=True))


def is_erased(person: Contact | Customer) -> bool:
    """Whether nothing but a pseudonym is left."""
    if isinstance(person, Contact):
        return person.name == pseudonym(person.pk)
    return person.name == pseudonym_of_customer(person.pk)


def require_not_erased(customer: Customer) -> None:
    """Raise Refused for a customer who was a person and was erased: nothing new is billed to them."""
    if is_erased(customer):
        raise Refused(f"{customer.number} was erased: add them anew.", code="customer_erased")


def erased_at(customer: Customer) -> datetime | None:
    """When somebody of a customer was erased last: what the trail says before that is read there alone."""
    done = customer.privacy_requests.filter(wish=PrivacyWish.ERASURE, status=PrivacyStatus.DONE)
    last: datetime | None = done.aggregate(last=Max("closed_at"))["last"]
    return last


def why_not_yet(request: PrivacyRequest) -> list[str]:
    """What stands against erasing whom a request is about, in words; nothing where it can be done."""
    subject = subject_of(request.person)
    return [words for why in WAITS for words in why(subject)]
