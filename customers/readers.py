"""Whom a mail is for: the person as they are now, never as they once were."""

from customers.models import Contact
from ledger.present import present
from office.models import OutgoingMail


def reader_of(mail: OutgoingMail) -> Contact:
    """The contact that a mail is for, with their customer."""
    return Contact.objects.select_related("customer").get(pk=present(mail.contact_id))


def why_not_to(contact: Contact) -> str:
    """Why nobody can write to this contact; empty where one can."""
    if not contact.is_active:
        return f"Not sent: {contact.name} has left."
    return "" if contact.email else f"Not sent: {contact.name} has no address any more."


def why_not_there(mail: OutgoingMail, contact: Contact) -> str:
    """Why a written mail must not go to where it is about to; empty where the contact still has that address."""
    if contact.email and contact.email != mail.to_email:
        return f"Not sent: the address of {contact.name} changed just then. Send it again."
    return ""
