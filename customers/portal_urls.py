"""The customer's page that needs no link to a document or account: stopping reminders by a mail."""

from django.urls import path

from customers.web import choosing

app_name = "own"
urlpatterns = [path("stop/<str:token>/", choosing.stop, name="stop")]
