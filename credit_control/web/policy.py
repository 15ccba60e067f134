"""How the company treats promises, plans and reminders."""

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render

from credit_control.models import CreditPolicy, ReminderMode, policy_of
from credit_control.operations.set_credit_policy import FIELDS, LEAST, LIMITS, LONGEST_WAIT, set_credit_policy
from ledger.fields import field_of
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest


def _number(name: str) -> forms.IntegerField:
    field = field_of(CreditPolicy, name)
    return forms.IntegerField(
        label=field.verbose_name.capitalize(),
        help_text=field.help_text,
        min_value=LEAST.get(name, 0),
        max_value=LIMITS[name],
    )


class PolicyForm(forms.Form):
    """The policy as people type it."""

    reminders = forms.ChoiceField(label="Reminders go out", choices=ReminderMode.choices)
    reminder_hour = _number("reminder_hour")
    most_unattended = _number("most_unattended")
    smallest_reminder = SumField(
        label="No reminder below",
        min_value=0,
        max_digits=19,
        decimal_places=4,
        help_text="In the currency of what is owed, of all of it together.",
    )
    waits_for_bank = forms.BooleanField(
        label="Wait while a payment of theirs is in the bank queue",
        required=False,
        help_text="Who paid already is neither reminded nor charged before somebody has matched it.",
    )
    promise_days = _number("promise_days")
    promise_grace_days = _number("promise_grace_days")
    own_promise_days = _number("own_promise_days")
    paid_notice_days = _number("paid_notice_days")
    plan_months = _number("plan_months")
    plan_offer_days = _number("plan_offer_days")
    plan_is_interest_free = forms.BooleanField(
        label="Plans are free of interest",
        required=False,
        help_text="While a plan is kept, only what is past its own day bears interest; each plan can say otherwise.",
    )
    plan_notice_days = _number("plan_notice_days")
    plan_grace_days = _number("plan_grace_days")
    own_plan_parts = _number("own_plan_parts")
    plan_cancel_days = forms.IntegerField(
        label="Days after which an unpaid instalment ends the plan",
        required=False,
        min_value=0,
        max_value=LONGEST_WAIT,
        help_text="After the instalment's day. Empty: no plan ends by itself, the collector gets a task.",
    )


@staff_door("office.change_company_settings")
def credit_policy(request: StaffRequest) -> HttpResponse:
    """See and change the policy."""
    kept = model_to_dict(policy_of(request.company), fields=FIELDS)
    kept["smallest_reminder"] = f"{kept['smallest_reminder'].normalize():f}"
    form = PolicyForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            set_credit_policy(request.company, form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved. It holds from now on.")
            return redirect("credit_control:credit_policy")
    return render(request, "credit_control/credit_policy.html", {"form": form})
