"""Which providers this office has: those whose keys the environment holds, and the test provider of a demo."""

from django.conf import settings

from payments.online.practice import Practice
from payments.online.provider import Provider
from payments.online.stripe_checkout import Stripe


def providers() -> list[Provider]:
    """The providers that can be paid with, the first of them the one that is used."""
    found: list[Provider] = []
    if settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET:
        found.append(Stripe())
    if settings.TEST_PROVIDER:
        found.append(Practice())
    return found


def provider_named(name: str) -> Provider | None:
    """The provider of a name, where this office has it."""
    return next((provider for provider in providers() if provider.name == name), None)
