"""Where providers send their events, and the test provider's page."""

from django.urls import path

from payments.web import provider_doors

urlpatterns = [
    path("webhooks/payments/<str:provider>/", provider_doors.webhook, name="payment_webhook"),
    path("practice-checkout/<str:token>/", provider_doors.practice_checkout, name="practice_checkout"),
]
