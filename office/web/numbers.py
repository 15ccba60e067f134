"""How the company's numbers are written."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.numbers.series import PATTERNS, coming_numbers, patterns_of
from office.operations.set_number_patterns import checked_pattern_of, kind_words, set_number_patterns
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class PatternsForm(forms.Form):
    """A pattern for each kind, with the number that comes next."""

    def __init__(self, coming: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in PATTERNS:
            self.fields[kind] = forms.CharField(
                label=kind_words(kind), max_length=40, help_text=f"The next one: {coming[kind]}"
            )


@staff_door("office.change_company_settings")
def number_patterns(request: StaffRequest) -> HttpResponse:
    """Choose how invoices, receipts and customers are numbered."""
    coming = coming_numbers(request.company, request.company.today().year)
    form = PatternsForm(coming, request.POST or None, initial=patterns_of(request.company))
    if request.method == "POST" and form.is_valid():
        try:
            set_number_patterns(request.company, form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved. The next number of each kind is written this way.")
            return redirect("office:number_patterns")
    return render(request, "office/number_patterns.html", {"form": form})


@require_POST
@staff_door("office.change_company_settings")
def as_typed(request: StaffRequest) -> HttpResponse:
    """The next number of each kind as typed, or what is wrong with its pattern, as pieces; nothing is kept."""
    patterns, wrong = {}, {}
    for kind in PATTERNS:
        try:
            patterns[kind] = checked_pattern_of(kind, request.POST.get(kind, ""))
        except Refused as refusal:
            wrong[kind] = refusal.message
    coming = coming_numbers(request.company, request.company.today().year, patterns)
    return render(request, "office/_coming_numbers.html", {"coming": coming, "wrong": wrong})
