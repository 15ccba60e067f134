"""Taking over another product's books: the one page of it, and its acts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.access import get_opening_for, openings_for
from billing.models import Opening, OpeningItem
from billing.opening.fields import FIELDS
from billing.opening.figures import compared, loads_of
from billing.opening.formats import FORMATS
from billing.opening.items import LOADED
from billing.operations.manage_opening import begin_opening, change_opening, go_live, set_opening_totals
from billing.operations.undo_load import begin_undoing
from ledger.refusals import Refused
from office.access import found, runs_for
from office.web import importing
from office.web.doors import CHANGES, staff_door
from office.web.fields import SumField
from office.web.importing import ImportPage
from office.web.once import once
from office.web.requests import StaffRequest

MANAGE = "billing.manage_opening"
PAGE = ImportPage(
    LOADED,
    "Load what is open",
    "billing:opening",
    FIELDS,
    {},
    switches=[("adds_customers", "Add customers who are not there")],
    formats=FORMATS,
    for_all=True,
    text="Open invoices, credits, payments not applied, or one balance for each customer. Nothing is kept before you "
    "have seen what would be done.",
)
PRODUCTS = ("QuickBooks", "Xero", "Stripe", "Invoice Ninja")


class OpeningForm(forms.Form):
    """Which product, and up to which day."""

    source = forms.CharField(
        label="You come from", max_length=60, widget=forms.TextInput(attrs={"list": "products", "autocomplete": "off"})
    )
    cut_over_on = forms.DateField(
        label="Day of the change",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day in the other product. What is open at its end is taken over on it.",
    )


class TotalsForm(forms.Form):
    """What the other product says in each currency that occurs, and in one more."""

    def __init__(self, opening: Opening, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.figures = compared(opening)
        wanted = {each.currency: each.wanted for each in self.figures}
        for currency in {opening.company.currency: None, **wanted}:
            self.fields[f"total_{currency}"] = SumField(
                label=f"Owed in {currency}",
                required=False,
                max_digits=19,
                initial=None if (said := wanted.get(currency)) is None else f"{said:f}",
                help_text="Less free payments and credits, as its own report says.",
            )
        self.fields["other_currency"] = forms.CharField(label="Another currency", max_length=3, required=False)
        self.fields["other_total"] = SumField(label="Owed in it", max_digits=19, required=False)

    def totals(self) -> dict[str, Any]:
        """What was typed, by currency."""
        data = self.cleaned_data
        typed = {name.removeprefix("total_"): data[name] for name in data if name.startswith("total_")}
        if data["other_total"] is not None:
            typed[data["other_currency"].upper()] = data["other_total"]
        return {currency: amount for currency, amount in typed.items() if amount is not None}


@staff_door(MANAGE)
def opening(request: StaffRequest) -> HttpResponse:
    """The opening under way, else the last one; or the form that begins one."""
    latest = openings_for(request.user).filter(company=request.company).order_by("-pk").first()
    if latest and "new" not in request.GET:
        return _shown(request, latest, TotalsForm(latest))
    form = OpeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            begin_opening(request.company, **form.cleaned_data, by=request.user)
            return redirect("billing:opening")
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return render(request, "billing/opening_new.html", {"form": form, "products": PRODUCTS, "last": latest})


@staff_door(MANAGE)
def change(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Correct the product's name or the day."""
    shown = get_opening_for(request.user, opening_id)
    before = {"source": shown.source, "cut_over_on": shown.cut_over_on}
    form = OpeningForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            change_opening(shown.pk, **form.cleaned_data, by=request.user)
            return redirect("billing:opening")
        except Refused as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "products": PRODUCTS, "opening": shown}
    return render(request, "billing/opening_new.html", context)


@require_POST
@staff_door(MANAGE)
def save_totals(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Say what the other product's totals are."""
    shown = get_opening_for(request.user, opening_id)
    form = TotalsForm(shown, request.POST)
    if form.is_valid():
        try:
            set_opening_totals(shown.pk, form.totals(), by=request.user)
            return redirect("billing:opening")
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return _shown(request, shown, form)


@require_POST
@staff_door(MANAGE, recently_known=CHANGES)
def live(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Finish the opening."""
    shown = get_opening_for(request.user, opening_id)
    try:
        go_live(shown.pk, by=request.user)
        messages.success(request, f"The books taken over from {shown.source} are live.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:opening")


@require_POST
@staff_door(MANAGE)
@once
def undo(request: StaffRequest, run_id: int) -> HttpResponse:
    """Take back what a load entered."""
    load = found(runs_for(request.user).filter(company=request.company, kind=LOADED, pk=run_id), "load")
    shown = get_opening_for(request.user, load.parameters["opening"])
    try:
        return redirect("office:run", begin_undoing(shown, load.pk, by=request.user).pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:opening")


@staff_door(MANAGE)
def upload(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Take a file of open documents in."""
    shown = get_opening_for(request.user, opening_id)
    if shown.is_live:
        messages.error(request, "The opening has gone live: nothing more is loaded.")
        return redirect("billing:opening")
    return importing.upload(request, PAGE, opening=shown.pk)


@staff_door(MANAGE)
def mapping(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, PAGE, run_id)


def _shown(request: StaffRequest, shown: Opening, form: TotalsForm) -> HttpResponse:
    standing = OpeningItem.objects.filter(opening=shown, reversal_entry=None)
    loads = list(
        loads_of(shown).filter(parameters__dry_run=False).select_related("by").defer("input_file", "errors_file")
    )
    undoable = set(standing.filter(load__in=loads).values_list("load", flat=True).distinct())
    context = {
        "opening": shown,
        "form": form,
        "figures": form.figures,
        "is_tied": bool(form.figures) and all(each.is_tied for each in form.figures),
        "loads": [(load, list(load.result.items()), load.pk in undoable) for load in loads],
        "count": standing.count(),
    }
    return render(request, "billing/opening.html", context)
