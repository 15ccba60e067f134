"""Exchange rates: those known, one typed by hand, and files of them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ledger.fields import EXCHANGE_RATE
from ledger.refusals import Refused
from office.models import ExchangeRate
from office.operations.set_exchange_rates import set_exchange_rate, take_rates
from office.rates.files import LARGEST
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.lists import Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest

RATES = ListSpec(
    name="exchange-rates",
    title="Exchange rates",
    columns=(
        Column("currency", "Currency", "currency", sort="currency"),
        Column("on", "From", "on", "day", sort="on"),
        Column("rate", "In your currency", "rate", "number"),
        Column("source", "From file", lambda row: row.source or "By hand", hide_below="phone"),
        Column("set_by", "By", lambda row: str(row.set_by or ""), hide_below="tablet"),
    ),
    order="-on",
    filters=(Text("currency", "Currency", "currency"), DateRange("day", "Day", "on")),
    search=("currency",),
    search_hint="Currency",
    empty=Empty(
        "No rates yet",
        "Type one, or read the European Central Bank's file: then papers in foreign currency need none typed.",
        "cash",
    ),
)


class RateForm(forms.Form):
    """What one of a currency was worth on a day."""

    currency = forms.CharField(max_length=3)
    on = forms.DateField()
    rate = SumField(**EXCHANGE_RATE)


class RatesFileForm(forms.Form):
    """A file of rates."""

    file = forms.FileField()


@staff_door("office.set_exchange_rates")
def rate_list(request: StaffRequest) -> HttpResponseBase:
    """The rates known, newest first, and the forms to add some."""
    rows = ExchangeRate.objects.filter(company=request.company).select_related("set_by")
    return list_page(request, RATES, rows, template="office/rate_list.html", today=request.company.today())


@require_POST
@staff_door("office.set_exchange_rates")
def set_rate(request: StaffRequest) -> HttpResponse:
    """Keep one rate."""
    form = RateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A rate needs a currency such as USD, a day, and an amount above zero.")
        return redirect("office:rate_list")
    data = form.cleaned_data
    try:
        row = set_exchange_rate(request.company, data["currency"].upper(), data["on"], data["rate"], by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Kept: {row}.")
    return redirect("office:rate_list")


@require_POST
@staff_door("office.set_exchange_rates")
def take(request: StaffRequest) -> HttpResponse:
    """Keep the rates of a file."""
    form = RatesFileForm(request.POST, request.FILES)
    try:
        if not form.is_valid() or form.cleaned_data["file"].size > LARGEST:
            raise Refused(f"Choose a file of at most {LARGEST >> 20} MB.", code="file_missing")
        file = form.cleaned_data["file"]
        count = take_rates(request.company, file.name, file.read(), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{count:,} rate{'s' * (count != 1)} of {file.name} are new or changed.")
    return redirect("office:rate_list")
