"""The description of the API, and the page to read and try it on."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView

from office.api.permissions import NamedPermission
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class SchemaView(SpectacularAPIView):
    """The description as OpenAPI."""

    permission_classes = [NamedPermission]
    permission = {"get": "customers.view_customer"}


@require_GET
@staff_door("customers.view_customer")
def docs_page(request: StaffRequest) -> HttpResponse:
    """The description to read; a logged-in person can try each endpoint."""
    return render(request, "office/api_docs.html")
