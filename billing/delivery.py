"""How a document stands with each of those who are to receive it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from billing.models import DocumentStatus, Invoice, LinkOpening, OpeningKind
from customers.models import Contact
from office.models import MailStatus, OutgoingMail

NOT_SENT, OPENED = "not_sent", "opened"
ON_ITS_WAY = [MailStatus.QUEUED, MailStatus.SENDING, MailStatus.HANDED_OVER]
DELIVERY_STATES = {
    "bounced": "Bounced",
    "failed": "Failed",
    "uncertain": "Uncertain",
    "queued": "Queued",
    "sent": "Sent",
    "opened": "Opened",
    "cancelled": "Cancelled",
    "not_sent": "Not mailed",
}
"""Of several recipients the document has the state that stands first here."""
DELIVERY_CHOICES = list(DELIVERY_STATES.items())


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


Document = TypeVar("Document", bound=Invoice)


def with_delivery(invoices: QuerySet[Document]) -> QuerySet[Document]:
    """Add `delivery`, one of DELIVERY_STATES, nothing for drafts: of the latest mail to each recipient the worst."""
    mails = _mails().filter(about_id=OuterRef("pk"))
    later = _mails().filter(about_id=OuterRef("about_id"), contact_id=OuterRef("contact_id"), pk__gt=OuterRef("pk"))
    looks = _looks().filter(
        link__invoice=OuterRef("about_id"), link__contact=OuterRef("contact_id"), opened_at__gt=OuterRef("queued_at")
    )
    state = Case(
        When(Exists(looks), then=Value(OPENED)),
        When(status__in=ON_ITS_WAY, then=Value("queued")),
        default=F("status"),
        output_field=CharField(),
    )
    worst = mails.filter(~Exists(later)).annotate(delivery_state=state).order_by(_rank(looks))
    known = Coalesce(Subquery(worst.values("delivery_state")[:1]), Value(NOT_SENT))
    rows: QuerySet[Any] = invoices.annotate(
        delivery=Case(When(status=DocumentStatus.DRAFT, then=Value(None)), default=known, output_field=CharField())
    )
    return rows


def _rank(looks: QuerySet[LinkOpening]) -> Case:
    """The place of a mail's state in DELIVERY_STATES; the looks are asked for once."""
    places = {state: Value(place) for place, state in enumerate(DELIVERY_STATES)}
    own = [When(status=status, then=places[status]) for status in MailStatus.values if status in places]
    return Case(When(Exists(looks), then=places[OPENED]), *own, default=places["queued"])


def delivered_as(invoices: QuerySet[Document], state: str) -> QuerySet[Document]:
    """Those of `with_delivery` in a state, found by its mails or looks and not by looking at all documents."""
    if state == NOT_SENT:
        return invoices.filter(unmailed__isnull=False)
    if state == OPENED:
        maybe: QuerySet = _looks().values("link__invoice")
    else:
        maybe = _mails().filter(status__in=ON_ITS_WAY if state == "queued" else [state]).values("about_id")
    return with_delivery(invoices).filter(pk__in=maybe, delivery=state)


def _mails() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(about_type=Invoice._meta.label_lower)


def _looks() -> QuerySet[LinkOpening]:
    """Visits by a person; a scanner's is none."""
    return LinkOpening.objects.exclude(kind=OpeningKind.OPENED)


def _gets(contact: Contact) -> bool:
    return contact.is_active and contact.gets_invoices and bool(contact.email)


def _delivery(invoice: Invoice, contact: Contact, mail: OutgoingMail | None, seen_at: datetime | None) -> Delivery:
    may_send = invoice.status == DocumentStatus.ISSUED and contact.is_active and bool(contact.email)
    if mail is None:
        return Delivery(contact, contact.email, NOT_SENT, may_send=may_send)
    if seen_at and seen_at > mail.queued_at:
        return Delivery(contact, mail.to_email, OPENED, seen_at, may_send=may_send)
    at = mail.bounced_at or mail.finished_at or mail.queued_at
    return Delivery(contact, mail.to_email, mail.status, at, mail.explanation, may_send)


def _latest_mails(invoice: Invoice) -> dict[int | None, OutgoingMail]:
    mails = _mails().filter(about_id=invoice.pk).defer("kept_message")
    return {mail.contact_id: mail for mail in mails.order_by("pk")}


def _openings(invoice: Invoice) -> dict[int, datetime]:
    """When each contact last looked."""
    looks = _looks().filter(link__invoice=invoice)
    return dict(looks.order_by("pk").values_list("link__contact", "opened_at"))
