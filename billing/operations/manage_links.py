from django.db import transaction
from django.utils import timezone

from billing.links import SHOWN_FOR
from billing.mail_words import KIND
from billing.models import DocumentLink
from billing.operations.send_invoice import send_invoice
from ledger.refusals import Refused
from office.audit import record
from office.models import OutgoingMail, User


@transaction.atomic
def revoke_link(link_id: int, *, by: User | None) -> DocumentLink:
    """Stop a link at once. Raises Refused where it has stopped already."""
    link = DocumentLink.objects.select_for_update(no_key=True).get(pk=link_id)
    if link.revoked_at:
        raise Refused("This link has stopped already.", code="already_revoked")
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    record(by, "revoke_link", link.invoice, before={"contact": link.contact}, after={"contact": ""})
    return link


@transaction.atomic
def renew_link(link_id: int, *, by: User | None) -> OutgoingMail:
    """Stop a link and mail its contact a new one: nobody here ever sees a token."""
    link = revoke_link(link_id, by=by)
    record(by, "renew_link", link.invoice, after={"contact": link.contact})
    [mail] = send_invoice(link.invoice_id, by=by, contact_ids=[link.contact_id])
    return mail


@transaction.atomic
def mail_new_link(link_id: int) -> OutgoingMail:
    """Mail the contact of a link that ran out a new one, as they asked; within a quarter of an hour it is one mail.

    Raises Refused for a link that was revoked or still opens, and where the document cannot be mailed to them.
    """
    link = DocumentLink.objects.select_for_update(no_key=True).get(pk=link_id)
    if link.revoked_at or not link.has_run_out:
        raise Refused("Only a link that ran out is renewed in this way.", code="link_not_run_out")
    if mail := new_link_mail(link):
        return mail
    [mail] = send_invoice(link.invoice_id, by=None, contact_ids=[link.contact_id])
    record(None, "mail_new_link", link.invoice, after={"contact": link.contact})
    return mail


def new_link_mail(link: DocumentLink) -> OutgoingMail | None:
    """The mail of the last minutes that brings this contact a new link to the document, if there is one."""
    since = timezone.now() - SHOWN_FOR
    mails = OutgoingMail.objects.filter(kind=KIND, contact_id=link.contact_id, queued_at__gt=since)
    return mails.filter(about_type="billing.invoice", about_id=link.invoice_id).first()
