"""Correcting an invoice in one step: credit the wrong one, draft the right one; and charging more beside it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_invoice_for
from billing.models import Invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.draft_debit_note import draft_debit_note
from billing.queries import account_of
from billing.reason_codes import reason_choices
from ledger.refusals import Refused
from office.approvals import ApprovalNeeded
from office.models import Company
from office.web.approvals import send_for_approval
from office.web.doors import staff_door


class WhyForm(forms.Form):
    """Why an invoice is corrected."""

    reason_code = forms.TypedChoiceField(label="Reason", required=False, coerce=int, empty_value=None)
    reason = forms.CharField(label="More about it", max_length=300, required=False, help_text="Stands after it.")

    def __init__(self, *args: object, company: Company, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = [("", "Another"), *reason_choices(company)]

    @property
    def why(self) -> dict[str, Any]:
        """A valid form as operations take it."""
        return {"reason": self.cleaned_data["reason"], "reason_code_id": self.cleaned_data["reason_code"]}


@staff_door("billing.credit_invoice")
def correct_page(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Say what will happen and ask why; then open the new draft."""
    invoice = get_invoice_for(request.user, invoice_id)
    form = WhyForm(request.POST or None, company=invoice.company)
    if request.method == "POST" and form.is_valid():
        try:
            draft = correct_invoice(
                invoice.pk,
                **form.why,
                by=request.user,
                on=invoice.company.today(),
            )
        except ApprovalNeeded as needed:
            send_for_approval(request, needed)
            messages.info(request, f"Once it is approved, {invoice} is credited and a new draft takes its place.")
            return redirect("billing:invoice", invoice.pk)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _done(invoice, draft))
            return redirect("billing:invoice_edit", draft.pk)
    account = account_of(invoice) if invoice.entry_id else None
    return render(request, "billing/correct.html", {"invoice": invoice, "form": form, "account": account})


@staff_door("billing.draft_invoice")
def charge_more(request: HttpRequest, invoice_id: int) -> HttpResponse:
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
