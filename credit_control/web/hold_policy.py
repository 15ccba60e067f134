"""When customers are put on hold by rule: the policy, whom it would hold today, and looking now."""

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from credit_control.hold_rules import Found, reasons_on, would_hold
from credit_control.operations.look_for_holds import look_for_holds
from customers.models import HoldPolicy, hold_policy_of
from customers.operations.set_hold_policy import FIELDS, LIMITS, set_hold_policy
from ledger.fields import field_of
from ledger.refusals import Refused
from office.models import Company
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest

MOST = 200
"""So many are shown of those whom a policy would hold."""


def _number(name: str) -> forms.IntegerField:
    field = field_of(HoldPolicy, name)
    least, most = LIMITS[name]
    label = field.verbose_name.capitalize()
    return forms.IntegerField(
        label=label, help_text=field.help_text, min_value=least, max_value=most, required=not field.null
    )


class HoldPolicyForm(forms.Form):
    """The policy as people type it."""

    over_percent = _number("over_percent")
    late_days = _number("late_days")
    late_amount = SumField(
        label="With at least so much",
        min_value=0,
        max_digits=19,
        decimal_places=4,
        help_text="Of one item, in its currency; not what is disputed or promised, and of a plan what was missed.",
    )
    broken_promise = forms.BooleanField(label="When a promise is broken", required=False)
    lifts = forms.BooleanField(label="Release by itself when the cause is gone", required=False)
    quiet_days = _number("quiet_days")
    counts_orders = forms.BooleanField(
        label="Count what is ordered against credit limits",
        required=False,
        help_text=field_of(HoldPolicy, "counts_orders").help_text,
    )


@staff_door("office.change_company_settings")
def hold_policy(request: StaffRequest) -> HttpResponse:
    """See and change the policy; "preview" shows whom it would hold today as it is typed, and changes nothing."""
    kept = model_to_dict(hold_policy_of(request.company), fields=FIELDS)
    kept["late_amount"] = f"{kept['late_amount'].normalize():f}"
    form = HoldPolicyForm(request.POST or None, initial=kept)
    context = {"form": form, "most": MOST}
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context |= _shown(_found(request.company, HoldPolicy(company=request.company, **form.cleaned_data)))
        elif _is_set(request, form):
            return redirect("credit_control:hold_policy")
    elif request.method != "POST":
        context |= _shown(_found(request.company, hold_policy_of(request.company)))
    return render(request, "credit_control/hold_policy.html", context)


def _is_set(request: StaffRequest, form: HoldPolicyForm) -> bool:
    try:
        set_hold_policy(request.company, form.cleaned_data, by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, "Saved. The next look goes by it: within ten minutes, or press Look now.")
    return True


def _found(company: Company, policy: HoldPolicy) -> list[Found]:
    today = company.today()
    return would_hold(company, reasons_on(company, policy, today), today)


def _shown(found: list[Found]) -> dict[str, object]:
    return {"found": found[:MOST], "count": len(found)}


@require_POST
@staff_door("customers.place_hold")
def look_now(request: StaffRequest) -> HttpResponse:
    """Have the workers look by the rules now instead of with the day's round."""
    try:
        run = look_for_holds(request.company, on=request.company.today(), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("customers:hold_list")
    return redirect("office:run", run.pk)
