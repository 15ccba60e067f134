"""Taking a receipt as money of another currency, and undoing it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.models import OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.fields import SumField, set_choices, typed_id
from office.web.once import once
from office.web.requests import StaffRequest
from payments.access import get_exchange_for, get_receipt_for
from payments.exchanging import ExchangeDetails, foreign_items, proposed_amount, receipt_item, work_out
from payments.models import Receipt
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.undo_exchange import undo_exchange


class ExchangeForm(forms.Form):
    """How much of a receipt is taken as how much of which currency, and for what."""

    amount = SumField(max_digits=19, decimal_places=4)
    into_currency = forms.CharField(label="As money in", max_length=3)
    into_amount = SumField(
        label="Which is", required=False, max_digits=19, decimal_places=4, help_text="Empty: what the day's rate says."
    )
    exchanged_on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))
    item = forms.TypedChoiceField(label="Apply it to", required=False, coerce=typed_id, empty_value=None)

    def __init__(self, *args: Any, receipt: Receipt, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.receipt, self.credit = receipt, receipt_item(receipt)
        items = foreign_items(receipt)
        set_choices(self, "item", [("", "Nothing yet"), *((item.pk, _in_words(item)) for item in items)])
        first = next((item for item in items if str(item.pk) == chosen), items[0] if items else None)
        today = receipt.company.today()
        self.initial = {"amount": f"{-self.credit.balance.normalize():f}", "exchanged_on": today}
        self.initial["into_currency"] = first.currency if first else receipt.company.currency
        if first:
            proposed = proposed_amount(receipt, self.credit, first, today)
            self.initial |= {"item": first.pk, "into_amount": f"{proposed.normalize():f}" if proposed else ""}

    def details(self) -> ExchangeDetails:
        """The valid form as details for the operation."""
        data = self.cleaned_data
        into = data["into_currency"].strip().upper()
        return ExchangeDetails(data["amount"], into, data["exchanged_on"], data["into_amount"], data["item"])


def _in_words(item: OpenItem) -> str:
    return f"{item.reference}, {format_money(item.balance, item.currency)} open"


@staff_door("payments.exchange_receipt")
@once
def exchange_page(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """Say what money of a receipt is in another currency."""
    receipt = get_receipt_for(request.user, receipt_id)
    form = ExchangeForm(request.POST or None, receipt=receipt, chosen=request.GET.get("item", ""))
    if request.method == "POST" and form.is_valid():
        try:
            row = exchange_receipt(receipt.pk, form.details(), by=request.user)
        except ApprovalNeeded as needed:
            send_for_approval(request, needed)
            return redirect("payments:receipt", receipt.pk)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            into = format_money(row.into_amount, row.into_currency)
            messages.success(request, f"{format_money(row.amount, row.currency)} of {receipt} is {into} now.")
            return redirect("payments:receipt", receipt.pk)
    return render(request, "payments/exchange.html", {"receipt": receipt, "form": form})


@require_POST
@staff_door("payments.exchange_receipt")
def exchange_preview(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """What the typed exchange comes to, as a piece."""
    receipt = get_receipt_for(request.user, receipt_id)
    form = ExchangeForm(request.POST, receipt=receipt)
    context: dict[str, Any] = {"receipt": receipt}
    if form.is_valid():
        details = form.details()
        try:
            exchange = work_out(receipt, form.credit, details)
        except Refused as refusal:
            context["refusal"] = refusal.message
        else:
            context |= {"exchange": exchange, "currency": details.into_currency, "day": details.exchanged_on}
            context |= {"loss": max(exchange.loss, Decimal(0)), "gain": max(-exchange.loss, Decimal(0))}
    return render(request, "payments/_exchange_preview.html", context)


@require_POST
@staff_door("payments.exchange_receipt")
def undo(request: StaffRequest, exchange_id: int) -> HttpResponse:
    """Undo an exchange, with a reason."""
    exchange = get_exchange_for(request.user, exchange_id)
    on = exchange.company.today()
    try:
        undo_exchange(exchange.pk, on=on, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Undone. The money is the receipt's again, and what it had settled is open.")
    return redirect("payments:receipt", exchange.receipt_id)
