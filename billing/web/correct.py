"""Correcting an invoice in one step: credit the wrong one, draft the right one; and charging more beside it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_invoice_for
from billing.models import Dispute, Invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_dispute import rebill_dispute
from billing.operations.draft_debit_note import draft_debit_note
from billing.queries import account_of
from billing.reason_codes import reason_choices
from billing.web.crediting_disputes import dispute_of, note_field, page_of
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import Company, User
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.fields import set_choices
from office.web.requests import StaffRequest


class WhyForm(forms.Form):
    """Why an invoice is corrected."""

    reason_code = forms.TypedChoiceField(label="Reason", required=False, coerce=int, empty_value=None)
    reason = forms.CharField(label="More about it", max_length=300, required=False, help_text="Stands after it.")

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "reason_code", [("", "Another"), *reason_choices(company)])

    @property
    def why(self) -> dict[str, Any]:
        """A valid form as operations take it."""
        return {"reason": self.cleaned_data["reason"], "reason_code_id": self.cleaned_data["reason_code"]}


@staff_door("billing.credit_invoice")
def correct_page(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Say what will happen and ask why; then open the new draft."""
    invoice = get_invoice_for(request.user, invoice_id)
    dispute = dispute_of(request, invoice)
    form = WhyForm(request.POST or None, company=invoice.company)
    if dispute:
        form.fields["note"] = note_field()
        form.initial["reason"] = f"Dispute {dispute}: {dispute.reason_code}"
    if request.method == "POST" and form.is_valid():
        try:
            draft = _correct(invoice, dispute, form, request.user)
        except ApprovalNeeded as needed:
            send_for_approval(request, needed)
            messages.info(request, f"Once it is approved, {invoice} is credited and a new draft takes its place.")
            return page_of(invoice, dispute)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _done(invoice, draft))
            return redirect("billing:invoice_edit", draft.pk)
    account = account_of(invoice) if invoice.entry_id else None
    context = {"invoice": invoice, "form": form, "account": account, "dispute": dispute}
    return render(request, "billing/correct.html", context)


def _correct(invoice: Invoice, dispute: Dispute | None, form: WhyForm, by: User) -> Invoice:
    """The new draft; where it is for a dispute, that is closed with it."""
    how = form.why | {"by": by, "on": invoice.company.today()}
    if dispute is None:
        return correct_invoice(invoice.pk, **how)
    return present(rebill_dispute(dispute.pk, **how, note=form.cleaned_data["note"]).replacement)


@staff_door("billing.draft_invoice")
def charge_more(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Ask why more is charged, draft the debit note, and open it to be filled."""
    invoice = get_invoice_for(request.user, invoice_id)
    form = WhyForm(request.POST if request.method == "POST" else None, company=invoice.company)
    if form.is_valid():
        try:
            draft = draft_debit_note(invoice.pk, **form.why, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"This debit note adds to {invoice}. Say what is charged; nothing is issued yet.")
            return redirect("billing:invoice_edit", draft.pk)
    return render(request, "billing/charge_more.html", {"invoice": invoice, "form": form})


def _done(invoice: Invoice, draft: Invoice) -> str:
    memo = invoice.credit_memos.order_by("-pk").first()
    return (
        f"{memo} takes back all of {invoice}. Change what was wrong, and issue this {draft.title.lower()} in its place."
    )
