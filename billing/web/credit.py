"""Crediting an invoice: some of its lines, lower prices, or an amount; with its total while one types."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from billing.access import get_invoice_for, orders_for
from billing.models import Dispute, Invoice, InvoiceLine
from billing.operations.credit_dispute import credit_dispute
from billing.operations.credit_invoice import credit_invoice, preview_credit
from billing.operations.draft_credit import left_of
from billing.operations.wanted_credit import LowerPrice, Wanted
from billing.orders.mending import what_came_back, what_to_credit
from billing.reason_codes import reason_choices
from billing.totals import lines_with_taxes, tax_rows, total_invoice
from billing.web.crediting_disputes import dispute_of, note_field, page_of, what_is_disputed
from ledger.money import format_money
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.dressing import dressed
from office.models import User
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.fields import SumField, set_choices, typed_id
from office.web.requests import StaffRequest

WAYS = [("lines", "Lines"), ("prices", "A lower price"), ("amount", "An amount")]


class CreditForm(forms.Form):
    """What is credited, and why. Each line that has something left has a quantity and a new price."""

    way = forms.ChoiceField(label="Credit", choices=WAYS, initial="lines", widget=forms.RadioSelect, required=False)
    amount = SumField(label="Amount, with its tax", required=False, max_digits=19, decimal_places=4)
    reason_code = forms.TypedChoiceField(
        label="Reason",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"autofocus": True}),
    )
    reason = forms.CharField(label="More about it", max_length=300, required=False, help_text="Printed after it.")
    apply = forms.BooleanField(label="Settle with it what is open", required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        invoice: Invoice,
        dispute: Dispute | None = None,
        wanted: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if dispute:
            self.fields["note"] = note_field()
            self.initial.update(what_is_disputed(dispute), reason=f"Dispute {dispute}: {dispute.reason_code}")
        self.initial.update(wanted or {})
        set_choices(self, "reason_code", [("", "Another"), *reason_choices(invoice.company)])
        billed = list(lines_with_taxes().filter(invoice=invoice))
        left = left_of(billed)
        self.left = sum((each.left.total for each in left.values()), Decimal(0))
        self.lines = [line for line in billed if left[line.pk].left_quantity]
        for line in self.lines:
            quantity = left[line.pk].left_quantity
            cells = [self._cell(line, "line", "Quantity to credit of"), self._cell(line, "price", "New price of")]
            dressed(line, left=quantity, cells=cells)
            self.initial.setdefault(f"line_{line.pk}", "" if dispute or wanted else f"{quantity.normalize():f}")

    def _cell(self, line: InvoiceLine, name: str, label: str) -> BoundField:
        self.fields[f"{name}_{line.pk}"] = SumField(
            label=f"{label} line {line.position}", required=False, max_digits=19, decimal_places=6
        )
        return self[f"{name}_{line.pk}"]

    @property
    def wanted(self) -> Wanted:
        """What a valid form asks to credit; lines left empty or at zero are not credited."""
        data = self.cleaned_data
        if data["way"] == "amount":
            return data["amount"] or Decimal(0)
        quantities = {line.pk: data[f"line_{line.pk}"] for line in self.lines if data[f"line_{line.pk}"]}
        if data["way"] != "prices":
            return quantities
        prices = {pk: (quantity, data[f"price_{pk}"]) for pk, quantity in quantities.items()}
        return {pk: LowerPrice(quantity, price) for pk, (quantity, price) in prices.items() if price is not None}


@staff_door("billing.credit_invoice")
def credit_page(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Choose what is credited, and issue the credit memo."""
    invoice = get_invoice_for(request.user, invoice_id)
    dispute = dispute_of(request, invoice)
    form = CreditForm(request.POST or None, invoice=invoice, dispute=dispute, wanted=_beyond_order(request, invoice))
    if request.method == "POST" and form.is_valid():
        try:
            memo = _credit(invoice, dispute, form, request.user)
        except ApprovalNeeded as needed:
            send_for_approval(request, needed)
            return page_of(invoice, dispute)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{memo} takes back {format_money(memo.total, memo.currency)} of {invoice}.")
            return page_of(memo, dispute)
    return render(request, "billing/credit.html", {"invoice": invoice, "form": form, "dispute": dispute})


def _beyond_order(request: StaffRequest, invoice: Invoice) -> dict[str, Any]:
    """What the invoice bills of what came back, or beyond the order that the address names, if it is the customer's."""
    if request.GET.get("came_back"):
        return what_came_back(invoice)
    order_id = typed_id(request.GET.get("order", ""))
    order = orders_for(request.user).filter(pk=order_id, customer=invoice.customer_id).first() if order_id else None
    return what_to_credit(invoice, order) if order else {}


def _credit(invoice: Invoice, dispute: Dispute | None, form: CreditForm, by: User) -> Invoice:
    """The credit memo; where it is for a dispute, that is closed with it."""
    data = form.cleaned_data
    how = {name: data[name] for name in ("reason", "apply")} | {"reason_code_id": data["reason_code"]}
    how |= {"by": by, "on": invoice.company.today()}
    if dispute:
        return present(credit_dispute(dispute.pk, form.wanted, **how, note=data["note"]).credit_memo)
    return credit_invoice(invoice.pk, form.wanted, **how)


@require_POST
@staff_door("billing.credit_invoice")
def credit_totals(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """What the typed credit comes to, as a piece; nothing is kept."""
    invoice = get_invoice_for(request.user, invoice_id)
    form = CreditForm(request.POST, invoice=invoice, dispute=dispute_of(request, invoice))
    context: dict[str, Any] = {"invoice": invoice}
    if form.is_valid():
        try:
            memo, lines = preview_credit(invoice, form.wanted, invoice.company.today())
            context |= {"draft": memo, "taxes": tax_rows(memo, lines, total_invoice(memo, lines))}
        except Refused as refusal:
            context["error"] = refusal.message
    else:
        context["error"] = next(iter(form.errors.values()))[0]
    return render(request, "billing/_live_totals.html", context)
