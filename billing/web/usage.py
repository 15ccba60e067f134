"""Usage on screen: what was recorded and which invoice billed it, and bringing in a file."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.access import usage_for
from billing.importing.usage import USAGE_FIELDS
from billing.models import UsageRecord
from office.web import importing
from office.web.doors import staff_door
from office.web.importing import ImportPage
from office.web.lists import Column, DateRange, Empty, ListSpec, Text, Toggle, list_page
from office.web.requests import StaffRequest

PAGE = ImportPage("import_usage", "Import usage", "billing:usage_list", USAGE_FIELDS, {})


def _billed_by(record: UsageRecord) -> str:
    invoice = record.occurrence and record.occurrence.invoice
    return str(invoice) if invoice else ""


USAGE = ListSpec(
    name="usage",
    title="Usage",
    columns=(
        Column("reference", "Reference", "reference", sort="reference"),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("meter", "Meter", "meter", sort="meter", hide_below="phone"),
        Column("used_on", "Day", "used_on", "day", sort="used_on"),
        Column("quantity", "Quantity", "quantity", "number"),
        Column("billed", "Billed by", _billed_by, hide_below="phone"),
    ),
    order="-used_on",
    filters=(
        DateRange("used", "Day", "used_on"),
        Text("meter", "Meter", "meter"),
        Toggle("waiting", "Not billed yet", lambda rows, _: rows.filter(occurrence=None)),
    ),
    search=("reference", "customer__search_text"),
    search_hint="Reference or customer",
    empty=Empty(
        "No usage yet",
        "What customers use of a meter is billed by the recurring invoice whose line names that meter. Upload it here.",
        "chart-bar",
        "billing:import_usage",
        "Import usage",
    ),
)


@require_GET
@staff_door("billing.view_invoice")
def usage_list(request: StaffRequest) -> HttpResponseBase:
    """All usage, the newest first."""
    records = usage_for(request.user).filter(company=request.company)
    records = records.select_related("customer", "occurrence__invoice")
    return list_page(request, USAGE, records, template="billing/usage_list.html")


@staff_door("billing.record_usage")
def upload(request: StaffRequest) -> HttpResponse:
    """Take a file of usage in."""
    return importing.upload(request, PAGE)


@staff_door("billing.record_usage")
def mapping(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, PAGE, run_id)
