"""Where programs find reports."""

from django.urls import path

from reports.api import views

urlpatterns = [
    path("reports/ageing/", views.AgeingView.as_view()),
    path("reports/ageing/items/", views.AgedItemsView.as_view()),
    path("reports/causes/", views.CausesView.as_view()),
    path("reports/taxes/", views.TaxesView.as_view()),
]
