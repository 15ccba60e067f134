"""From an event to each program that hears it. Nothing here may run inside a transaction: each step commits by itself.

An event whose sender died in between is sent again when its lease is over: the receiver gets it twice, with one id.
"""

import random
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from office.copies import is_held
from office.models import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from office.operations.tell_administrators import tell_administrators
from office.webhooks.outside import Answer, Unreachable, send
from office.webhooks.signing import body_of, headers_for

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After each try that failed, as Standard Webhooks advises; over three days in all."""
LONGEST_WAIT = timedelta(hours=24)
LEASE = timedelta(minutes=2)
"""Longer than any answer may take."""
GIVE_UP_AFTER = timedelta(days=5)
"""An endpoint that took nothing for so long is paused, and its administrators are told."""
KEPT = timedelta(days=30)
AT_A_STRETCH = 50
"""Seconds that one hand works for one endpoint."""
IN_A_ROW = 3
"""Failures after which a hand leaves an endpoint alone until the next look."""
PIECE = 1000


@transaction.atomic
def spread() -> int:
    """Make the deliveries of new events, in pieces; of two at once each takes others. How many events they were."""
    events = list(
        WebhookEvent.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(spread_at=None)
        .order_by("pk")[:PIECE]
    )
    listening = list(WebhookEndpoint.objects.filter(company__in={each.company_id for each in events}, ended_at=None))
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(endpoint=endpoint, event=event, due_at=event.occurred_at)
            for event in events
            for endpoint in listening
            if hears(endpoint, event)
        ],
        ignore_conflicts=True,
    )
    WebhookEvent.objects.filter(pk__in=[each.pk for each in events]).update(spread_at=timezone.now())
    return len(events)


def hears(endpoint: WebhookEndpoint, event: WebhookEvent) -> bool:
    """Whether an endpoint wants this event: of its company, of its kinds, and not from before it was there."""
    if endpoint.company_id != event.company_id or event.occurred_at < endpoint.made_at:
        return False
    if event.subject_type == "office.webhookendpoint":
        return event.subject_id == endpoint.pk
    return not endpoint.kinds or event.kind in endpoint.kinds


def due_endpoints(now: datetime) -> list[int]:
    """The endpoints that something waits for."""
    waiting = WebhookDelivery.objects.filter(_due(now), endpoint__paused_at=None, endpoint__ended_at=None)
    return sorted(waiting.values_list("endpoint_id", flat=True).distinct())


def deliver_to(endpoint_id: int) -> int:
    """Send what is due to one endpoint, the oldest first, for a while. How many arrived."""
    began, arrived, failures = time.monotonic(), 0, 0
    tried: set[int] = set()
    while time.monotonic() - began < AT_A_STRETCH and failures < IN_A_ROW:
        due = WebhookDelivery.objects.filter(_due(timezone.now()), endpoint=endpoint_id).exclude(pk__in=tried)
        waiting = list(due.order_by("event_id").values_list("pk", flat=True)[:20])
        if not waiting:
            break
        for pk in waiting:
            tried.add(pk)
            delivery = claim(pk)
            if delivery is None:
                continue
            if deliver(delivery):
                arrived, failures = arrived + 1, 0
            else:
                failures += 1
            if failures >= IN_A_ROW or time.monotonic() - began > AT_A_STRETCH:
                break
    return arrived


def claim(delivery_id: int) -> WebhookDelivery | None:
    """Take a delivery for one try, if nobody else has it and its endpoint still listens; none in a restored copy."""
    if is_held():
        return None
    now = timezone.now()
    free = WebhookDelivery.objects.filter(_due(now), pk=delivery_id)
    free = free.filter(endpoint__in=WebhookEndpoint.objects.filter(paused_at=None, ended_at=None))
    if not free.update(state=DeliveryState.SENDING, attempts=F("attempts") + 1, leased_until=now + LEASE):
        return None
    return WebhookDelivery.objects.select_related("endpoint__company", "event").get(pk=delivery_id)


def deliver(delivery: WebhookDelivery) -> bool:
    """One try, written down; whether it arrived."""
    now, began = timezone.now(), time.monotonic()
    body = body_of(delivery.event)
    answer: Answer | None
    try:
        answer = send(delivery.endpoint.url, body, headers_for(delivery.endpoint, delivery.event, body, now))
        words = answer.words
    except Unreachable as failure:
        answer, words = None, str(failure)
    took = int((time.monotonic() - began) * 1000)
    with transaction.atomic():
        WebhookAttempt.objects.create(
            delivery=delivery, status=answer.status if answer else None, words=words[:300], milliseconds=took
        )
        return _settle(delivery, answer)


def _settle(delivery: WebhookDelivery, answer: Answer | None) -> bool:
    now = timezone.now()
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    if answer and 200 <= answer.status < 300:
        _end(delivery, DeliveryState.DELIVERED, now)
        endpoint.exclude(failing_since=None).update(failing_since=None)
        return True
    endpoint.filter(failing_since=None).update(failing_since=now)
    if delivery.attempts > len(WAITS):
        _end(delivery, DeliveryState.GIVEN_UP, now)
    else:
        _put_back(delivery, answer, now)
    _pause_where_hopeless(delivery.endpoint_id, is_gone=bool(answer and answer.status == 410), now=now)
    return False


def _end(delivery: WebhookDelivery, state: DeliveryState, now: datetime) -> None:
    _mine(delivery).update(state=state, finished_at=now, leased_until=None)


def _put_back(delivery: WebhookDelivery, answer: Answer | None, now: datetime) -> None:
    wait = WAITS[delivery.attempts - 1] * random.uniform(1, 1.2)  # noqa: S311  so that not all come back at once
    asked = timedelta(seconds=answer.retry_after) if answer else timedelta()
    due_at = now + min(max(wait, asked), LONGEST_WAIT * 1.2)
    _mine(delivery).update(state=DeliveryState.WAITING, due_at=due_at, leased_until=None)


def _mine(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The delivery, if it is still in the try that this hand began."""
    return WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts)


def _pause_where_hopeless(endpoint_id: int, *, is_gone: bool, now: datetime) -> None:
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).select_related("company").get(pk=endpoint_id)
    is_hopeless = endpoint.failing_since is not None and endpoint.failing_since < now - GIVE_UP_AFTER
    if endpoint.paused_at or not (is_gone or is_hopeless):
        return
    why = "It answered that it is gone (410)." if is_gone else f"It took nothing for {GIVE_UP_AFTER.days} days."
    endpoint.paused_at, endpoint.pause_reason = now, why
    endpoint.save(update_fields=["paused_at", "pause_reason"])
    tell_administrators(
        endpoint.company,
        f"{endpoint} is told nothing more",
        key=f"webhook-paused:{endpoint.pk}:{now:%Y-%m-%d %H:%M:%S}",
        note=f"{urlsplit(endpoint.url).hostname}: {why} What happens meanwhile is kept for {KEPT.days} days:"
        " resume it under Settings,"
        " Webhooks, once it works again.",
    )


def _due(now: datetime) -> Q:
    waits = Q(state=DeliveryState.WAITING, due_at__lte=now)
    lost = Q(state=DeliveryState.SENDING, leased_until__lt=now)
    return Q(finished_at=None) & (waits | lost)


def clear_old_events(now: datetime) -> int:
    """Forget events that are older than a month, and what became of them. How many they were."""
    old = WebhookEvent.objects.filter(occurred_at__lt=now - KEPT).order_by("pk").values("pk")[:10_000]
    _, gone = WebhookEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return gone.get(WebhookEvent._meta.label, 0)
