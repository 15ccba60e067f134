"""A receipt as the PDF that its customer gets: made once for each of its editions, kept, the same for everybody."""

from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi, override

from billing.pdf.page import UNPRINTABLE, data_url, page_words
from billing.pdf.renderer import render_pdf
from billing.printed import parties_of
from ledger.models import Allocation, ItemKind, OpenItem
from office.languages import as_written_in
from payments.models import Receipt, ReceiptPdf, ReceiptStatus


def kept_receipt_pdf(receipt: Receipt) -> ReceiptPdf:
    """The kept bytes of a receipt, or of a reversed one with its mark; made at the first call.

    What it settles is printed as it stands that day. Raises PdfUnavailable where no PDF can be made now.
    """
    kept = ReceiptPdf.objects.filter(receipt=receipt, edition=receipt.status).first()
    if kept:
        return kept
    content = render_pdf(page_of(receipt), identifier=f"{receipt.company_id} {receipt.number} {receipt.status}")
    made = ReceiptPdf(receipt=receipt, edition=receipt.status, content=content, sha256=sha256(content).hexdigest())
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # somebody else was quicker
        return ReceiptPdf.objects.get(receipt=receipt, edition=receipt.status)
    return made


def language_of(receipt: Receipt) -> str:
    """The language of a receipt: its customer's, as its company's country writes it."""
    return as_written_in(receipt.customer.language, receipt.company.country)


def settled_by(receipt: Receipt) -> list[tuple[OpenItem, Decimal]]:
    """What a receipt settles now, each item once and in its own currency: also what its exchanged money settles."""
    settled: dict[OpenItem, Decimal] = {}
    used = Allocation.objects.filter(credit__entry__in=_entries(receipt)).exclude(debit__kind=ItemKind.EXCHANGE)
    for row in used.select_related("debit").order_by("id"):
        settled[row.debit] = settled.get(row.debit, Decimal(0)) + row.amount
    return [(item, amount) for item, amount in settled.items() if amount]


def kept_of(receipt: Receipt) -> list[tuple[Decimal, str]]:
    """What of a receipt stays on account: amounts, each in its currency."""
    items = OpenItem.objects.filter(entry__in=_entries(receipt), balance__lt=0).order_by("pk")
    return [(-item.balance, item.currency) for item in items]


def _entries(receipt: Receipt) -> list[int]:
    """The entries that give the customer the receipt's money: its own, and those of its exchanges."""
    return [receipt.entry_id, *receipt.exchanges.order_by("pk").values_list("given_entry_id", flat=True)]


def page_of(receipt: Receipt) -> str:
    """The page as well-formed HTML, in its customer's language."""
    with override(language_of(receipt)):
        return UNPRINTABLE.sub("", render_to_string("payments/pdf/receipt.html", _context(receipt)))


def _context(receipt: Receipt) -> dict[str, Any]:
    company = receipt.company
    is_reversed = receipt.status == ReceiptStatus.REVERSED
    return {
        "language": get_language(),
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "receipt": receipt,
        "printed": parties_of(company, receipt.customer),
        "page_words": page_words(),
        "logo": data_url(bytes(company.logo), company.logo_type) if company.logo else "",
        "is_reversed": is_reversed,
        "settled": [] if is_reversed else settled_by(receipt),
        "kept": kept_of(receipt),
        "today": company.today(),
    }
