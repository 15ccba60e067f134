"""What is doubtful as of a day, the table of what is likely lost, and judging one item or customer."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

from django import forms
from django.contrib import messages
from django.db.models import CharField, DateField, Field, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.fields.json import JSONField
from django.db.models.functions import Cast
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_stubs_ext import WithAnnotations

from credit_control.access import specific_provisions_for
from credit_control.doubtful import REASONS, Doubt, DoubtQuestion, doubtful_items, table_on
from credit_control.models import ProvisionTable
from credit_control.operations.set_provisions import set_provision_rates, set_specific_provision
from customers.access import get_customer_for, owners_seen
from customers.search import fold
from ledger.fields import AmountField
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.access import found
from office.days import FIRST_DAY
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.lists.filters import clean_day
from office.web.requests import StaffRequest
from office.written import plain_day

READ, ACT = "office.view_reports", "credit_control.set_provisions"
AMOUNTS = ("open", "disputed", "undisputed", "percent", "proposed")
FIELDS: dict[str, "Field[Any, Any]"] = {"due_day": DateField(), "days_late": IntegerField()}
FIELDS |= dict.fromkeys((*AMOUNTS, "own_amount"), AmountField())
FIELDS |= dict.fromkeys(("name", "number", "sort_name", "why", "reasons", "why_percent", "own_currency"), CharField())


class Known(TypedDict):
    reasons: str


DoubtfulItem: TypeAlias = "WithAnnotations[OpenItem, Known]"


def reason_words(row: DoubtfulItem) -> str:
    """Why an item is doubtful, in words."""
    return ", ".join(REASONS[reason] for reason in row.reasons.split())


DOUBTFUL = ListSpec(
    name="doubtful",
    title="Doubtful items",
    columns=(
        Column(
            "customer",
            "Customer",
            "name",
            sort="sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("reference", "Document", "reference", sort="reference", hide_below="phone"),
        Column("days_late", "Days late", "days_late", "number", sort="days_late", hide_below="phone"),
        Column("why", "Why", reason_words, note=lambda row: row.why_percent, hide_below="tablet"),
        Column("open", "Open", "open", "money", sort="open", total="open"),
        Column("disputed", "Disputed", "disputed", "money", sort="disputed", total="disputed", hide_below="tablet"),
        Column("undisputed", "Not disputed", "undisputed", "money", total="undisputed", hide_below="tablet"),
        Column(
            "own_amount",
            "In the company's currency",
            "own_amount",
            "money",
            sort="own_amount",
            currency="own_currency",
            hide_below="tablet",
        ),
        Column(
            "percent",
            "Percent",
            "percent",
            "number",
            sort="percent",
            url=lambda row: (
                reverse("credit_control:set_specific_provision", args=[row.customer_id]) + f"?item={row.pk}"
            ),
        ),
        Column("proposed", "Likely lost", "proposed", "money", sort="proposed", total="proposed"),
    ),
    order="customer",
    filters=(
        Choice(
            "reason", "Why", lambda rows, reason: rows.filter(reasons__contains=f" {reason} "), list(REASONS.items())
        ),
    ),
    search=("name_search", "reference"),
    search_hint="Customer or document",
    fold=fold,
    empty=Empty("Nothing is doubtful", "No open item was late for long, handed over, given up or promised in vain."),
)


TO_READ = replace(
    DOUBTFUL,
    columns=tuple(replace(column, url=None) if column.key == "percent" else column for column in DOUBTFUL.columns),
)
"""The same for who may not judge: no figure leads to where that is done."""


def as_list(rows: list[Doubt]) -> QuerySet[OpenItem]:
    """Doubtful items as the list reads them: each open item with what is known of it as of that day.

    Each column brings its own values, by item: a query says again what each of its columns brings.
    """
    known = {str(row.item_id): _plain(row) for row in rows}
    read = {
        name: Cast(_under_key({item: values[name] for item, values in known.items()}), field)
        for name, field in (FIELDS | {"name_search": CharField()}).items()
    }
    return OpenItem.objects.filter(pk__in=[row.item_id for row in rows]).annotate(**read)


def _under_key(values: dict[str, Any]) -> Func:
    """What stands for an item."""
    item = Cast("pk", TextField())
    return Func(Value(values, JSONField()), item, function="jsonb_extract_path_text", output_field=TextField())


def _plain(row: Doubt) -> dict[str, Any]:
    amounts: dict[str, Any] = {name: str(getattr(row, name)) for name in AMOUNTS}
    return amounts | {
        "own_amount": str(row.company_amount),
        "due_day": row.due_on.isoformat(),
        "days_late": row.days_late,
        "name": row.name,
        "number": row.number,
        "sort_name": fold(row.name),
        "name_search": fold(f"{row.name} {row.number}"),
        "reasons": f" {' '.join(row.reasons)} ",
        "why": row.reasons[0],
        "why_percent": row.why_percent,
        "own_currency": row.company_currency,
    }


@require_GET
@staff_door(READ)
def doubtful_list(request: StaffRequest, day: str = "") -> HttpResponseBase:
    """What was doubtful on a day, today where none is named, why, and what of it is likely lost."""
    if asked := clean_day(request.GET.get("on", "")):
        return redirect("credit_control:doubtful_list", asked.isoformat())
    on = clean_day(day) if day else request.company.today()
    if on is None or on < FIRST_DAY:
        raise Http404("No such day.")
    owner_ids = owners_seen(request.user, request.company)
    report = doubtful_items(DoubtQuestion(request.company, on, owner_ids))
    own_total = sum((row.company_proposed for row in report.rows), Decimal(0))
    context: dict[str, Any] = {"on": on, "table": report.table, "own_total": own_total}
    spec = DOUBTFUL if request.user.has_perm(ACT) else TO_READ
    return list_page(request, spec, as_list(report.rows), template="credit_control/doubtful_list.html", **context)


class RatesForm(forms.Form):
    """A table of rates: a line for each, its days late and its percentage."""

    from_on = forms.DateField(label="Holds from", widget=forms.DateInput(attrs={"type": "date"}))
    late_days = forms.IntegerField(
        label="Doubtful when late for more days than", min_value=0, max_value=3650, help_text="For this alone."
    )
    rates = forms.CharField(
        label="Days late and percent",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="A line for each: 90 25 means 25 percent from 90 days late on.",
    )

    def clean_rates(self) -> list[tuple[int, Decimal]]:
        """Each line's days and percentage."""
        try:
            lines = [line.replace("%", " ").split() for line in self.cleaned_data["rates"].splitlines() if line.strip()]
            found = [(int(days), Decimal(percent)) for days, percent in lines]
        except (ValueError, ArithmeticError) as error:
            raise forms.ValidationError("Write each line as days late and a percentage, such as 90 25.") from error
        if any(days > 10**6 or not percent.is_finite() for days, percent in found):
            raise forms.ValidationError("These are no days and percentages.")
        return found


@staff_door(ACT)
def provision_rates(request: StaffRequest) -> HttpResponseBase:
    """The tables of rates that held and hold, and a new one."""
    today = request.company.today()
    current = table_on(request.company, today)
    form = RatesForm(request.POST or None, initial=_as_typed(current, today))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = set_provision_rates(
                request.company, data["from_on"], data["rates"], late_days=data["late_days"], on=today, by=request.user
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Kept. It holds from {plain_day(made.from_on)}.")
            return redirect("credit_control:provision_rates")
    tables = ProvisionTable.objects.filter(company=request.company).select_related("set_by").prefetch_related("rates")
    return render(request, "credit_control/provision_rates.html", {"form": form, "tables": tables, "current": current})


def _as_typed(table: ProvisionTable | None, today: date) -> dict[str, object]:
    rates = table.rates.all() if table else []
    lines = "\n".join(f"{rate.days_from} {rate.percent.normalize():f}" for rate in rates)
    return {"from_on": today, "late_days": table.late_days if table else 90, "rates": lines}


class SpecificForm(forms.Form):
    """What of it is likely lost, and why."""

    percent = forms.DecimalField(
        label="Likely lost, in percent",
        required=False,
        min_value=0,
        max_value=100,
        max_digits=9,
        decimal_places=6,
        help_text="Empty takes what was set before back: the table of rates counts again.",
    )
    reason = forms.CharField(label="Reason", max_length=300)


@staff_door(ACT)
def set_specific(request: StaffRequest, customer_id: int) -> HttpResponseBase:
    """Judge all of a customer's items, or the one that the address names."""
    customer = get_customer_for(request.user, customer_id)
    item = _item(customer.pk, request.GET.get("item", ""))
    form = SpecificForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_specific_provision(
                customer,
                form.cleaned_data["percent"],
                reason=form.cleaned_data["reason"],
                on=request.company.today(),
                by=request.user,
                item_id=item.pk if item else None,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Kept. It counts from today on.")
            return redirect("credit_control:doubtful")
    made = specific_provisions_for(request.user).filter(customer=customer).select_related("item", "set_by")
    context = {"customer": customer, "item": item, "form": form, "made": made[:100]}
    return render(request, "credit_control/specific_provision.html", context)


def _item(customer_id: int, typed: str) -> OpenItem | None:
    if not typed:
        return None
    return found(OpenItem.objects.filter(pk=typed_id(typed) or 0, customer_id=customer_id), "item")
