"""Programs that listen, and what they and we say of it."""

from datetime import UTC, date, datetime

from office.models import (
    Company,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from office.operations.manage_webhooks import (
    EndpointDetails,
    add_endpoint,
)
from office.webhooks.sending import (
    deliver_to,
    due_endpoints,
    spread,
)
from tests.receiver import Receiver

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def listening(company: Company, receiver: Receiver, *kinds: str) -> WebhookEndpoint:
    return add_endpoint(company, EndpointDetails(receiver.url, "Shop", kinds), by=None)[0]


def told() -> list[str]:
    return list(WebhookEvent.objects.order_by("pk").values_list("kind", flat=True))


def deliver() -> None:
    """What the bells of a minute do."""
    spread()
    for endpoint_id in due_endpoints(datetime.now(UTC)):
        deliver_to(endpoint_id)


def states() -> list[tuple[str, int]]:
    return list(WebhookDelivery.objects.order_by("event_id", "endpoint_id").values_list("state", "attempts"))
