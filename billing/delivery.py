"""How a document stands with each of those who are to receive it."""

from dataclasses import dataclass
from datetime import datetime

from billing.models import DocumentStatus, Invoice, LinkOpening, OpeningKind
from customers.models import Contact
from office.models import OutgoingMail

NOT_SENT, OPENED = "not_sent", "opened"


@dataclass(frozen=True)
class Delivery:
    """A recipient, and the state of the latest mail to them: one of MailStatus, not_sent, or opened by a person."""

    contact: Contact
    email: str
    state: str
    at: datetime | None = None
    explanation: str = ""
    may_send: bool = False


def deliveries_of(invoice: Invoice) -> list[Delivery]:
    """Everybody who gets the customer's invoices or was mailed this one. A draft has none yet."""
    if invoice.is_draft:
        return []
    mails = _latest_mails(invoice)
    opened = _openings(invoice)
    return [
        _delivery(invoice, contact, mails.get(contact.pk), opened.get(contact.pk))
        for contact in invoice.customer.contacts.all()
        if contact.pk in mails or _gets(contact)
    ]


def _gets(contact: Contact) -> bool:
    return contact.is_active and contact.gets_invoices and bool(contact.email)


def _delivery(invoice: Invoice, contact: Contact, mail: OutgoingMail | None, seen_at: datetime | None) -> Delivery:
    may_send = invoice.status == DocumentStatus.ISSUED and contact.is_active and bool(contact.email)
    if mail is None:
        return Delivery(contact, contact.email, NOT_SENT, may_send=may_send)
    if seen_at and seen_at > mail.queued_at:
        return Delivery(contact, mail.to_email, OPENED, seen_at, may_send=may_send)
    at = mail.finished_at or mail.queued_at
    return Delivery(contact, mail.to_email, mail.status, at, mail.explanation, may_send)


def _latest_mails(invoice: Invoice) -> dict[int, OutgoingMail]:
    mails = OutgoingMail.objects.filter(about_type=Invoice._meta.label_lower, about_id=invoice.pk)
    return {mail.contact_id: mail for mail in mails.defer("kept_message").order_by("pk")}


def _openings(invoice: Invoice) -> dict[int, datetime]:
    """When each contact last looked; a scanner's visit is none."""
    looks = LinkOpening.objects.filter(link__invoice=invoice).exclude(kind=OpeningKind.OPENED)
    return dict(looks.order_by("pk").values_list("link__contact", "opened_at"))
