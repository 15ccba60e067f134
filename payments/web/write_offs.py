"""Writing off what a customer owes: choosing it, the list, and the page of one write-off."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.models import ReasonPurpose
from billing.reason_codes import reason_choices
from customers.access import get_customer_for
from customers.models import Customer
from customers.search import fold
from ledger.balances import allocations_of
from ledger.fields import EXCHANGE_RATE, AmountField
from ledger.models import Account, AccountRole, OpenItem
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.dressing import dressed
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.fields import SumField, set_choices, set_rows
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.once import once
from office.web.requests import StaffRequest
from payments.access import get_write_off_for, write_offs_for
from payments.bad_debt_tax import tax_in, total_tax
from payments.models import PaymentMethod, ReceiptStatus, Recovery, WriteOff, WriteOffKind, WriteOffStatus, policy_of
from payments.operations.receive_payment import Share
from payments.operations.record_recovery import RecoveryDetails, record_recovery, recovered_of
from payments.operations.reverse_write_off import reverse_write_off
from payments.operations.write_off import WriteOffDetails, write_off

STATES: dict[str, str] = {WriteOffStatus.RECORDED: "written_off", WriteOffStatus.REVERSED: "reversed"}
WRITE_OFFS = ListSpec(
    name="write-offs",
    title="Write-offs",
    columns=(
        Column("number", "Number", "number", sort="pk", url=lambda row: reverse("payments:write_off", args=[row.pk])),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", lambda row: STATES[row.status], "state"),
        Column("written_off_on", "Day", "written_off_on", "day", sort="written_off_on", hide_below="phone"),
        Column("kind", "Kind", lambda row: row.get_kind_display(), hide_below="tablet"),
        Column("reason", "Reason", "reason", hide_below="tablet"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
        Column("recovered", "Recovered", "recovered", "money", sort="recovered", total="recovered", hide_below="phone"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", "status", WriteOffStatus.choices),
        Choice("kind", "Kind", "kind", WriteOffKind.choices),
        DateRange("day", "Day", "written_off_on"),
    ),
    search=("number", "customer__search_text", "reason"),
    search_hint="Number, customer or reason",
    fold=fold,
    empty=Empty(
        "Nothing is written off",
        "What will never be paid is written off from its customer's page: a remainder, a document, or all of it.",
        "file-x",
    ),
)


@require_GET
@staff_door("payments.view_receipt")
def write_off_list(request: StaffRequest) -> HttpResponseBase:
    """What was written off, and what of it came in after all."""
    rows = with_recovered(write_offs_for(request.user).filter(company=request.company))
    return list_page(request, WRITE_OFFS, rows.select_related("customer"))


def with_recovered(rows: QuerySet[WriteOff]) -> QuerySet[WriteOff]:
    """Add `recovered`: what came in for each and stands."""
    standing = Recovery.objects.filter(write_off=OuterRef("pk"), receipt__status=ReceiptStatus.RECORDED).order_by()
    sums = standing.values("write_off").annotate(sum=Sum("amount")).values("sum")
    zero = Value(Decimal(0), output_field=DecimalField())
    return rows.annotate(recovered=Coalesce(Subquery(sums), zero, output_field=AmountField()))


class WriteOffForm(forms.Form):
    """How much of each open item is written off, and why."""

    reason_code = forms.TypedChoiceField(label="Reason", required=False, coerce=int, empty_value=None)
    reason = forms.CharField(label="More about it", max_length=300, required=False)

    def __init__(self, *args: Any, customer: Customer, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = reason_choices(customer.company, ReasonPurpose.WRITE_OFF)
        set_choices(self, "reason_code", [("", "Another"), *choices])
        items = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0)
        self.items = list(items.order_by("due_on", "dated_on", "pk"))
        for item in self.items:
            name = f"item_{item.pk}"
            self.fields[name] = SumField(required=False, min_value=0, max_digits=19, decimal_places=4)
            if chosen in ("all", str(item.pk)):
                self.initial[name] = f"{item.balance.normalize():f}"
            dressed(item, tax=total_tax(tax_in([(item, item.balance)])), box=self[name])

    def details(self) -> WriteOffDetails:
        """What was typed, for the operation."""
        data = self.cleaned_data
        shares = [Share(item.pk, data[f"item_{item.pk}"]) for item in self.items if data[f"item_{item.pk}"]]
        return WriteOffDetails(shares, data["reason_code"], data["reason"])


@staff_door("payments.write_off")
@once
def write_off_page(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Choose what of a customer's open items is written off, and why."""
    customer = get_customer_for(request.user, customer_id)
    form = WriteOffForm(request.POST or None, customer=customer, chosen=request.GET.get("item", ""))
    if request.method == "POST" and form.is_valid():
        try:
            rows = write_off(customer, form.details(), on=customer.company.today(), by=request.user)
        except ApprovalNeeded as needed:
            send_for_approval(request, needed)
            return redirect("customers:customer", customer.pk)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{', '.join(map(str, rows))}: it is not asked for any more.")
            return redirect("payments:write_off", rows[0].pk)
    context = {"customer": customer, "form": form, "policy": policy_of(customer.company)}
    return render(request, "payments/write_off_new.html", context)


class RecoveryForm(forms.Form):
    """Money that came in for what was written off."""

    amount = SumField(max_digits=19, decimal_places=4)
    received_on = forms.DateField(label="Received on", widget=forms.DateInput(attrs={"type": "date"}))
    method = forms.ChoiceField(label="How", choices=[row for row in PaymentMethod.choices if row[0] != "withheld"])
    bank_account = forms.ModelChoiceField(Account.objects.none(), empty_label=None)
    reference = forms.CharField(label="Their words", max_length=200, required=False)
    exchange_rate = SumField(required=False, **EXCHANGE_RATE)

    def __init__(self, *args: Any, row: WriteOff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        banks = Account.objects.filter(company_id=row.company_id, role=AccountRole.BANK, is_active=True)
        set_rows(self, "bank_account", banks)
        self.initial.setdefault("bank_account", banks.filter(is_default=True).first())
        self.initial.setdefault("received_on", row.company.today())
        if row.currency == row.company.currency:
            del self.fields["exchange_rate"]

    def details(self) -> RecoveryDetails:
        """The valid form as details for the operation."""
        data = self.cleaned_data
        facts = {name: data[name] for name in ("amount", "received_on", "method", "reference")}
        rate = data.get("exchange_rate")
        return RecoveryDetails(**facts, bank_account_id=data["bank_account"].pk, exchange_rate=rate)


@require_GET
@staff_door("payments.view_receipt")
def write_off_shown(request: StaffRequest, write_off_id: int) -> HttpResponse:
    """A write-off: what it took off which items, its tax, what came in after all."""
    row = get_write_off_for(request.user, write_off_id)
    return _shown(request, row, RecoveryForm(row=row))


@require_POST
@staff_door("payments.record_recovery")
@once
def recover(request: StaffRequest, write_off_id: int) -> HttpResponse:
    """Record money that came in for a write-off."""
    row = get_write_off_for(request.user, write_off_id)
    form = RecoveryForm(request.POST, row=row)
    if form.is_valid():
        try:
            recovery = record_recovery(row.pk, form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{recovery.receipt} records it as bad debt recovered.")
            return redirect("payments:receipt", recovery.receipt_id)
    return _shown(request, row, form)


@require_POST
@staff_door("payments.reverse_write_off")
def reverse_it(request: StaffRequest, write_off_id: int) -> HttpResponse:
    """Ask for it again, with a reason."""
    row = get_write_off_for(request.user, write_off_id)
    try:
        reverse_write_off(row.pk, on=row.company.today(), by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{row} is reversed. What it had taken off is open again.")
    return redirect("payments:write_off", row.pk)


def _shown(request: StaffRequest, row: WriteOff, form: RecoveryForm) -> HttpResponse:
    taxes = list(row.taxes.select_related("account", "invoice"))
    context = {
        "row": row,
        "state": STATES[row.status],
        "form": form,
        "rows": allocations_of(row.entry_id),
        "taxes": taxes,
        "tax": sum((tax.amount for tax in taxes), Decimal(0)),
        "recoveries": row.recoveries.select_related("receipt"),
        "left": row.amount - recovered_of(row),
    }
    return render(request, "payments/write_off.html", context)
