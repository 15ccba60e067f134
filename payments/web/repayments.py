"""Refunds, and paying those that wait by file: all of them, preparing a repayment with a preview, one, and its file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.models import Company
from office.web.doors import ALWAYS, CHANGES, staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from payments.access import get_repayment_for, refunds_for, repayments_for, require_bank
from payments.models import PaymentMethod
from payments.operations.prepare_repayment import RepaymentDetails, cancel_repayment, paying_account, prepare_repayment
from payments.payment_files.pain001 import VERSIONS
from payments.repayment_choice import STATES, Repayments, choose_refunds, with_payer, with_repayment
from payments.web.file_forms import FileForm, file_answer, records_of

REFUNDS = ListSpec(
    name="refunds",
    title="Refunds",
    columns=(
        Column("number", "Refund", "number", sort="pk", url=lambda row: reverse("payments:refund", args=[row.pk])),
        Column("customer", "Customer", "customer.name", sort="customer__sort_name"),
        Column("state", "State", "state", "state"),
        Column("refunded_on", "On", "refunded_on", "day", sort="refunded_on", hide_below="phone"),
        Column("method", "How", lambda row: row.get_method_display(), hide_below="tablet"),
        Column("account", "To", lambda row: row.account.masked_number if row.account else "", hide_below="tablet"),
        Column("paid_from", "From", "paid_from", hide_below="tablet"),
        Column("reason", "Why", "reason", hide_below="phone"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", "state", STATES),
        Choice("method", "How", "method", tuple(PaymentMethod.choices)),
        DateRange("refunded", "On", "refunded_on"),
    ),
    search=("number", "customer__search_text", "reason"),
    search_hint="Number, customer or reason",
    empty=Empty(
        "No refunds yet",
        "Free credit of a customer is refunded on the page where it could be applied.",
        "receipt-refund",
        "customers:customer_list",
        "Choose a customer",
    ),
)


class RepaymentForm(FileForm):
    """From where, and when."""

    versions = VERSIONS
    field_order = ("bank_account_id", "pay_on", "version")

    pay_on = forms.DateField(label="Paid on", widget=forms.DateInput(attrs={"type": "date"}))

    def details(self) -> RepaymentDetails:
        """The valid form as the operation takes it."""
        return RepaymentDetails(**self.told())


@require_GET
@staff_door("payments.view_receipt")
def refund_list(request: StaffRequest) -> HttpResponseBase:
    """All refunds, the newest first, with how each is paid."""
    rows = refunds_for(request.user).filter(company=request.company).select_related("customer", "account")
    batches = repayments_for(request.user).filter(company=request.company).order_by("-pk")[:5]
    return list_page(
        request, REFUNDS, with_payer(with_repayment(rows)), template="payments/refund_list.html", batches=batches
    )


@staff_door("payments.manage_repayments", recently_known=CHANGES)
def new_repayment(request: StaffRequest) -> HttpResponse:
    """See which refunds would be paid and which not and why, and ask a second person."""
    require_bank(request.user)
    data = request.POST if request.method == "POST" else request.GET
    form = RepaymentForm(data or None, company=request.company, initial={"pay_on": request.company.today()})
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            if request.method == "POST":
                batch = prepare_repayment(request.company, form.details(), by=request.user)
                messages.success(request, f"{batch} waits for a second person's word. Nothing is paid until then.")
                return redirect("payments:repayment", batch.pk)
            context |= _preview(request.company, form.details())
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return render(request, "payments/repayment_new.html", context)


def _preview(company: Company, details: RepaymentDetails) -> dict[str, Any]:
    account = paying_account(company, details)
    repayments: Repayments = choose_refunds(company, account.currency)
    total = sum(refund.amount for refund in repayments.refunds)
    return {"repayments": repayments, "currency": account.currency, "total": total}


@require_GET
@staff_door("payments.view_bank")
def repayment(request: StaffRequest, batch_id: int) -> HttpResponse:
    """A repayment with its refunds."""
    batch = get_repayment_for(request.user, batch_id)
    lines = batch.lines.select_related("refund__customer", "account")
    context = {
        "batch": batch,
        "lines": lines,
        "total": sum(line.amount for line in lines if line.is_under_way),
        "records": records_of(batch),
    }
    return render(request, "payments/repayment.html", context)


@require_POST
@staff_door("payments.manage_repayments", recently_known=CHANGES)
def cancel(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Give up a repayment that the bank did not get."""
    batch = get_repayment_for(request.user, batch_id)
    try:
        cancel_repayment(batch.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Cancelled: its refunds wait to be paid again.")
    return redirect("payments:repayment", batch.pk)


@require_POST
@staff_door("payments.download_payment_file", recently_known=ALWAYS)
def repayment_file(request: StaffRequest, batch_id: int) -> HttpResponse:
    """The file for the bank; who got it is kept."""
    return file_answer(get_repayment_for(request.user, batch_id), request.user)
