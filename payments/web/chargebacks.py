"""Chargebacks: opening one from its receipt, the list, and the page where it is answered and decided."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.attachments import MOST_BYTES
from billing.web.attachments import file_response
from customers.search import fold
from ledger.money import format_money
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.once import once
from office.web.requests import StaffRequest
from payments.access import chargebacks_for, get_chargeback_for, get_evidence_for, get_receipt_for
from payments.models import Chargeback, ChargebackStatus, Receipt
from payments.operations.decide_chargeback import add_evidence, answer_chargeback, decide_chargeback
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback


def state_of(row: Chargeback) -> str:
    """A chargeback's state as a badge shows it."""
    return "to_answer" if row.status == ChargebackStatus.OPEN else row.status


def _address(row: Chargeback) -> str:
    return reverse("payments:chargeback", args=[row.pk])


CHARGEBACKS = ListSpec(
    name="chargebacks",
    title="Chargebacks",
    columns=(
        Column("number", "Case", "number", sort="pk", url=_address),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", state_of, "state", sort="status"),
        Column("respond_by", "Answer by", "respond_by", "day", sort="respond_by"),
        Column("opened_on", "Opened", "opened_on", "day", sort="opened_on", hide_below="tablet"),
        Column("reason", "Reason", lambda row: f"{row.reason_code} {row.reason}", hide_below="tablet"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", "status", ChargebackStatus.choices),
        DateRange("answer", "Answer by", "respond_by"),
    ),
    search=("number", "customer__search_text", "reason_code", "reason", "case_reference", "receipt__number"),
    search_hint="Case, customer or reason",
    fold=fold,
    empty=Empty(
        "No chargebacks",
        "When a bank takes a card payment back, open the case from its receipt.",
        "gavel",
        "payments:receipt_list",
        "Payments",
    ),
)


class ChargebackForm(forms.Form):
    """What the bank says."""

    opened_on = forms.DateField(label="Taken back on", widget=forms.DateInput(attrs={"type": "date"}))
    respond_by = forms.DateField(label="Answer by", widget=forms.DateInput(attrs={"type": "date"}))
    amount = SumField(max_digits=19, decimal_places=4, help_text="A part, or all of the payment.")
    reason_code = forms.CharField(max_length=20, help_text="The card network's, such as 10.4 or 4853.")
    reason = forms.CharField(label="What is disputed", max_length=300)
    case_reference = forms.CharField(label="The bank's case number", max_length=100, required=False)
    bank_fee = SumField(label="The bank's fee", required=False, min_value=0, max_digits=19, decimal_places=4)
    customer_fee = SumField(label="Fee to the customer", required=False, min_value=0, max_digits=19, decimal_places=4)

    def __init__(self, *args: Any, receipt: Receipt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(opened_on=receipt.company.today(), amount=f"{receipt.amount.normalize():f}")

    def details(self) -> ChargebackDetails:
        """The valid form as details for the operation."""
        data = self.cleaned_data
        fees = {name: data[name] or Decimal(0) for name in ("bank_fee", "customer_fee")}
        return ChargebackDetails(**data | fees)


@require_GET
@staff_door("payments.view_receipt")
def chargeback_list(request: StaffRequest) -> HttpResponseBase:
    """All chargebacks."""
    rows = chargebacks_for(request.user).filter(company=request.company).select_related("customer")
    return list_page(request, CHARGEBACKS, rows)


@staff_door("payments.manage_chargebacks")
@once
def new_chargeback(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """Open a case: the receipt is taken back as the bank did."""
    receipt = get_receipt_for(request.user, receipt_id)
    form = ChargebackForm(request.POST or None, receipt=receipt)
    if request.method == "POST" and form.is_valid():
        try:
            chargeback = open_chargeback(receipt.pk, form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{chargeback} is opened. What {receipt} had settled is open again.")
            return redirect("payments:chargeback", chargeback.pk)
    return render(request, "payments/chargeback_new.html", {"receipt": receipt, "form": form})


@require_GET
@staff_door("payments.view_receipt")
def chargeback_page(request: StaffRequest, chargeback_id: int) -> HttpResponse:
    """A case with its evidence, and what can be done next."""
    chargeback = get_chargeback_for(request.user, chargeback_id)
    context = {
        "chargeback": chargeback,
        "state": state_of(chargeback),
        "files": chargeback.files.defer("content").select_related("added_by"),
        "today": chargeback.company.today(),
    }
    return render(request, "payments/chargeback.html", context)


@require_POST
@staff_door("payments.manage_chargebacks")
def act(request: StaffRequest, chargeback_id: int) -> HttpResponse:
    """Say that it is answered, won or lost."""
    chargeback = get_chargeback_for(request.user, chargeback_id)
    on, wanted = chargeback.company.today(), request.POST.get("act", "")
    try:
        if wanted == "answered":
            answer_chargeback(chargeback.pk, on=on, by=request.user)
            messages.success(request, f"{chargeback} is answered.")
        elif wanted in ("won", "lost"):
            note = request.POST.get("note", "").replace("\0", "")
            decide_chargeback(chargeback.pk, won=wanted == "won", on=on, by=request.user, note=note)
            amount = format_money(chargeback.amount, chargeback.currency)
            words = f"{amount} is recorded again." if wanted == "won" else "The customer still owes it."
            messages.success(request, f"{chargeback} is {wanted}. {words}")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("payments:chargeback", chargeback.pk)


@require_POST
@staff_door("payments.manage_chargebacks")
def attach_evidence(request: StaffRequest, chargeback_id: int) -> HttpResponse:
    """Keep an uploaded file as evidence."""
    chargeback = get_chargeback_for(request.user, chargeback_id)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, "Choose a file first.")
        return redirect("payments:chargeback", chargeback.pk)
    try:
        kept = add_evidence(chargeback.pk, upload.name or "", upload.read(MOST_BYTES + 1), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{kept} is added.")
    return redirect("payments:chargeback", chargeback.pk)


@require_GET
@staff_door("payments.view_receipt")
def evidence(request: StaffRequest, file_id: int) -> HttpResponse:
    """A piece of evidence, to be saved."""
    return file_response(get_evidence_for(request.user, file_id))
