"""The doors for programs: version 1, its description, and the page to read it on."""

from django.urls import include, path

from office.api.changes import changes_page
from office.api.docs import SchemaView, docs_page
from office.api.errors import no_such_address

urlpatterns = [
    path("v1/", include("office.api.urls")),
    path("v1/", include("customers.api.urls")),
    path("v1/", include("billing.api.urls")),
    path("v1/", include("payments.api.urls")),
    path("v1/", include("credit_control.api.urls")),
    path("v1/", include("reports.api.urls")),
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", docs_page, name="api_docs"),
    path("changes/", changes_page, name="api_changes"),
    path("<path:address>", no_such_address),
]
