"""Which endpoints and deliveries a person sees."""

from django.db.models import Count, Max, Q, QuerySet

from office.access import companies_for, found
from office.models import DeliveryState, User, WebhookDelivery, WebhookEndpoint


def endpoints_for(user: User) -> QuerySet[WebhookEndpoint]:
    """The endpoints of a person's companies that were not ended."""
    return WebhookEndpoint.objects.filter(company__in=companies_for(user), ended_at=None).select_related("company")


def get_endpoint_for(user: User, endpoint_id: int) -> WebhookEndpoint:
    """One of them. Raises Http404."""
    return found(endpoints_for(user).filter(pk=endpoint_id), "endpoint")


def with_figures(endpoints: QuerySet[WebhookEndpoint]) -> QuerySet[WebhookEndpoint]:
    """With how many deliveries wait, how many were given up, and when one last arrived."""
    return endpoints.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__finished_at=None)),
        given_up=Count("deliveries", filter=Q(deliveries__state=DeliveryState.GIVEN_UP)),
        arrived_at=Max("deliveries__finished_at", filter=Q(deliveries__state=DeliveryState.DELIVERED)),
    )


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """What it was told, or will be."""
    return WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event")


def get_delivery_for(user: User, endpoint_id: int, delivery_id: int) -> WebhookDelivery:
    """One delivery. Raises Http404."""
    endpoint = get_endpoint_for(user, endpoint_id)
    return found(deliveries_of(endpoint).filter(pk=delivery_id).select_related("event", "endpoint"), "delivery")
