"""What the company lets pass when money comes in short, or not at all."""

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render

from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest
from payments.models import policy_of
from payments.operations.set_payment_policy import FIELDS, set_payment_policy


class PolicyForm(forms.Form):
    """The tolerance, and whether tax is claimed back on bad debts."""

    tolerance_amount = SumField(
        label="Let small differences pass up to",
        min_value=0,
        max_digits=19,
        decimal_places=4,
        help_text="Of one document, in the company's currency. Zero: none.",
    )
    tolerance_percent = SumField(
        label="And no more than, in percent of the document", min_value=0, max_value=100, max_digits=9, decimal_places=6
    )
    relieves_tax = forms.BooleanField(
        label="Claim tax back on bad debts",
        required=False,
        help_text="A write-off then lowers the tax payable. When that is allowed, your tax law says.",
    )


@staff_door("office.change_company_settings")
def payment_policy(request: StaffRequest) -> HttpResponse:
    """See and change the policy."""
    kept = model_to_dict(policy_of(request.company), fields=FIELDS)
    numbers = {name: f"{kept[name].normalize():f}" for name in ("tolerance_amount", "tolerance_percent")}
    form = PolicyForm(request.POST or None, initial=kept | numbers)
    if request.method == "POST" and form.is_valid():
        try:
            set_payment_policy(request.company, form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved. It holds from now on.")
            return redirect("payments:payment_policy")
    return render(request, "payments/payment_policy.html", {"form": form})
