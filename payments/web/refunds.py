"""One refund, saying that it was paid by hand after all, and taking it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.models import AuditRecord
from office.web.doors import CHANGES, staff_door
from office.web.fields import set_choices
from office.web.requests import StaffRequest
from payments.access import get_refund_for
from payments.models import Refund
from payments.operations.pay_refund_by_hand import pay_refund_by_hand, undo_refund_by_hand
from payments.operations.withdraw_refund import withdraw_refund


class HandPaymentForm(forms.Form):
    """Out of which of our accounts a refund was paid, and when."""

    bank_account_id = forms.TypedChoiceField(label="Paid from", coerce=int)
    on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, refund: Refund, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = refund.company.bank_accounts.filter(currency=refund.currency).order_by("name", "pk")
        set_choices(self, "bank_account_id", [(each.pk, each.name) for each in accounts])
        self.initial["on"] = refund.company.today()


@require_GET
@staff_door("payments.view_receipt")
def refund_page(request: StaffRequest, refund_id: int) -> HttpResponse:
    """A refund: how its payment stands, and what was done with it."""
    refund = get_refund_for(request.user, refund_id)
    return _shown(request, refund, HandPaymentForm(refund=refund))


@require_POST
@staff_door("payments.pay_refund_by_hand", recently_known=CHANGES)
def pay_by_hand(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Say which account of ours paid it without a file."""
    refund = get_refund_for(request.user, refund_id)
    form = HandPaymentForm(request.POST, refund=refund)
    if form.is_valid():
        try:
            payment = pay_refund_by_hand(refund.pk, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{refund} was paid from {payment.bank_account}: no file pays it any more.")
            return redirect("payments:refund", refund.pk)
    return _shown(request, refund, form)


@require_POST
@staff_door("payments.pay_refund_by_hand", recently_known=CHANGES)
def undo_by_hand(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Let it wait again, with a reason."""
    refund = get_refund_for(request.user, refund_id)
    try:
        undo_refund_by_hand(refund.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Undone: {refund} waits to be paid again.")
    return redirect("payments:refund", refund.pk)


@require_POST
@staff_door("payments.refund_credit", recently_known=CHANGES)
def withdraw(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Take it back, with a reason."""
    refund = get_refund_for(request.user, refund_id)
    try:
        withdraw_refund(refund.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{refund} is taken back: what it paid back is free again.")
    return redirect("payments:refund", refund.pk)


def _shown(request: StaffRequest, refund: Refund, form: HandPaymentForm) -> HttpResponse:
    records = AuditRecord.objects.filter(subject_type=refund._meta.label_lower, subject_id=refund.pk)
    context = {
        "refund": refund,
        "form": form,
        "by_hand": refund.hand_payments.filter(undone_at=None).first(),
        "lines": refund.repayments.select_related("batch"),
        "records": records.select_related("by").order_by("-id")[:50],
    }
    return render(request, "payments/refund.html", context)
