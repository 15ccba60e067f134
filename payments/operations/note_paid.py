from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import IntegrityError, transaction

from billing.attachments import file_name, media_type_of
from billing.models import DocumentStatus, Invoice
from customers.models import Contact
from ledger.models import OpenItem
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.reading.lengths import require_lengths
from office.written import plain_day
from payments.models import NoticeStatus, PaidHow, PaidNotice, PaidNoticeFile

MOST_OF_A_DOCUMENT = 5
"""How often a customer may tell of one document; who has more to say is best called."""
LONGEST_AGO = timedelta(days=366)
KINDS = {"application/pdf", "image/png", "image/jpeg"}


@dataclass(frozen=True)
class PaidDetails:
    """What a customer says they paid, with a file that shows it: its name and bytes."""

    amount: Decimal
    paid_on: date
    how: str
    reference: str = ""
    file: tuple[str, bytes] | None = None


@transaction.atomic
def note_paid(invoice_id: int, details: PaidDetails, *, contact: Contact, on: date) -> PaidNotice:
    """Keep what a contact says they paid on a document, so that we look for it; nothing enters the book.

    Raises Refused for a document of which nothing is owed, or of which we look for a payment already; for a day to come
    or over a year ago, and an amount that is none or more than the document comes to; and for a file of another kind.
    """
    rows = Invoice.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    invoice = rows.get(pk=invoice_id)
    _require_owed(invoice)
    _require_not_told(invoice)
    _check(invoice, details, on)
    notice = PaidNotice(
        company=invoice.company,
        customer=invoice.customer,
        invoice=invoice,
        contact=contact,
        amount=details.amount,
        currency=invoice.currency,
        paid_on=details.paid_on,
        how=details.how,
        reference=without_card_numbers(" ".join(details.reference.replace("\0", "").split())),
        told_on=on,
    )
    require_lengths(notice)
    try:
        with transaction.atomic():
            notice.save()
    except IntegrityError as error:
        if "paid_notice_open_once" not in str(error):
            raise
        raise _told_already(invoice) from error
    if details.file:
        _keep(notice, *details.file)
    record(None, "note_paid", invoice, after=_noted(notice, contact, details))
    return notice


def _require_owed(invoice: Invoice) -> None:
    owed = OpenItem.objects.filter(entry=invoice.entry_id, balance__gt=0)
    if invoice.is_credit_memo or invoice.status != DocumentStatus.ISSUED or not owed.exists():
        raise Refused(f"Nothing is owed of {invoice.number}.", code="nothing_open")


def _require_not_told(invoice: Invoice) -> None:
    if invoice.paid_notices.filter(status=NoticeStatus.OPEN).exists():
        raise _told_already(invoice)
    if invoice.paid_notices.count() >= MOST_OF_A_DOCUMENT:
        raise Refused("That is more than this page takes. Please answer the mail, or call us.", code="too_many")


def _told_already(invoice: Invoice) -> Refused:
    return Refused(f"We look for a payment of {invoice.number} already.", code="told_already")


def _check(invoice: Invoice, details: PaidDetails, on: date) -> None:
    if details.paid_on > on:
        raise Refused(f"{plain_day(details.paid_on)} is still to come.", code="day_to_come")
    if details.paid_on < on - LONGEST_AGO:
        raise Refused(f"{plain_day(details.paid_on)} is over a year ago.", code="day_long_past")
    if details.how not in PaidHow.values:
        raise Refused("There is no such way to pay.", code="unknown_way")
    if details.amount > invoice.total:
        total = format_money(invoice.total, invoice.currency)
        raise Refused(f"{invoice.number} comes to {total}: not more was to be paid.", code="more_than_total")
    if details.amount <= 0 or round_money(details.amount, invoice.currency) != details.amount:
        raise Refused("Say how much was paid, above zero and in its currency's places.", code="bad_amounts")


def _keep(notice: PaidNotice, name: str, content: bytes) -> None:
    name = file_name(name.replace("\0", ""))
    media_type = media_type_of(name, content)
    if media_type not in KINDS:
        raise Refused(f"{name} is neither a photo nor a PDF.", code="unknown_kind_of_file")
    PaidNoticeFile.objects.create(
        notice=notice,
        name=name,
        media_type=media_type,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )


def _noted(notice: PaidNotice, contact: Contact, details: PaidDetails) -> dict[str, object]:
    said = {"contact": contact, "amount": format_money(notice.amount, notice.currency), "paid_on": notice.paid_on}
    said |= {"how": notice.get_how_display(), "reference": notice.reference}
    return said | ({"file": notice.file.name} if details.file else {})
