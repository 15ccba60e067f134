from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from credit_control.models import ContactNote, CreditFile, NoteKind
from customers.models import Customer
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import User
from office.written import plain_day

LONGEST, LONGEST_NAME, FARTHEST = 1000, 100, timedelta(days=366)


@dataclass(frozen=True)
class NoteDetails:
    """What was said; without a next day the customer stays on the list."""

    words: str
    kind: str = NoteKind.CALL
    person: str = ""
    next_contact_on: date | None = None


@transaction.atomic
def note_contact(customer_id: int, details: NoteDetails, *, by: User | None) -> ContactNote:
    """Note what was said with a customer, and until which day they are off the list.

    Raises Refused without words, for too many of them, and for a day that is past or more than a year ahead.
    """
    customer = (
        Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=customer_id)
    )
    words = without_card_numbers(details.words.replace("\0", "").strip())
    person = details.person.replace("\0", "").strip()
    if not words:
        raise Refused("Say what was said.", code="words_missing")
    if len(words) > LONGEST or len(person) > LONGEST_NAME:
        raise Refused(f"A note has at most {LONGEST} characters, a name {LONGEST_NAME}.", code="too_long")
    if details.kind not in set(NoteKind):
        raise Refused("Choose how you spoke.", code="bad_kind")
    today, day = customer.company.today(), details.next_contact_on
    if day and not today <= day <= today + FARTHEST:
        raise Refused(f"Ask again on a day from {plain_day(today)} to a year ahead.", code="day_invalid")
    note = ContactNote.objects.create(
        company=customer.company,
        customer=customer,
        kind=details.kind,
        person=person,
        words=words,
        next_contact_on=day,
        created_by=by,
    )
    file = credit_file(customer)
    file.next_contact_on = day
    file.save(update_fields=["next_contact_on"])
    record(by, "note_contact", customer, after={"note": words, "ask_again_on": day or ""})
    return note


def credit_file(customer: Customer) -> CreditFile:
    """The customer's file, which is begun where there is none."""
    return CreditFile.objects.get_or_create(customer=customer, defaults={"company": customer.company})[0]
