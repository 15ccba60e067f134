"""How severe the company takes the checks before issue."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.accuracy.registry import CHECKS
from billing.issue_checks import severities_of
from billing.models import IssueCheck, Severity
from billing.operations.set_check_policies import set_check_policies
from office.web.doors import staff_door
from office.web.requests import StaffRequest

AFTERWARDS = [(Severity.IGNORE, "Do not look for it"), (Severity.WARN, "Look for it each night")]
"""Of what is looked for in issued documents and at customers alone."""


class PoliciesForm(forms.Form):
    """A severity for each check."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for check in IssueCheck:
            offered = Severity.choices if CHECKS[check].before_issue else AFTERWARDS
            self.fields[check.value] = forms.ChoiceField(label=check.label, choices=offered)


@staff_door("office.change_company_settings")
def check_policies(request: StaffRequest) -> HttpResponse:
    """Choose what warns, what stops, and what is not looked at."""
    form = PoliciesForm(request.POST or None, initial=severities_of(request.company))
    if request.method == "POST" and form.is_valid():
        set_check_policies(request.company, form.cleaned_data, by=request.user)
        messages.success(request, "Saved. Drafts are looked at this way from now on.")
        return redirect("billing:check_policies")
    return render(request, "billing/check_policies.html", {"form": form})
