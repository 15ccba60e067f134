"""The customer's page for promising a day; it lies under the document's own, as its cookie does."""

from django.urls import path

from credit_control.web import promising

app_name = "promising"
urlpatterns = [path("d/<str:ref>/promise/", promising.promise, name="promise")]
