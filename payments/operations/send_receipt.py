from collections.abc import Sequence

from django.db import transaction

from billing.delivery import ON_ITS_WAY
from customers.models import Contact
from ledger.refusals import Refused
from office.audit import record
from office.mail import MailToQueue, queue_mails
from office.models import OutgoingMail, User
from payments.models import Receipt, ReceiptStatus
from payments.receipt_mail import subject_of
from payments.receipt_words import KIND


@transaction.atomic
def send_receipt(receipt_id: int, *, by: User | None, contact_ids: Sequence[int] | None = None) -> list[OutgoingMail]:
    """Queue a mail with the receipt to each contact who gets invoices, or to those chosen.

    A mail to the same contact that is still on its way is not doubled; after that, sending again is a new mail. Raises
    Refused for a reversed receipt, and where nobody can receive it.
    """
    receipts = Receipt.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    receipt = receipts.get(pk=receipt_id)
    if receipt.status == ReceiptStatus.REVERSED:
        raise Refused(f"{receipt} is reversed; it is not sent any more.", code="invalid_move")
    contacts = _receivers(receipt, contact_ids)
    mails = queue_mails(_mail(receipt, contact) for contact in contacts)
    record(by, "send_receipt", receipt, after={"to": ", ".join(contact.email for contact in contacts)})
    return mails


def _receivers(receipt: Receipt, contact_ids: Sequence[int] | None) -> list[Contact]:
    reachable = Contact.objects.filter(customer=receipt.customer_id, is_active=True).exclude(email="")
    if contact_ids is None:
        contacts = list(reachable.filter(gets_invoices=True))
    else:
        contacts = list(reachable.filter(pk__in=contact_ids))
        if len(contacts) != len(set(contact_ids)):
            raise Refused("One of these people has no address here any more, or has left.", code="contact_unreachable")
    if not contacts:
        raise Refused("Nobody at this customer gets papers by mail. Add a contact first.", code="nobody_to_send_to")
    return contacts


def _mail(receipt: Receipt, contact: Contact) -> MailToQueue:
    earlier = OutgoingMail.objects.filter(
        kind=KIND, about_type=Receipt._meta.label_lower, about_id=receipt.pk, contact_id=contact.pk
    )
    occasion = earlier.exclude(status__in=ON_ITS_WAY).count() + 1
    return MailToQueue(
        key=f"send_receipt:{receipt.pk}:{contact.pk}:{occasion}",
        kind=KIND,
        company=receipt.company,
        customer_id=receipt.customer_id,
        contact_id=contact.pk,
        about=receipt,
        to_email=contact.email,
        subject=subject_of(receipt),
    )
