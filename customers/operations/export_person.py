from collections.abc import Callable
from typing import IO, Any

from customers.models import Contact, Customer
from customers.privacy import subject_of
from office.audit import record
from office.models import User
from office.privacy.packing import pack, personal_rows


def export_person(
    person: Contact | Customer, into: IO[bytes], *, by: User, noted: Callable[[int], None] = lambda count: None
) -> None:
    """Write all that is held on a person as one ZIP, and keep that it was handed to somebody."""
    _note(person, by)
    pack(subject_of(person), str(person), into, noted)


def tell_person(person: Contact | Customer, *, by: User) -> list[dict[str, Any]]:
    """The same without papers, kind by kind, for a program; that it was handed to somebody is kept."""
    _note(person, by)
    return personal_rows(subject_of(person))


def _note(person: Contact | Customer, by: User) -> None:
    """Keep the look; of whom by number, as the trail is not emptied when they are erased."""
    is_contact = isinstance(person, Contact)
    whose = f"contact {person.pk}" if is_contact else f"customer {person.pk} and all of its people"
    record(by, "export_person", person.customer if isinstance(person, Contact) else person, after={"of": whose})
