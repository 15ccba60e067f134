"""Payouts of online payments, on the page of their bank line."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ledger.money import format_money
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest
from payments.access import get_bank_line_for, get_payout_for
from payments.models import BankLine
from payments.online.in_transit import in_transit
from payments.operations.record_payout import record_payout, reverse_payout


class PayoutForm(forms.Form):
    """What the provider kept."""

    fee = SumField(max_digits=19, decimal_places=4, required=False, label="Fee that the provider kept")


@require_POST
@staff_door("payments.match_bank_line")
def record(request: StaffRequest, line_id: int) -> HttpResponse:
    """Say that a line is a provider's payout."""
    line, form = get_bank_line_for(request.user, line_id), PayoutForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Type the fee as a number, or leave it empty.", code="bad_amount")
        payout = record_payout(line.pk, fee=form.cleaned_data["fee"] or Decimal(0), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        whole = format_money(payout.amount + payout.fee, payout.currency)
        messages.success(request, f"The line pays out {whole} of online payments.")
    return redirect("payments:bank_line", line.pk)


@require_POST
@staff_door("payments.match_bank_line")
def reverse(request: StaffRequest, payout_id: int) -> HttpResponse:
    """Take that back."""
    payout = get_payout_for(request.user, payout_id)
    try:
        reverse_payout(payout.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "It is no payout any more: match the line.")
    return redirect("payments:bank_line", payout.line_id)


def payout_of(line: BankLine, left: Decimal) -> dict[str, Any]:
    """What the page of a bank line shows of payouts: the one that it is, or what is on its way."""
    payout = line.payouts.filter(reversal_entry=None).select_related("recorded_by").first()
    if payout or left != line.amount or left <= 0:
        return {"payout": payout}
    on_its_way, _ = in_transit(line.company_id, line.currency)
    return {"on_its_way": on_its_way} if on_its_way >= left else {}
