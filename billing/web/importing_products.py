"""Importing products and their prices on screen."""

from django.http import HttpResponse

from billing.importing.products import FIELDS
from office.web import importing
from office.web.doors import staff_door
from office.web.importing import ImportPage
from office.web.requests import StaffRequest

PAGE = ImportPage(
    "import_products",
    "Import products and prices",
    "billing:product_list",
    FIELDS,
    {},
    switches=[("all_or_none", "Take nothing at all where a row is wrong")],
)


@staff_door("billing.import_products")
def upload(request: StaffRequest) -> HttpResponse:
    """Take a file of products in."""
    return importing.upload(request, PAGE)


@staff_door("billing.import_products")
def mapping(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, PAGE, run_id)
