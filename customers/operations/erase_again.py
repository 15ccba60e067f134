"""After a restore: a backup brings back who was erased since it was made, so the same are erased once more."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypedDict

from customers.models import Contact, Customer, PrivacyRequest, PrivacyStatus, PrivacyWish
from customers.operations.erase_person import erase_person
from customers.operations.note_privacy_request import note_privacy_request
from customers.privacy import is_erased
from ledger.refusals import Refused
from office.models import User


class Erased(TypedDict):
    """Who was erased, by ids alone: the customer, and the contact where they were one; and when they asked for it."""

    customer: int
    contact: int | None
    asked_on: str


def erasures() -> list[Erased]:
    """All who were erased here, in the order of it."""
    done = PrivacyRequest.objects.filter(wish=PrivacyWish.ERASURE, status=PrivacyStatus.DONE).order_by("closed_at")
    rows = done.values_list("customer_id", "contact_id", "asked_on")
    return [Erased(customer=customer, contact=contact, asked_on=str(on)) for customer, contact, on in rows]


class NotErasures(Exception):
    """A file is not what `manage.py erasures` writes."""


def read_erasures(file: Path) -> list[Erased]:
    """Whom a file names that `manage.py erasures` wrote. Raises NotErasures."""
    try:
        rows = json.loads(file.read_text())
        return [
            Erased(
                customer=int(row["customer"]),
                contact=int(row["contact"]) if row["contact"] else None,
                asked_on=str(date.fromisoformat(row["asked_on"])),
            )
            for row in rows
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NotErasures(f"{file} does not say who was erased: {error}") from error


def erased_again(rows: Iterable[Erased]) -> Iterator[str]:
    """Erase all of them once more; what stands against it, in words."""
    for row in rows:
        yield from erase_again(row, by=None)


def erase_again(row: Erased, *, by: User | None) -> Iterator[str]:
    """Erase somebody once more, unless they are erased or the backup does not know them; what stands against it."""
    person = _person(row)
    if person is None or is_erased(person):
        return
    try:
        erase_person(_asked(person, date.fromisoformat(row["asked_on"]), by).pk, by=by)
    except Refused as refusal:
        yield f"{person}: {refusal.message}"


def _person(row: Erased) -> Contact | Customer | None:
    if row["contact"]:
        return Contact.objects.select_related("customer__company").filter(pk=row["contact"]).first()
    return Customer.objects.select_related("company").filter(pk=row["customer"]).first()


def _asked(person: Contact | Customer, on: date, by: User | None) -> PrivacyRequest:
    """What they asked then, where the backup knows it still as open, or noted anew."""
    known = person.privacy_requests.filter(wish=PrivacyWish.ERASURE, status=PrivacyStatus.OPEN)
    if isinstance(person, Customer):
        known = known.filter(contact=None)
    note = "Erased before this copy was restored"
    return known.first() or note_privacy_request(person, PrivacyWish.ERASURE, asked_on=on, note=note, by=by)
