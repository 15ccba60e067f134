"""Applying a customer's receipts and credits to what they owe, undoing it, and refunding what is free."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.early_payment import earned_by_customer
from customers.access import get_customer_for
from customers.models import Customer
from ledger.allocating import Pair
from ledger.models import Allocation, OpenItem
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from payments.access import get_allocation_for
from payments.operations.apply_credits import apply_credits, apply_oldest_first, undo_allocation
from payments.operations.refund_credit import RefundDetails, refund_credit


class AllocationForm(forms.Form):
    """One credit, and how much of it goes to each open item."""

    credit = forms.ModelChoiceField(OpenItem.objects.none(), empty_label=None)
    on = forms.DateField(label="Applied on", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = OpenItem.objects.filter(customer_id=customer.pk).exclude(balance=0)
        self.credits = list(items.filter(balance__lt=0).order_by("dated_on", "pk"))
        self.debits = list(items.filter(balance__gt=0).order_by("due_on", "dated_on", "pk"))
        self.fields["credit"].queryset = items.filter(balance__lt=0)
        for item in self.debits:
            self.fields[f"item_{item.pk}"] = SumField(required=False, min_value=0, max_digits=19, decimal_places=4)
            item.box = self[f"item_{item.pk}"]

    def pairs(self) -> list[Pair]:
        """What was typed, as pairs to join."""
        amounts = {item.pk: self.cleaned_data.get(f"item_{item.pk}") for item in self.debits}
        credit = self.cleaned_data["credit"]
        return [Pair(debit_id, credit.pk, amount) for debit_id, amount in amounts.items() if amount]


@staff_door("payments.allocate")
def allocation_page(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Credits on one side, open items on the other."""
    customer = get_customer_for(request.user, customer_id)
    today = customer.company.today()
    form = AllocationForm(request.POST or None, customer=customer, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        try:
            pairs = form.pairs()
            if not pairs:
                raise Refused("Type an amount beside at least one open item.", code="nothing_chosen")
            apply_credits(customer, pairs, dated_on=form.cleaned_data["on"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Applied to {len(pairs)} item{'s' * (len(pairs) != 1)}.")
            return redirect("payments:allocate", customer.pk)
    context = {"customer": customer, "form": form, "today": today, "done": _recent(customer)}
    context["earned"] = earned_by_customer(customer.pk, today)
    return render(request, "payments/allocate.html", context)


@require_POST
@staff_door("payments.allocate")
def oldest_first(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Let all free credit settle the oldest open items, currency by currency."""
    customer = get_customer_for(request.user, customer_id)
    currencies = OpenItem.objects.filter(customer_id=customer.pk, balance__lt=0).values_list("currency", flat=True)
    try:
        done = [
            row
            for currency in currencies.distinct()
            for row in apply_oldest_first(
                customer, dated_on=customer.company.today(), by=request.user, currency=currency
            )
        ]
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Applied oldest first: {len(done)} allocation{'s' * (len(done) != 1)}.")
    return redirect("payments:allocate", customer.pk)


@require_POST
@staff_door("payments.undo_allocation")
def undo(request: HttpRequest, allocation_id: int) -> HttpResponse:
    """Undo one allocation, with a reason."""
    allocation = get_allocation_for(request.user, allocation_id)
    customer = Customer.objects.select_related("company").get(pk=allocation.debit.customer_id)
    try:
        undo_allocation(
            allocation.pk, dated_on=customer.company.today(), by=request.user, reason=request.POST.get("reason", "")
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Undone. Both sides are open again by that amount.")
    return redirect("payments:allocate", customer.pk)


class RefundForm(forms.Form):
    """What of a credit is paid back."""

    credit = forms.IntegerField(max_value=2**63 - 1)
    amount = SumField(max_digits=19, decimal_places=4)
    reason = forms.CharField(max_length=300)


@require_POST
@staff_door("payments.refund_credit")
def refund_page(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Pay free credit back."""
    customer = get_customer_for(request.user, customer_id)
    form = RefundForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A refund needs an amount and a reason.")
        return redirect("payments:allocate", customer.pk)
    data = form.cleaned_data
    details = RefundDetails(data["credit"], data["amount"], customer.company.today(), data["reason"])
    try:
        refund = refund_credit(customer, details, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{refund} pays the credit back.")
    return redirect("payments:allocate", customer.pk)


def _recent(customer: Customer) -> list[Allocation]:
    rows = Allocation.objects.filter(debit__customer_id=customer.pk).select_related("debit", "credit", "reversed_by")
    return list(rows.order_by("-id")[:30])
