"""Central banks' rates, by half-year."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from credit_control.models import Reference, ReferenceRate
from credit_control.operations.set_reference_rates import add_usual_rates, set_reference_rate
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

BANKS = [choice for choice in Reference.choices if choice[0] != Reference.NONE]
RATES = ListSpec(
    name="reference-rates",
    title="Reference rates",
    columns=(
        Column("reference", "Whose", lambda row: row.get_reference_display(), sort="reference"),
        Column("from_on", "Half-year from", "from_on", "day", sort="from_on"),
        Column("percent", "Percent a year", "percent", "number"),
        Column("source", "Source", lambda row: row.source or "By hand", hide_below="phone"),
        Column("set_by", "By", lambda row: str(row.set_by or ""), hide_below="tablet"),
    ),
    order="-from_on",
    filters=(Choice("reference", "Whose", "reference", BANKS),),
    search=("source",),
    search_hint="Source",
    empty=Empty("No rates yet", "Add the published ones, or type the one of this half-year.", "percentage"),
)


class RateForm(forms.Form):
    """One rate."""

    reference = forms.ChoiceField(choices=BANKS)
    from_on = forms.DateField()
    percent = SumField(max_digits=9, decimal_places=6)
    source = forms.CharField(max_length=100, required=False)


@require_GET
@staff_door("office.change_company_settings")
def rate_list(request: StaffRequest) -> HttpResponseBase:
    """The rates known, newest first, and the forms to add some."""
    rows = ReferenceRate.objects.filter(company=request.company).select_related("set_by")
    return list_page(request, RATES, rows, template="credit_control/rate_list.html", banks=BANKS)


@require_POST
@staff_door("office.change_company_settings")
def set_rate(request: StaffRequest) -> HttpResponse:
    """Keep one rate."""
    form = RateForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(
                "A rate needs whose it is, the first day of a half-year, and a percentage.", code="incomplete"
            )
        row = set_reference_rate(request.company, **form.cleaned_data, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Kept: {row}.")
    return redirect("credit_control:reference_rate_list")


@require_POST
@staff_door("office.change_company_settings")
def add_usual(request: StaffRequest) -> HttpResponse:
    """Add the published rates that are known here."""
    count = add_usual_rates(request.company, by=request.user)
    messages.success(request, f"{count} published rate{'s' * (count != 1)} added.")
    return redirect("credit_control:reference_rate_list")
