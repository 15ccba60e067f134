"""The receipts that a customer gets on the page of a document: those of money that paid this document and nothing else.

A receipt says all that its money settled, and what of it stays on account; the link of one document tells no more than
that document.
"""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.customer_view import CustomerView
from billing.models import DocumentLink, Invoice
from billing.portal_downloads import Download
from ledger.models import Allocation
from payments.models import Receipt, ReceiptStatus
from payments.receipt_pdf import kept_of, settled_by


def receipts_of(invoice: Invoice) -> list[Receipt]:
    """The receipts that settle this document alone, the first one first."""
    paid = Allocation.objects.filter(debit__entry=invoice.entry_id).values("credit__entry")
    found = _recorded().filter(entry__in=paid, customer=invoice.customer_id).order_by("received_on", "pk")
    return [receipt for receipt in found if _is_of(receipt, invoice)]


def receipt_downloads(link: DocumentLink, view: CustomerView) -> list[Download]:
    """A file for each of them."""
    return [
        Download(
            reverse("paying:receipt", args=[link.ref, receipt.pk]),
            _("Download receipt %(number)s") % {"number": receipt.number},
        )
        for receipt in receipts_of(view.invoice)
    ]


def _recorded() -> QuerySet[Receipt]:
    return Receipt.objects.filter(status=ReceiptStatus.RECORDED).select_related("company", "customer")


def _is_of(receipt: Receipt, invoice: Invoice) -> bool:
    settled = settled_by(receipt)
    return bool(settled) and not kept_of(receipt) and {item.entry_id for item, _amount in settled} == {invoice.entry_id}
