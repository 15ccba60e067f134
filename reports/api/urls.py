"""Where programs find reports."""

from django.urls import path

from reports.api import views
from reports.api.reports import api_view_of
from reports.catalogue import REPORTS

urlpatterns = [
    path("reports/ageing/", views.AgeingView.as_view()),
    path("reports/ageing/items/", views.AgedItemsView.as_view()),
    path("reports/causes/", views.CausesView.as_view()),
    *(path(f"reports/{report.name}/", api_view_of(report).as_view()) for report in REPORTS),
]
