"""How the company's numbers are written."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger.refusals import Refused
from office.numbers import PATTERNS, coming_numbers, patterns_of
from office.operations.set_number_patterns import kind_words, set_number_patterns
from office.web.doors import staff_door


class PatternsForm(forms.Form):
    """A pattern for each kind, with the number that comes next."""

    def __init__(self, coming: dict[str, str], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for kind in PATTERNS:
            self.fields[kind] = forms.CharField(
                label=kind_words(kind), max_length=40, help_text=f"The next one: {coming[kind]}"
            )


@staff_door("office.change_company_settings")
def number_patterns(request: HttpRequest) -> HttpResponse:
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
