"""The description of the API, and the page to read and try it on."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from office.api.limited import Limited
from office.api.permissions import NamedPermission
from office.web.doors import staff_door
from office.web.requests import StaffRequest


@cache
def description() -> dict[str, Any]:
    """The description of all endpoints, the same for everybody. It takes seconds, and the code stays while it runs."""
    written: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return written


class KeptDescription(SchemaGenerator):
    """Gives the description that is made once."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return description()


class SchemaView(Limited, SpectacularAPIView):
    """The description as OpenAPI."""

    generator_class = KeptDescription
    permission_classes = [NamedPermission]
    permission = {"get": "customers.view_customer"}
    room = "office"


@require_GET
@staff_door("customers.view_customer")
def docs_page(request: StaffRequest) -> HttpResponse:
    """The description to read; a logged-in person can try each endpoint."""
    return render(request, "office/api_docs.html")
