"""Crediting an invoice, whole or line by line."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_invoice_for
from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice, creditable
from ledger.money import format_money
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField


class CreditForm(forms.Form):
    """How much of each line, and why."""

    reason = forms.CharField(max_length=300, help_text="Printed on the credit memo.")
    apply = forms.BooleanField(label="Settle what is open of this invoice with it", required=False, initial=True)

    def __init__(self, *args: object, invoice: Invoice, left: dict[int, Decimal], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in invoice.lines.all() if left[line.pk]]
        for line in self.lines:
            line.left = left[line.pk]
            field = SumField(label=f"Quantity of line {line.position}", required=False, max_digits=19, decimal_places=6)
            self.fields[f"line_{line.pk}"] = field
            self.initial.setdefault(f"line_{line.pk}", f"{line.left.normalize():f}")
            line.field = self[f"line_{line.pk}"]

    @property
    def quantities(self) -> dict[int, Decimal]:
        """By line, the quantity to credit; lines left empty or at zero are not credited."""
        typed = {line.pk: self.cleaned_data[f"line_{line.pk}"] for line in self.lines}
        return {line_id: quantity for line_id, quantity in typed.items() if quantity}


@staff_door("billing.credit_invoice")
def credit_page(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Choose what is credited, and issue the credit memo."""
    invoice = get_invoice_for(request.user, invoice_id)
    form = CreditForm(request.POST or None, invoice=invoice, left=creditable(invoice))
    if request.method == "POST" and form.is_valid():
        try:
            memo = credit_invoice(
                invoice.pk,
                form.quantities,
                reason=form.cleaned_data["reason"],
                by=request.user,
                on=invoice.company.today(),
                apply=form.cleaned_data["apply"],
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{memo} takes back {format_money(memo.total, memo.currency)} of {invoice}.")
            return redirect("billing:invoice", memo.pk)
    return render(request, "billing/credit.html", {"invoice": invoice, "form": form})
