"""Importing invoices on screen."""

from django.http import HttpResponse

from billing.importing.fields import BUILT_IN, FIELDS
from billing.operations.import_invoices import KIND
from office.web import importing
from office.web.doors import staff_door
from office.web.importing import ImportPage
from office.web.requests import StaffRequest

PAGE = ImportPage(
    KIND,
    "Import invoices",
    "billing:invoice_list",
    FIELDS,
    BUILT_IN,
    switches=[("apply_credits", "Let credit memos settle their customer's oldest invoices")],
    for_all=True,
)


@staff_door("billing.import_invoices")
def upload(request: StaffRequest) -> HttpResponse:
    """Take a file of invoices in."""
    return importing.upload(request, PAGE)


@staff_door("billing.import_invoices")
def mapping(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, PAGE, run_id)
