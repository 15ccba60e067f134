"""A bank line on screen: what the bank says, what it probably pays, and matching it."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from customers.access import get_customer_for
from customers.models import Customer
from customers.web.listing import customer_choice
from ledger.fields import EXCHANGE_RATE
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.models import Company, User
from office.web.doors import staff_door
from office.web.fields import SumField, typed_id
from office.web.requests import StaffRequest
from payments.access import bank_accounts_for, get_bank_line_for, get_receipt_for
from payments.bank import left_of, with_left
from payments.models import BankLine, Rest
from payments.operations.match_bank_line import match_bank_line, set_aside_bank_line, take_back_set_aside
from payments.operations.receive_payment import Plan, Share
from payments.operations.settle_items import Settling
from payments.operations.take_return import take_return
from payments.proposals import proposals_for, reasons_for
from payments.returns import returns_of
from payments.short_payments import item_numbered
from payments.web.allocation_form import rest_choices, rest_field
from payments.web.payouts import payout_of
from payments.web.queue import queue_row
from payments.web.remittances import advice_of


class MatchForm(forms.Form):
    """Whose payment a line is, how much of it, and what it settles besides the shares that were proposed."""

    customer = forms.IntegerField(error_messages={"required": "Choose a customer."})
    amount = SumField(max_digits=19, decimal_places=4)
    left = forms.DecimalField(required=False, widget=forms.HiddenInput)
    exchange_rate = SumField(required=False, **EXCHANGE_RATE)
    bank_fee = SumField(
        required=False, min_value=0, max_digits=19, decimal_places=4, help_text="Kept by a bank; they paid it on top."
    )
    apply = forms.ChoiceField(
        label="Apply it",
        choices=[
            ("oldest", "Oldest first"),
            ("document", "To the document named here"),
            ("none", "Keep it on account"),
        ],
        required=False,
    )
    document = forms.CharField(max_length=60, required=False, label="Document", help_text="Its number.")

    def __init__(self, *args: Any, company: Company, user: User, shares: Sequence[Share] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices, self.shares = rest_choices(company, user), shares
        self.fields["rest"] = rest_field(self.choices, label="If it is short of it, the rest")
        for share in shares:
            self.fields[f"rest_{share.item_id}"] = rest_field(self.choices)

    def plan(self) -> Plan:
        """What the payment settles where nothing is said of rests."""
        oldest = self.cleaned_data["apply"] == "oldest"
        return Plan(shares=() if self._is_said_of_rests() else self.shares, oldest_first=oldest)

    def settling(self, customer: Customer) -> list[Settling]:
        """What is said of rests: of the shares of a proposal, or of the document. Raises Refused for no document."""
        data = self.cleaned_data
        if data["apply"] == "document":
            item = item_numbered(customer, data["document"])
            return [Settling(item.pk, min(item.balance, data["amount"] + (data["bank_fee"] or 0)), *data["rest"])]
        if self._is_said_of_rests():
            return [Settling(share.item_id, share.amount, *data[f"rest_{share.item_id}"]) for share in self.shares]
        return []

    def _is_said_of_rests(self) -> bool:
        return any(self.cleaned_data[f"rest_{share.item_id}"][0] != Rest.OPEN for share in self.shares)


@require_GET
@staff_door("payments.view_bank")
def bank_line(request: StaffRequest, line_id: int) -> HttpResponse:
    """What the bank says, what it probably pays and why, what it was matched with."""
    line = get_bank_line_for(request.user, line_id)
    return _page(request, line, MatchForm(company=request.company, user=request.user))


@require_POST
@staff_door("payments.match_bank_line")
def match(request: StaffRequest, line_id: int) -> HttpResponse:
    """Take a proposal, or what was chosen by hand."""
    line = get_bank_line_for(request.user, line_id)
    shares = _shares(request.POST.getlist("share"))
    form = MatchForm(request.POST, company=line.bank_account.company, user=request.user, shares=shares)
    if form.is_valid():
        data = form.cleaned_data
        customer = get_customer_for(request.user, data["customer"])
        try:
            receipt = match_bank_line(
                line.pk,
                customer,
                data["amount"],
                form.plan(),
                by=request.user,
                exchange_rate=data["exchange_rate"],
                seen_left=data["left"],
                reasons=reasons_for(line, customer.pk, {share.item_id: share.amount for share in shares}),
                discounts=[pk for text in request.POST.getlist("discount") if (pk := typed_id(text))],
                settling=form.settling(customer),
                bank_fee=data["bank_fee"] or Decimal(0),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            if request.htmx:
                return queue_row(request, line, receipt)
            messages.success(
                request, f"{receipt} records {format_money(receipt.amount, receipt.currency)} from {customer.name}."
            )
            return _on(request, line)
    if request.htmx:
        return queue_row(request, line, error=" ".join(str(text) for texts in form.errors.values() for text in texts))
    return _page(request, line, form)


def _on(request: StaffRequest, line: BankLine) -> HttpResponse:
    """To what is left of the line, or else to the next one to match, the oldest first."""
    if left_of(line):
        return redirect("payments:bank_line", line.pk)
    accounts = bank_accounts_for(request.user).filter(company=request.company)
    waiting = with_left(BankLine.objects.filter(bank_account__in=accounts)).filter(left__gt=Decimal(0))
    following = waiting.order_by("booked_on", "pk").first()
    return redirect("payments:bank_line", following.pk) if following else redirect("payments:bank_line_list")


@require_POST
@staff_door("payments.match_bank_line")
def set_aside(request: StaffRequest, line_id: int) -> HttpResponse:
    """Say that a line is no customer's payment."""
    line = get_bank_line_for(request.user, line_id)
    try:
        set_aside_bank_line(line.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"The line from {line} is set aside.")
        return _on(request, line)
    return redirect("payments:bank_line", line.pk)


@require_POST
@staff_door("payments.match_bank_line")
def take_back(request: StaffRequest, line_id: int) -> HttpResponse:
    """Let it be matched after all."""
    line = get_bank_line_for(request.user, line_id)
    try:
        take_back_set_aside(line.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("payments:bank_line", line.pk)


class ReturnForm(forms.Form):
    """Which receipt a line takes back, and what the customer is charged for it."""

    receipt = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    charge = SumField(required=False, max_digits=19, decimal_places=4, min_value=0)


@require_POST
@staff_door("payments.reverse_receipt")
def take_back_receipt(request: StaffRequest, line_id: int) -> HttpResponse:
    """Take back the receipt that a line of money out returns."""
    line = get_bank_line_for(request.user, line_id)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose the receipt that came back; a charge is an amount.")
        return redirect("payments:bank_line", line.pk)
    receipt = get_receipt_for(request.user, form.cleaned_data["receipt"])
    try:
        take_return(line.pk, receipt.pk, by=request.user, charge=form.cleaned_data["charge"] or Decimal(0))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{receipt} is taken back. What it had settled is open again.")
    return redirect("payments:bank_line", line.pk)


def _page(request: StaffRequest, line: BankLine, form: MatchForm) -> HttpResponse:
    left = left_of(line)
    form.initial["amount"] = f"{round_money(left, line.currency):f}"
    context = {
        "line": line,
        "left": left,
        "form": form,
        "customer": customer_choice(request, str(form["customer"].value() or "")),
        "proposals": proposals_for(line) if request.user.has_perm("payments.match_bank_line") else [],
        **advice_of(line, left),
        "returns": returns_of(line) if request.user.has_perm("payments.reverse_receipt") else [],
        "ties": line.ties.filter(undone_at=None).select_related("book_line__entry").order_by("pk"),
        **payout_of(line, left),
        "receipts": line.receipts.select_related("customer", "bank_match").order_by("pk"),
        "aside": line.set_asides.filter(withdrawn_at=None).select_related("by").first(),
    }
    return render(request, "payments/bank_line.html", context)


def _shares(typed: list[str]) -> list[Share]:
    """Shares as a proposal writes them, such as 17:120.00; what is none is left out."""
    shares = {}
    for text in typed:
        item, _, amount = text.partition(":")
        try:
            share = Decimal(amount)
        except InvalidOperation:
            continue
        if (item_id := typed_id(item)) and share.is_finite():
            shares[item_id] = Share(item_id, share)
    return list(shares.values())
