from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import transaction

from billing.delivery import ON_ITS_WAY
from billing.mail import subject_of
from billing.mail_words import KIND
from billing.models import DocumentStatus, Invoice
from customers.models import Contact
from ledger.refusals import Refused
from office.audit import record_all
from office.mail import MailToQueue, queue_mails
from office.models import OutgoingMail, User


@transaction.atomic
def send_invoice(invoice_id: int, *, by: User | None, contact_ids: Sequence[int] | None = None) -> list[OutgoingMail]:
    """Queue a mail with the document and a link to each contact who gets invoices, or to those chosen.

    A mail to the same contact that is still on its way is not doubled; after that, sending again is a new mail. Raises
    Refused for drafts and void documents, and where nobody can receive it.
    """
    mails, refused = send_invoices([invoice_id], by=by, contact_ids=contact_ids)
    if refused:
        raise refused[invoice_id]
    return mails


@transaction.atomic
def send_invoices(
    invoice_ids: Sequence[int], *, by: User | None, contact_ids: Sequence[int] | None = None
) -> tuple[list[OutgoingMail], dict[int, Refused]]:
    """Do so for many, and tell of those that cannot be sent why; they stop no other."""
    locked = Invoice.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=invoice_ids)
    invoices = list(locked.select_related("company").order_by("pk"))
    reachable, occasions = _reachable(invoices), _occasions(invoices)
    receivers: dict[int, list[Contact]] = {}
    refused: dict[int, Refused] = {}
    for invoice in invoices:
        try:
            receivers[invoice.pk] = _receivers(invoice, reachable[invoice.customer_id], contact_ids)
        except Refused as refusal:
            refused[invoice.pk] = refusal
    sent = [invoice for invoice in invoices if invoice.pk in receivers]
    mails = queue_mails(
        _mail(invoice, contact, occasions[invoice.pk, contact.pk] + 1)
        for invoice in sent
        for contact in receivers[invoice.pk]
    )
    addresses = [", ".join(contact.email for contact in receivers[invoice.pk]) for invoice in sent]
    record_all(by, "send_invoice", sent, after=[{"to": to} for to in addresses])
    return mails, refused


def _reachable(invoices: Sequence[Invoice]) -> dict[int, list[Contact]]:
    """The contacts that have an address, by customer."""
    contacts = Contact.objects.filter(customer__in={invoice.customer_id for invoice in invoices}, is_active=True)
    by_customer = defaultdict(list)
    for contact in contacts.exclude(email=""):
        by_customer[contact.customer_id].append(contact)
    return by_customer


def _occasions(invoices: Sequence[Invoice]) -> Counter[tuple[int, int | None]]:
    """How often a document was mailed to a contact so far: a mail's key counts the occasions."""
    mails = OutgoingMail.objects.filter(
        kind=KIND, about_type=Invoice._meta.label_lower, about_id__in=[invoice.pk for invoice in invoices]
    )
    return Counter(mails.exclude(status__in=ON_ITS_WAY).values_list("about_id", "contact_id"))


def _receivers(invoice: Invoice, reachable: Sequence[Contact], contact_ids: Sequence[int] | None) -> list[Contact]:
    if invoice.status != DocumentStatus.ISSUED:
        raise Refused(f"{invoice} is {invoice.status}; only an issued document is sent.", code="not_issued")
    if contact_ids is None:
        contacts = [contact for contact in reachable if contact.gets_invoices]
    else:
        contacts = [contact for contact in reachable if contact.pk in contact_ids]
        if len(contacts) != len(set(contact_ids)):
            raise Refused("One of these people has no address here any more, or has left.", code="contact_unreachable")
    if not contacts:
        raise Refused("Nobody at this customer gets invoices by mail. Add a contact first.", code="nobody_to_send_to")
    return contacts


def _mail(invoice: Invoice, contact: Contact, occasion: int) -> MailToQueue:
    return MailToQueue(
        key=f"send_invoice:{invoice.pk}:{contact.pk}:{occasion}",
        kind=KIND,
        company=invoice.company,
        customer_id=invoice.customer_id,
        contact_id=contact.pk,
        about=invoice,
        to_email=contact.email,
        subject=subject_of(invoice),
    )
