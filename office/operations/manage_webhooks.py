"""Which programs hear what happens: added, changed, paused, ended; their secrets; what is sent once more."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, DeliveryState, User, WebhookDelivery, WebhookEndpoint, WebhookEvent
from office.sealing import reseal, seal, unseal
from office.webhooks.events import KINDS, SPREAD, TEST
from office.webhooks.outside import require_sendable
from office.webhooks.signing import PREFIX, new_secret
from office.work.bells import ring

LONGEST_URL = 500
LONGEST_OVERLAP_HOURS = 7 * 24
MOST_ENDPOINTS = 20


@dataclass(frozen=True)
class EndpointDetails:
    """An address, which program is behind it, and the events it hears; none named: all of them."""

    url: str
    name: str
    kinds: Sequence[str] = ()


def add_endpoint(
    company: Company, details: EndpointDetails, *, secret: str = "", by: User | None
) -> tuple[WebhookEndpoint, str]:
    """Tell a program from now on what happens; only this answer holds its secret: the given or a new one.

    Raises Refused for an address that is none or lies inside, unknown events, one that is told already, or a secret
    that is none.
    """
    checked, secret = _checked(details), _usable(secret)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        listening = WebhookEndpoint.objects.filter(company=company, ended_at=None)
        _require_other_url(listening, checked.url)
        if listening.count() >= MOST_ENDPOINTS:
            raise Refused(f"At most {MOST_ENDPOINTS} programs are told.", code="too_many")
        made = WebhookEndpoint.objects.create(
            company=company,
            url=checked.url,
            name=checked.name,
            kinds=list(checked.kinds),
            sealed_secret=seal(secret),
            made_by=by,
        )
        record(by, "add_webhook_endpoint", made, after=_state(made))
    return made, secret


def change_endpoint(endpoint_id: int, details: EndpointDetails, *, by: User | None) -> WebhookEndpoint:
    """Change what an endpoint hears, or where. Raises Refused as `add_endpoint` does, and for one that was ended."""
    checked = _checked(details)
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        others = WebhookEndpoint.objects.filter(company=endpoint.company_id, ended_at=None).exclude(pk=endpoint.pk)
        _require_other_url(others, checked.url)
        before = _state(endpoint)
        endpoint.url, endpoint.name, endpoint.kinds = checked.url, checked.name, list(checked.kinds)
        endpoint.save(update_fields=["url", "name", "kinds"])
        record(by, "change_webhook_endpoint", endpoint, before=before, after=_state(endpoint))
    return endpoint


@transaction.atomic
def pause_endpoint(endpoint_id: int, *, by: User | None) -> WebhookEndpoint:
    """Send nothing for now; what happens meanwhile waits. Raises Refused where it is paused already."""
    endpoint = _locked(endpoint_id)
    if endpoint.paused_at:
        raise Refused("It is paused already.", code="invalid_move")
    endpoint.paused_at, endpoint.pause_reason = timezone.now(), f"Paused by {by or 'Duebook'}."[:200]
    endpoint.save(update_fields=["paused_at", "pause_reason"])
    record(by, "pause_webhook_endpoint", endpoint)
    return endpoint


@transaction.atomic
def resume_endpoint(endpoint_id: int, *, by: User | None) -> WebhookEndpoint:
    """Send again, and first what waited. Raises Refused where it is not paused."""
    endpoint = _locked(endpoint_id)
    if not endpoint.paused_at:
        raise Refused("It is not paused.", code="invalid_move")
    endpoint.paused_at, endpoint.pause_reason, endpoint.failing_since = None, "", None
    endpoint.save(update_fields=["paused_at", "pause_reason", "failing_since"])
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    waiting.update(due_at=timezone.now(), attempts=0)
    record(by, "resume_webhook_endpoint", endpoint)
    _ring()
    return endpoint


@transaction.atomic
def end_endpoint(endpoint_id: int, *, by: User | None) -> None:
    """Tell this address nothing more, for good."""
    endpoint = _locked(endpoint_id)
    now = timezone.now()
    endpoint.ended_at = now
    endpoint.save(update_fields=["ended_at"])
    open_ones = WebhookDelivery.objects.filter(endpoint=endpoint, finished_at=None)
    open_ones.update(state=DeliveryState.GIVEN_UP, finished_at=now, leased_until=None)
    record(by, "end_webhook_endpoint", endpoint)


@transaction.atomic
def rotate_secret(
    endpoint_id: int, overlap_hours: int, *, secret: str = "", by: User | None
) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret; for some hours both sign, so that its program can change over; 0: none.

    Raises Refused for more than a week, and for a secret that is none or the present one.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        raise Refused(f"Both hold for at most {LONGEST_OVERLAP_HOURS} hours.", code="too_long")
    endpoint, secret = _locked(endpoint_id), _usable(secret)
    if secret == unseal(endpoint.sealed_secret):
        raise Refused("That is the present secret. Bring a new one.", code="same_secret")
    endpoint.sealed_old_secret = endpoint.sealed_secret if overlap_hours else ""
    endpoint.old_secret_until = timezone.now() + timedelta(hours=overlap_hours) if overlap_hours else None
    endpoint.sealed_secret = seal(secret)
    endpoint.save(update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until"])
    record(by, "rotate_webhook_secret", endpoint, after={"old one until": endpoint.old_secret_until or "now"})
    return endpoint, secret


@transaction.atomic
def send_test(endpoint_id: int, *, by: User | None) -> WebhookEvent:
    """Send an endpoint an event of kind `test`, so that somebody sees whether it arrives."""
    endpoint = _locked(endpoint_id)
    made = WebhookEvent.objects.create(
        company=endpoint.company,
        kind=TEST,
        subject_type="office.webhookendpoint",
        subject_id=endpoint.pk,
        subject_number=endpoint.name,
    )
    record(by, "test_webhook_endpoint", endpoint)
    _ring()
    return made


@transaction.atomic
def send_again(
    endpoint_id: int,
    *,
    by: User | None,
    delivery_ids: Sequence[int] | None = None,
    since: datetime | None = None,
    only_failed: bool = True,
) -> int:
    """Send deliveries once more, under the id they had: these, or all from a moment on. How many they are.

    Raises Refused where there is none of them.
    """
    endpoint = _locked(endpoint_id)
    wanted = Q(state=DeliveryState.GIVEN_UP) if only_failed else Q(finished_at__isnull=False)
    if delivery_ids is not None:
        wanted = Q(pk__in=delivery_ids, finished_at__isnull=False)
    elif since is not None:
        wanted &= Q(event__occurred_at__gte=since)
    chosen = list(WebhookDelivery.objects.filter(wanted, endpoint=endpoint).values_list("pk", flat=True))
    count = WebhookDelivery.objects.filter(pk__in=chosen, finished_at__isnull=False).update(
        state=DeliveryState.WAITING, finished_at=None, attempts=0, due_at=timezone.now()
    )
    if not count:
        raise Refused("None of these can be sent again: they wait to be sent, or are not kept any more.", code="none")
    record(by, "send_webhooks_again", endpoint, after={"deliveries": count})
    _ring()
    return count


def reseal_webhooks() -> Iterator[int]:
    """Seal the secrets of endpoints anew by the newest key; gives how many are done."""
    for done, pk in enumerate(list(WebhookEndpoint.objects.order_by("pk").values_list("pk", flat=True)), start=1):
        with transaction.atomic():
            endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=pk)
            endpoint.sealed_secret = reseal(endpoint.sealed_secret)
            endpoint.sealed_old_secret = reseal(endpoint.sealed_old_secret) if endpoint.sealed_old_secret else ""
            endpoint.save(update_fields=["sealed_secret", "sealed_old_secret"])
        yield done


def _checked(details: EndpointDetails) -> EndpointDetails:
    """The details as they are kept. Asks for the server's addresses, so nothing may be locked meanwhile."""
    url, name = details.url.strip(), details.name.strip()
    if not name:
        raise Refused("Say which program is behind the address.", code="name_missing")
    if len(url) > LONGEST_URL:
        raise Refused(f"An address has at most {LONGEST_URL} signs.", code="bad_address")
    if unknown := sorted(set(details.kinds) - set(KINDS)):
        raise Refused(f"There is no event {unknown[0]}.", code="unknown_event")
    require_sendable(url)
    return EndpointDetails(url, name[:100], sorted(set(details.kinds) - {TEST}))


def _usable(secret: str) -> str:
    """The secret that was brought, or a new one where none was."""
    if not secret:
        return new_secret()
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except ValueError:
        key = b""
    if not 24 <= len(key) <= 64:
        raise Refused(f"A secret is {PREFIX} and 24 to 64 random bytes in Base64.", code="bad_secret")
    return secret


def _locked(endpoint_id: int) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    if endpoint.ended_at:
        raise Refused("This endpoint was ended.", code="ended")
    return endpoint


def _require_other_url(others: QuerySet[WebhookEndpoint], url: str) -> None:
    if others.filter(url=url).exists():
        raise Refused("A program at this address is told already.", code="address_taken")


def _state(endpoint: WebhookEndpoint) -> dict[str, object]:
    return {"url": endpoint.url, "name": endpoint.name, "events": ", ".join(endpoint.kinds) or "all"}


def _ring() -> None:
    transaction.on_commit(lambda: ring(SPREAD), robust=True)
