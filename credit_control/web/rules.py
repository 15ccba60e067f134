"""The company's rules for late charges, and whom each holds for."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from credit_control.day_count import DayCount
from credit_control.models import LateChargeChoice, LateChargeRule, Reference
from credit_control.operations.set_late_charge_rules import (
    add_usual_rule,
    choose_late_charge_rule,
    save_late_charge_rule,
)
from credit_control.usual_rules import USUAL_RULES
from customers.models import CustomerGroup
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField, typed_id
from office.web.requests import StaffRequest

WIDER = "wider"
"""Chosen where the wider choice is to hold."""


class RuleForm(forms.Form):
    """A rule as people type it."""

    name = forms.CharField(max_length=100)
    reference = forms.ChoiceField(label="Interest on top of", choices=Reference.choices)
    percent = SumField(label="Percent a year", min_value=0, max_digits=9, decimal_places=6)
    day_count = forms.ChoiceField(label="How days count", choices=DayCount.choices)
    currency = forms.CharField(label="Currency of the amounts", max_length=3)
    fee_steps = forms.CharField(
        label="Fee by size of the debt",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One line each: from which size, and the fee, such as 1000: 70. Only on debts in this currency.",
    )
    fee_percent = SumField(
        label="Or fee in percent",
        min_value=0,
        max_digits=9,
        decimal_places=6,
        help_text="Of what the document came to.",
    )
    period_days = forms.IntegerField(
        label="Fee for each full period of so many days", min_value=0, help_text="Zero: once for a document."
    )
    grace_days = forms.IntegerField(
        label="Days of grace", min_value=0, help_text="Who pays within them is charged nothing."
    )
    smallest_claim = SumField(
        label="Smallest claim", min_value=0, max_digits=19, decimal_places=4, help_text="Less waits until it has grown."
    )
    due_from = forms.DateField(
        label="Only what was due from",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="What was due before is never charged.",
    )

    def clean_fee_steps(self) -> list[list[str]]:
        """Each line as its two numbers."""
        lines = [line.strip() for line in self.cleaned_data["fee_steps"].splitlines() if line.strip()]
        steps = [[part.strip() for part in line.split(":")] for line in lines]
        if any(len(step) != 2 for step in steps):
            raise forms.ValidationError("Write each line like 1000: 70.")
        return steps

    def clean_currency(self) -> str:
        """The code in capitals."""
        return self.cleaned_data["currency"].upper()


@require_GET
@staff_door("office.change_company_settings")
def rule_list(request: StaffRequest) -> HttpResponse:
    """The rules, and which holds for the company, its groups and single customers."""
    choices = LateChargeChoice.objects.filter(company=request.company).select_related("rule", "group", "customer")
    by_group = {choice.group_id: choice for choice in choices if choice.group_id}
    groups = CustomerGroup.objects.filter(company=request.company)
    context = {
        "rules": LateChargeRule.objects.filter(company=request.company),
        "usual_rules": [(key, usual["name"]) for key, usual in USUAL_RULES.items()],
        "own": next((choice for choice in choices if not choice.group_id and not choice.customer_id), None),
        "groups": [(group, by_group.get(group.pk)) for group in groups],
        "customers": [choice for choice in choices if choice.customer_id],
    }
    return render(request, "credit_control/rules.html", context)


@staff_door("office.change_company_settings")
def rule_page(request: StaffRequest, rule_id: int | None = None) -> HttpResponse:
    """Add a rule, or change one for what is not charged yet."""
    rules = LateChargeRule.objects.filter(company=request.company)
    new = LateChargeRule(company=request.company, currency=request.company.currency, due_from=request.company.today())
    rule = get_object_or_404(rules, pk=rule_id) if rule_id else new
    form = RuleForm(request.POST or None, initial=_initial(rule))
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_late_charge_rule(request.company, form.cleaned_data, by=request.user, rule_id=rule_id)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Saved: {saved}. It holds for what is not charged yet.")
            return redirect("credit_control:rule_list")
    return render(request, "credit_control/rule.html", {"form": form, "rule": rule if rule_id else None})


@require_POST
@staff_door("office.change_company_settings")
def add_usual(request: StaffRequest) -> HttpResponse:
    """Add a rule that a law gives, with the rates it stands on."""
    try:
        rule = add_usual_rule(request.company, request.POST.get("usual", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Added: {rule}. It charges what is due from today on; choose whom it holds for.")
    return redirect("credit_control:rule_list")


@require_POST
@staff_door("office.change_company_settings")
def choose(request: StaffRequest) -> HttpResponse:
    """Say which rule holds for the company, or for a group."""
    group = request.POST.get("group", "")
    say_which(request, **({"group_id": typed_id(group) or 0} if group else {}))
    return redirect("credit_control:rule_list")


def say_which(request: StaffRequest, **whose: int) -> None:
    """Take the choice that was sent, and say so or why not."""
    wanted = request.POST.get("rule", "none")
    rule_id = None if wanted in ("", WIDER) else typed_id(wanted) or 0
    try:
        choose_late_charge_rule(request.company, rule_id, by=request.user, clear=wanted == WIDER, **whose)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Saved. It holds for what is not charged yet.")


def _initial(rule: LateChargeRule) -> dict[str, Any]:
    names = ("name", "reference", "day_count", "currency", "period_days", "grace_days", "due_from")
    numbers = ("percent", "fee_percent", "smallest_claim")
    steps = "\n".join(f"{size}: {amount}" for size, amount in rule.fee_steps)
    values = {name: getattr(rule, name) for name in names} | {"fee_steps": steps}
    return values | {name: f"{getattr(rule, name).normalize():f}" for name in numbers}
