"""Importing customers on screen."""

from django.http import HttpResponse

from customers.formats import FORMATS
from customers.importing import FIELDS
from office.web import importing
from office.web.doors import staff_door
from office.web.importing import ImportPage
from office.web.requests import StaffRequest

PAGE = ImportPage(
    "import_customers",
    "Import customers",
    "customers:customer_list",
    FIELDS,
    {},
    switches=[
        ("are_others", "Who looks like a customer who is there is another one; else such rows are left out"),
        ("all_or_none", "Take nothing at all where a row is wrong"),
    ],
    formats=FORMATS,
)


@staff_door("customers.import_customers")
def upload(request: StaffRequest) -> HttpResponse:
    """Take a file of customers in."""
    return importing.upload(request, PAGE)


@staff_door("customers.import_customers")
def mapping(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, PAGE, run_id)
