from django.db import transaction
from django.utils import timezone

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
