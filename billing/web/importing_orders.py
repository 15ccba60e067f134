"""Importing orders and shipments on screen."""

from django.http import HttpResponse

from billing.importing.orders import ORDER_FIELDS, SHIPMENT_FIELDS
from office.web import importing
from office.web.doors import staff_door
from office.web.importing import ImportPage
from office.web.requests import StaffRequest

WHOLE = [("all_or_none", "Take nothing at all where a row is wrong")]
ORDERS = ImportPage("import_orders", "Import orders", "billing:order_list", ORDER_FIELDS, {}, switches=WHOLE)
SHIPMENTS = ImportPage(
    "import_shipments", "Import shipments", "billing:shipment_list", SHIPMENT_FIELDS, {}, switches=WHOLE
)


@staff_door("billing.import_orders")
def upload_orders(request: StaffRequest) -> HttpResponse:
    """Take a file of orders in."""
    return importing.upload(request, ORDERS)


@staff_door("billing.import_orders")
def map_orders(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, ORDERS, run_id)


@staff_door("billing.import_shipments")
def upload_shipments(request: StaffRequest) -> HttpResponse:
    """Take a file of shipments in."""
    return importing.upload(request, SHIPMENTS)


@staff_door("billing.import_shipments")
def map_shipments(request: StaffRequest, run_id: int) -> HttpResponse:
    """Say which column is which, make a dry run, and start."""
    return importing.mapping(request, SHIPMENTS, run_id)
