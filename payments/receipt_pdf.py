"""A receipt as the PDF that its customer gets: made once for each of its editions, kept, the same for everybody."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.printed import parties_of
from ledger.models import Allocation, ItemKind, OpenItem
from office.languages import as_written_in
from office.papers import kept_once, paper_page, render_pdf
from office.papers.page import logo_now
from payments.models import Receipt, ReceiptPdf, ReceiptStatus


def kept_receipt_pdf(receipt: Receipt) -> ReceiptPdf:
    """The kept bytes of a receipt, or of a reversed one with its mark; made at the first call.

    What it settles is printed as it stands that day. Raises PdfUnavailable where no PDF can be made now.
    """
    return kept_once(
        ReceiptPdf,
        lambda: render_pdf(page_of(receipt), identifier=f"{receipt.company_id} {receipt.number} {receipt.status}"),
        receipt=receipt,
        edition=receipt.status,
    )


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
        return paper_page("payments/pdf/receipt.html", _context(receipt), logo_now(receipt.company))


def _context(receipt: Receipt) -> dict[str, Any]:
    company = receipt.company
    is_reversed = receipt.status == ReceiptStatus.REVERSED
    return {
        "title": _("Receipt"),
        "number": receipt.number,
        "running": f"{_('Receipt')} {receipt.number}",
        "created": receipt.created_at,
        "receipt": receipt,
        "printed": parties_of(company, receipt.customer),
        "is_reversed": is_reversed,
        "settled": [] if is_reversed else settled_by(receipt),
        "kept": kept_of(receipt),
        "today": company.today(),
    }
