"""Where programs find companies."""

from django.urls import path

from office.api import companies

urlpatterns = [path("companies/", companies.CompaniesView.as_view())]
