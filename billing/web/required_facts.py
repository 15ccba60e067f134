"""Which facts a document and its customer must have before issue."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.accuracy.required import required_of
from billing.models import OF_DOCUMENT, Fact, Severity
from billing.operations.set_required_facts import set_required_facts
from office.web.doors import staff_door
from office.web.requests import StaffRequest

OFFERED = [(Severity.IGNORE, "May be missing"), (Severity.WARN, "Warn"), (Severity.STOP, "Stop")]


class FactsForm(forms.Form):
    """A severity for each fact."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for fact in Fact:
            self.fields[fact.value] = forms.ChoiceField(label=fact.label, choices=OFFERED)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under what has them."""
        return [
            ("Of the customer", [self[fact.value] for fact in Fact if fact not in OF_DOCUMENT]),
            ("Of the document", [self[fact.value] for fact in OF_DOCUMENT]),
        ]


@staff_door("office.change_company_settings")
def required_facts(request: StaffRequest) -> HttpResponse:
    """Choose what may not be missing."""
    form = FactsForm(request.POST or None, initial=required_of(request.company))
    if request.method == "POST" and form.is_valid():
        set_required_facts(request.company, form.cleaned_data, by=request.user)
        messages.success(request, "Saved. Drafts are looked at this way from now on.")
        return redirect("billing:required_facts")
    return render(request, "billing/required_facts.html", {"form": form})
