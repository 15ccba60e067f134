"""What waits for a second person's word, and from which amount it does."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.approvals.asking import (
    ACTS,
    Act,
    ApprovalNeeded,
    Unit,
    acts_with_rules,
    amount_words,
    get_request_for,
    requests_for,
    waiting_for,
    waits_next,
)
from office.dressing import dressed
from office.models import ApprovalRequest, ApprovalRule, Company, User
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request, decline_request, withdraw_request
from office.operations.set_approval_rules import deciding_roles, set_approval_rules
from office.operations.set_role_limits import doing_roles, limits_of, set_role_limits
from office.operations.update_company import update_company
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest

MOST = 100


@require_GET
@staff_door("office.ask_approval")
def inbox(request: StaffRequest) -> HttpResponse:
    """What waits for this person, what they wait for, and what was decided lately."""
    seen = requests_for(request.user).filter(company=request.company)
    waiting = waiting_for(request.user, request.company)
    decided_here = set(waiting.values_list("pk", flat=True)[:MOST])
    mine = seen.filter(requested_by=request.user, state="waiting")
    decided = seen.exclude(state="waiting")[:MOST]
    context = {
        "groups": [("For you to decide", _shown(waiting)), ("You asked", _shown(mine)), ("Decided", _shown(decided))],
        "decided_here": decided_here,
    }
    return render(request, "office/approvals.html", context)


def _shown(rows: QuerySet[ApprovalRequest]) -> list[ApprovalRequest]:
    return [
        dressed(row, act=ACTS[row.action], amount_words=amount_words(row.action, row.amount, row.company))
        if row.amount
        else dressed(row, act=ACTS[row.action])
        for row in rows[:MOST]
    ]


@require_POST
@staff_door("office.ask_approval")
def decide(request: StaffRequest, request_id: int) -> HttpResponse:
    """Approve, which does it at once, or decline with a reason."""
    asked = get_request_for(request.user, request_id)
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("decision") == "approve":
            approve_request(asked.pk, by=request.user, reason=reason)
            if another := waits_next(asked):
                words = f"Approved. {asked.subject_name} now waits for a {another.role}: {another.reason}"
            else:
                words = f"Approved and done: {asked.subject_name}."
            messages.success(request, words)
        else:
            decline_request(asked.pk, by=request.user, reason=reason)
            messages.success(request, f"Declined: {asked.subject_name}.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:approval_list")


@require_POST
@staff_door("office.ask_approval")
def withdraw(request: StaffRequest, request_id: int) -> HttpResponse:
    """Take one's own request back."""
    asked = get_request_for(request.user, request_id)
    try:
        withdraw_request(asked.pk, by=request.user)
        messages.success(request, "Taken back. Nothing was done.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:approval_list")


def send_for_approval(request: StaffRequest, needed: ApprovalNeeded) -> None:
    """Send what was refused to those who decide, and say so, or why not."""
    try:
        asked = ask_approval(needed, by=request.user)
        messages.success(request, f"Sent for approval by a {asked.role}: nothing is done until then. {needed.message}")
    except Refused as refusal:
        messages.error(request, refusal.message)


def _amount(act: Act, words: str, help_text: str = "") -> SumField:
    """A field for an amount in the act's unit."""
    unit = ", in percent" if act.unit == Unit.PERCENT else ""
    label = f"{act.title} {words}{unit}"
    return SumField(label=label, required=False, help_text=help_text, min_value=0, max_digits=19, decimal_places=4)


class RulesForm(forms.Form):
    """For each action an amount and who approves above it, then limits by role; without an amount nobody is asked."""

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        self.fields["approval_days"] = forms.IntegerField(
            label="Working days until a request goes on",
            required=False,
            min_value=0,
            max_value=60,
            initial=company.approval_days,
            help_text="Then everybody who decides anything may decide it. Empty: it waits for its role.",
        )
        rules = {rule.action: rule for rule in ApprovalRule.objects.filter(company=company).select_related("role")}
        roles = [(role.name, role.name.capitalize()) for role in deciding_roles()]
        for act in acts_with_rules().values():
            rule = rules.get(act.name)
            self.fields[f"above_{act.name}"] = _amount(act, "above")
            self.fields[f"role_{act.name}"] = forms.ChoiceField(label="needs a", choices=roles)
            self.initial[f"above_{act.name}"] = rule and f"{rule.above.normalize():f}"
            self.initial[f"role_{act.name}"] = rule.role.name if rule else "manager"
            self._add_limits(act, rule)

    def _add_limits(self, act: Act, rule: ApprovalRule | None) -> None:
        kept = limits_of(rule) if rule else {}
        for role in doing_roles(act.name):
            name = f"limit_{act.name}_{role.pk}"
            self.fields[name] = _amount(act, f"by a {role.name} above", "Empty: as for all.")
            if role.name in kept:
                self.initial[name] = f"{kept[role.name].normalize():f}"

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each action together, under its name."""
        by_act = {act: [f"above_{act}", f"role_{act}"] for act in acts_with_rules()}
        for act, names in by_act.items():
            names += [name for name in self.fields if name.removeprefix(f"limit_{act}_").isdigit()]
        acts = [(ACTS[act].title, [self[name] for name in names]) for act, names in by_act.items()]
        return [*acts, ("Waiting", [self["approval_days"]])]

    def wanted(self) -> dict[str, Any]:
        """The valid form as the operation takes it."""
        data = self.cleaned_data
        rows = {name: (data[f"above_{name}"], data[f"role_{name}"]) for name in acts_with_rules()}
        return {name: None if row[0] is None else row for name, row in rows.items()}

    def limits(self, action: str) -> dict[str, Decimal]:
        """The limits by role that were typed for an action."""
        typed = {role.name: self.cleaned_data[f"limit_{action}_{role.pk}"] for role in doing_roles(action)}
        return {role: above for role, above in typed.items() if above is not None}

    def save(self, by: User) -> None:
        """Set what a valid form says, all of it or nothing."""
        with transaction.atomic():
            set_approval_rules(self.company, self.wanted(), by=by)
            for action in acts_with_rules():
                set_role_limits(self.company, action, self.limits(action), by=by)
            update_company(self.company.pk, {"approval_days": self.cleaned_data["approval_days"]}, by=by)


@staff_door("office.change_company_settings")
def rules(request: StaffRequest) -> HttpResponse:
    """From which amount an action needs another person."""
    form = RulesForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        try:
            form.save(by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved. It holds from now on.")
            return redirect("office:approval_rules")
    return render(request, "office/approval_rules.html", {"form": form})
