from hashlib import sha256

from django.db import transaction
from django.db.models import Sum

from billing.attachments import MOST_ALONG, file_name, media_type_of
from billing.models import Attachment, Invoice
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@transaction.atomic
def attach_file(invoice_id: int, name: str, content: bytes, *, goes_along: bool, by: User | None) -> Attachment:
    """Keep a file beside a document, for us alone or to go along with it.

    Raises Refused for what is no file of a known kind, for a name that is taken, for too much, and for a file that
    shall go along with a document that is issued already.
    """
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    name = file_name(name)
    media_type = media_type_of(name, content)
    if invoice.attachments.filter(name=name).exists():
        raise Refused(f"There is a file {name} already. Remove it first, or name yours otherwise.", code="name_taken")
    if goes_along:
        _require_may_go_along(invoice, len(content))
    attachment = Attachment.objects.create(
        invoice=invoice,
        name=name,
        media_type=media_type,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        goes_along=goes_along,
        added_by=by,
    )
    record(by, "attach_file", invoice, after={"file": name, "goes_along": goes_along})
    return attachment


def _require_may_go_along(invoice: Invoice, size: int) -> None:
    if not invoice.is_draft:
        raise Refused(
            f"{invoice} is {invoice.status}: what goes along with it is fixed. Keep the file for us alone.",
            code="not_a_draft",
        )
    along = invoice.attachments.filter(goes_along=True).aggregate(sum=Sum("size", default=0))["sum"]
    if along + size > MOST_ALONG:
        raise Refused(
            f"Together they would have more than {MOST_ALONG // 1_000_000} MB, which mail does not carry.",
            code="too_much_along",
        )


@transaction.atomic
def remove_attachment(attachment_id: int, *, by: User | None) -> None:
    """Take a file away. Raises Refused for one that went along with an issued document."""
    attachment = Attachment.objects.select_related("invoice").defer("content").get(pk=attachment_id)
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=attachment.invoice_id)
    if attachment.goes_along and not invoice.is_draft:
        raise Refused(f"{attachment} went along with {invoice}, so it stays.", code="not_a_draft")
    record(by, "remove_attachment", invoice, before={"file": attachment.name})
    attachment.delete()
