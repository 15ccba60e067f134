"""Crediting and correcting a document because of a dispute: `?dispute=` on their pages closes it with them."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from billing.access import get_dispute_for
from billing.models import Dispute, Invoice
from billing.operations.draft_credit import left_of
from billing.totals import lines_with_taxes
from office.web.fields import typed_id
from office.web.requests import StaffRequest

MOST_WORDS = 4000


def dispute_of(request: StaffRequest, invoice: Invoice) -> Dispute | None:
    """The open dispute of this document that the address names, for who may close one; else Http404."""
    asked = request.GET.get("dispute", "")
    if not asked:
        return None
    dispute = get_dispute_for(request.user, typed_id(asked) or 0)
    if dispute.invoice_id != invoice.pk or not request.user.has_perm("billing.close_dispute"):
        raise Http404("No such dispute of this document.")
    return dispute


def note_field() -> forms.CharField:
    """What the customer is told of how the dispute ended."""
    return forms.CharField(
        label="Tell the customer",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands on their page and in the mail, beside the credit memo.",
    )


def what_is_disputed(dispute: Dispute) -> dict[str, Any]:
    """The disputed lines with all that is left of them, where these are disputed as a whole; else the amount."""
    billed = list(lines_with_taxes().filter(invoice=dispute.invoice_id))
    left = left_of(billed)
    parts = dict(dispute.lines.values_list("line", "amount"))
    if parts and all(left[pk].left.total == amount for pk, amount in parts.items()):
        return {"way": "lines"} | {f"line_{pk}": f"{left[pk].left_quantity.normalize():f}" for pk in parts}
    most = sum((each.left.total for each in left.values()), start=dispute.amount * 0)
    return {"way": "amount", "amount": f"{min(dispute.amount, most).normalize():f}"}


def page_of(invoice: Invoice, dispute: Dispute | None) -> HttpResponse:
    """Back to the dispute that it was about, else to the document."""
    return redirect("billing:dispute", dispute.pk) if dispute else redirect("billing:invoice", invoice.pk)
