"""The site map."""

from django.urls import URLPattern, URLResolver, include, path

from config.health import healthz, readyz
from config.health_page import health_page
from config.metrics import metrics
from reports.urls import site

urlpatterns: list[URLPattern | URLResolver] = [
    *site,
    path("", include("reports.urls")),
    path("", include("office.urls")),
    path("", include("billing.urls")),
    path("", include("payments.urls")),
    path("", include("credit_control.urls")),
    path("", include("customers.urls")),
    path("p/", include("customers.portal_urls")),
    path("p/", include("credit_control.promise_urls")),
    path("p/", include("credit_control.portal_urls")),
    path("p/", include("payments.portal_urls")),
    path("p/", include("billing.portal_urls")),
    path("", include("payments.provider_urls")),
    path("api/", include("config.api_urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("office/health/", health_page, name="health"),
    path("metrics", metrics, name="metrics"),
]
handler400, handler500 = "config.errors.bad_request", "config.errors.server_error"
