"""Applying a customer's receipts and credits to what they owe, undoing it, and refunding what is free."""

from datetime import date
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing.early_payment import earned_by_customer
from customers.access import get_customer_for
from customers.models import Customer
from ledger.models import Allocation, OpenItem
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.web.approvals import send_for_approval
from office.web.doors import CHANGES, staff_door
from office.web.fields import SumField, typed_id
from office.web.once import once
from office.web.requests import StaffRequest
from payments.access import get_allocation_for, get_item_for, get_settlement_for
from payments.models import PaymentMethod, Receipt
from payments.operations.apply_credits import apply_oldest_first, undo_allocation
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.settle_items import settle_items
from payments.operations.undo_settlement import undo_settlement
from payments.operations.withdraw_disputes import withdraw_disputes
from payments.original_way import WAYS
from payments.short_payments import filled, rest_in_words
from payments.web.allocation_form import AllocationForm


@staff_door("payments.allocate")
@once
def allocation_page(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Credits on one side, open items on the other; a button that only fills the boxes answers with them filled."""
    customer = get_customer_for(request.user, customer_id)
    today = customer.company.today()
    initial = {"on": today, "credit": request.GET.get("credit")}
    form = AllocationForm(request.POST or None, customer=customer, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        if fill := request.POST.get("fill", ""):
            form = _filled_form(request, customer, form, fill)
        else:
            try:
                settlement = settle_items(customer, form.details(), by=request.user)
            except Refused as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, f"{settlement.credit.reference} is applied.")
                return redirect("payments:settlement", settlement.pk)
    context = {"customer": customer, "form": form, "today": today, "done": _recent(customer)}
    context["earned"] = earned_by_customer(customer.pk, today)
    context["refund_ways"] = refund_ways(customer)
    context["foreign"] = _paid_in_another_currency(form)
    return render(request, "payments/allocate.html", context)


def _paid_in_another_currency(form: AllocationForm) -> list[Receipt]:
    """The receipts with free money for which nothing is open in their own currency, but in another."""
    owed = {item.currency for item in form.debits}
    entries = [item.entry_id for item in form.credits if item.currency not in owed] if owed else []
    return list(Receipt.objects.filter(entry__in=entries).exclude(method=PaymentMethod.WITHHELD).order_by("pk"))


def _filled_form(request: StaffRequest, customer: Customer, form: AllocationForm, fill: str) -> AllocationForm:
    typed = request.POST.copy()
    for item_id, amount in filled(fill, present(form.chosen_credit), form.debits, form.amounts).items():
        typed[f"item_{item_id}"] = f"{amount.normalize():f}" if amount else ""
    return AllocationForm(typed, customer=customer, user=request.user)


@require_POST
@staff_door("payments.allocate")
def allocation_totals(request: StaffRequest, customer_id: int) -> HttpResponse:
    """What is received, applied and left of what is typed, as a piece; with `fill`, the boxes' new amounts, too."""
    customer = get_customer_for(request.user, customer_id)
    form = AllocationForm(request.POST, customer=customer, user=request.user)
    form.is_valid()
    credit = form.chosen_credit
    if credit is None:
        return HttpResponse(status=204)
    fill = request.POST.get("fill", "")
    amounts = filled(fill, credit, form.debits, form.amounts) if fill else form.amounts
    of_credit = [item for item in form.debits if item.currency == credit.currency]
    applied = sum((amounts.get(item.pk, Decimal(0)) for item in of_credit), Decimal(0))
    context = {
        "credit": credit,
        "received": -credit.balance,
        "applied": applied,
        "left": -credit.balance - applied,
        "rests": [(item, rest_in_words(item, amounts.get(item.pk, Decimal(0)), credit)) for item in form.debits],
        "filled": {f"item_{pk}": f"{amount.normalize():f}" if amount else "" for pk, amount in amounts.items()}
        if fill
        else None,
    }
    return render(request, "payments/_allocation_totals.html", context)


@require_GET
@staff_door("payments.view_receipt")
def settlement_page(request: StaffRequest, settlement_id: int) -> HttpResponse:
    """What one save did, and undoing all of it."""
    settlement = get_settlement_for(request.user, settlement_id)
    rows = settlement.items.select_related("item", "allocation__reversed_by", "write_off", "credit_memo", "dispute")
    return render(request, "payments/settlement.html", {"settlement": settlement, "rows": rows})


@require_POST
@staff_door("payments.undo_allocation")
def undo_all(request: StaffRequest, settlement_id: int) -> HttpResponse:
    """Undo everything that one save did, with a reason."""
    settlement = get_settlement_for(request.user, settlement_id)
    on = settlement.company.today()
    try:
        undo_settlement(settlement.pk, on=on, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payments:settlement", settlement.pk)
    messages.success(request, "Undone. Everything is open again as it was.")
    return redirect("payments:allocate", settlement.customer_id)


@require_POST
@staff_door("payments.allocate")
def not_disputed(request: StaffRequest, item_id: int) -> HttpResponse:
    """Take back what is disputed of an open item."""
    item = get_item_for(request.user, item_id)
    withdraw_disputes(item, by=request.user)
    messages.success(request, f"{item.reference} is not disputed any more.")
    return redirect("payments:allocate", item.customer_id)


@require_POST
@staff_door("payments.allocate")
def oldest_first(request: StaffRequest, customer_id: int) -> HttpResponse:
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
def undo(request: StaffRequest, allocation_id: int) -> HttpResponse:
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
    way = forms.CharField(max_length=40, required=False)
    bank_account = forms.IntegerField(max_value=2**63 - 1, required=False)

    def details(self, on: date) -> RefundDetails:
        """The valid form as the operation takes it; `way` is a method, an account, or nothing for the way it came."""
        data = self.cleaned_data
        method, _, account = data["way"].partition(":")
        account_id = typed_id(account)
        ours = data["bank_account"]
        kept = data["credit"], data["amount"], on, data["reason"]
        return RefundDetails(*kept, method=method, account_id=account_id, bank_account_id=ours)


def refund_ways(customer: Customer) -> list[tuple[str, str]]:
    """The ways by which a refund may go, other than how the credit came in."""
    accounts = [each for each in customer.accounts.filter(closed_at=None) if not each.reason_not_to_use]
    by_file = [(f"{PaymentMethod.TRANSFER}:{each.pk}", f"By file to {each}") for each in accounts]
    return [*by_file, *((way.value, f"{way.label}, by hand") for way in WAYS)]


@require_POST
@staff_door("payments.refund_credit", recently_known=CHANGES)
@once
def refund_page(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Pay free credit back."""
    customer = get_customer_for(request.user, customer_id)
    form = RefundForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A refund needs an amount and a reason.")
        return redirect("payments:allocate", customer.pk)
    try:
        refund = refund_credit(customer, form.details(customer.company.today()), by=request.user)
    except ApprovalNeeded as needed:
        send_for_approval(request, needed)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{refund} pays the credit back.")
    return redirect("payments:allocate", customer.pk)


def _recent(customer: Customer) -> list[Allocation]:
    rows = Allocation.objects.filter(debit__customer_id=customer.pk).select_related("debit", "credit", "settled_item")
    return list(rows.order_by("-id")[:30])
