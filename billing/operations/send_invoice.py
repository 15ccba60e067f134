from collections.abc import Sequence

from django.db import transaction

from billing.mail import KIND, subject_of
from billing.models import DocumentStatus, Invoice
from customers.models import Contact
from ledger.refusals import Refused
from office.audit import record
from office.mail import queue_mail
from office.models import MailStatus, OutgoingMail, User

ON_ITS_WAY = [MailStatus.QUEUED, MailStatus.SENDING, MailStatus.HANDED_OVER]


@transaction.atomic
def send_invoice(invoice_id: int, *, by: User | None, contact_ids: Sequence[int] | None = None) -> list[OutgoingMail]:
    """Queue a mail with the document and a link to each contact who gets invoices, or to those chosen.

    A mail to the same contact that is still on its way is not doubled; after that, sending again is a new mail. Raises
    Refused for drafts and void documents, and where nobody can receive it.
    """
    invoice = Invoice.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=invoice_id)
    if invoice.status != DocumentStatus.ISSUED:
        raise Refused(f"{invoice} is {invoice.status}; only an issued document is sent.", code="not_issued")
    contacts = _receivers(invoice, contact_ids)
    mails = [_queue(invoice, contact) for contact in contacts]
    record(by, "send_invoice", invoice, after={"to": ", ".join(contact.email for contact in contacts)})
    return mails


def _receivers(invoice: Invoice, contact_ids: Sequence[int] | None) -> list[Contact]:
    reachable = Contact.objects.filter(customer=invoice.customer_id, is_active=True).exclude(email="")
    if contact_ids is None:
        contacts = list(reachable.filter(gets_invoices=True))
    else:
        contacts = list(reachable.filter(pk__in=contact_ids))
        if len(contacts) != len(set(contact_ids)):
            raise Refused("One of these people has no address here any more, or has left.", code="contact_unreachable")
    if not contacts:
        raise Refused("Nobody at this customer gets invoices by mail. Add a contact first.", code="nobody_to_send_to")
    return contacts


def _queue(invoice: Invoice, contact: Contact) -> OutgoingMail:
    """The mail's key counts the occasions, so sending again on purpose is another mail."""
    before = OutgoingMail.objects.filter(
        kind=KIND, about_type=invoice._meta.label_lower, about_id=invoice.pk, contact_id=contact.pk
    )
    occasion = before.exclude(status__in=ON_ITS_WAY).count() + 1
    return queue_mail(
        key=f"send_invoice:{invoice.pk}:{contact.pk}:{occasion}",
        kind=KIND,
        company=invoice.company,
        customer_id=invoice.customer_id,
        contact_id=contact.pk,
        about=invoice,
        to_email=contact.email,
        subject=subject_of(invoice),
    )
