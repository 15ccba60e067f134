"""Programs that listen: added, tried, paused, ended, given a new secret, and told again by hand."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ledger.refusals import Refused
from office.models import (
    AuditRecord,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from office.operations.manage_webhooks import (
    EndpointDetails,
    add_endpoint,
    change_endpoint,
    end_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
    send_again,
    send_test,
)
from office.webhooks.sending import (
    KEPT,
    clear_old_events,
    spread,
)
from tests import world
from tests.office.listening import DAY, NOW, deliver, listening, states

pytestmark = pytest.mark.django_db


def test_two_secrets_sign_until_the_old_one_ends(company: Any, customer: Any, receiver: Any) -> None:
    endpoint, old = add_endpoint(company, EndpointDetails(receiver.url, "Shop"), by=None)
    _, new = rotate_secret(endpoint.pk, 24, by=None)
    world.issue(customer, "10.00", DAY)
    deliver()
    for secret in (old, new):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    WebhookEndpoint.objects.update(old_secret_until=NOW - timedelta(days=9000))
    world.issue(customer, "10.00", DAY)
    deliver()
    Webhook(new).verify(receiver.got[1].body, receiver.got[1].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(receiver.got[1].body, receiver.got[1].headers)


def test_secrets_are_sealed_in_the_database_and_stand_in_no_record(company: Any, receiver: Any) -> None:
    endpoint, first = add_endpoint(company, EndpointDetails(receiver.url, "Shop"), by=None)
    _, second = rotate_secret(endpoint.pk, 1, by=None)
    kept = repr(list(WebhookEndpoint.objects.values())) + repr(list(AuditRecord.objects.values()))
    for secret in (first, second):
        assert secret.removeprefix("whsec_") not in kept


def test_a_new_key_opens_what_the_old_one_sealed_and_then_needs_it_no_more(
    company: Any, customer: Any, receiver: Any, settings: Any
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    endpoint, first = add_endpoint(company, EndpointDetails(receiver.url, "Shop"), by=None)
    _, second = rotate_secret(endpoint.pk, 24, by=None)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal_accounts", stdout=io.StringIO())
    settings.ENCRYPTION_KEYS = [new]
    world.issue(customer, "10.00", DAY)
    deliver()
    for secret in (first, second):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)


def test_a_test_goes_to_the_one_endpoint_also_where_it_hears_little(company: Any, receiver: Any) -> None:
    endpoint = listening(company, receiver, "invoice.issued")
    add_endpoint(company, EndpointDetails(receiver.url + "&other", "Other"), by=None)
    send_test(endpoint.pk, by=None)
    deliver()
    [got] = receiver.got
    body = json.loads(got.body)
    assert (body["type"], body["data"]["id"], got.path) == ("test", endpoint.pk, "/hook?from=duebook")


def test_what_was_given_up_is_sent_again_under_its_id(company: Any, customer: Any, receiver: Any) -> None:
    endpoint = listening(company, receiver)
    world.issue(customer, "1.00", DAY)
    world.issue(customer, "2.00", DAY)
    deliver()
    first, second = WebhookDelivery.objects.order_by("event_id")
    WebhookDelivery.objects.filter(pk=first.pk).update(state="given_up")
    assert send_again(endpoint.pk, by=None) == 1
    deliver()
    ids = [got.headers["webhook-id"] for got in receiver.got]
    assert ids == [f"msg_{first.event.uid.hex}", f"msg_{second.event.uid.hex}", f"msg_{first.event.uid.hex}"]
    with pytest.raises(Refused, match="None of these"):
        send_again(endpoint.pk, by=None)
    assert send_again(endpoint.pk, by=None, delivery_ids=[second.pk]) == 1
    assert send_again(endpoint.pk, by=None, only_failed=False, since=NOW - timedelta(days=9000)) == 1


def test_events_older_than_a_month_are_forgotten_with_what_became_of_them(
    company: Any, customer: Any, receiver: Any
) -> None:
    listening(company, receiver)
    world.issue(customer, "1.00", DAY)
    world.issue(customer, "2.00", DAY)
    deliver()
    old = WebhookEvent.objects.order_by("pk").first()
    WebhookEvent.objects.filter(pk=old.pk).update(occurred_at=datetime.now(UTC) - KEPT - timedelta(minutes=1))
    assert clear_old_events(datetime.now(UTC)) == 1
    assert (WebhookEvent.objects.count(), WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (1, 1, 1)


def test_one_that_was_ended_is_told_nothing_more_and_its_address_is_free(
    company: Any, customer: Any, receiver: Any
) -> None:
    endpoint = listening(company, receiver)
    world.issue(customer, "1.00", DAY)
    spread()
    end_endpoint(endpoint.pk, by=None)
    deliver()
    assert (receiver.got, states()) == ([], [("given_up", 0)])
    with pytest.raises(Refused, match="was ended"):
        send_test(endpoint.pk, by=None)
    listening(company, receiver)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"url": "http://10.0.0.1/"}, "bad_address"),
        ({"url": "https://9.9.9.9/" + "a" * 500}, "bad_address"),
        ({"kinds": ["invoice.eaten"]}, "unknown_event"),
    ],
)
def test_what_is_typed_wrong_is_refused(company: Any, receiver: Any, change: dict[str, Any], code: str) -> None:
    details = {"url": receiver.url, "name": "Shop", "kinds": []} | change
    with pytest.raises(Refused) as refusal:
        add_endpoint(company, EndpointDetails(**details), by=None)
    assert (refusal.value.code, WebhookEndpoint.objects.count()) == (code, 0)
    endpoint = listening(company, receiver)
    with pytest.raises(Refused) as refusal:
        change_endpoint(endpoint.pk, EndpointDetails(**details), by=None)
    assert refusal.value.code == code


def test_one_address_is_told_once_per_company(company: Any, receiver: Any) -> None:
    listening(company, receiver)
    with pytest.raises(Refused, match="told already"):
        listening(company, receiver)
    listening(world.make_company(), receiver)


@pytest.mark.parametrize(
    "secret", ["whsec_", "whsec_c2hvcnQ=", "x" * 40, "whsec_" + "A" * 100, "whsec_not base64 at all, no"]
)
def test_a_secret_that_is_none_is_refused(company: Any, receiver: Any, secret: str) -> None:
    with pytest.raises(Refused, match="24 to 64 random bytes"):
        add_endpoint(company, EndpointDetails(receiver.url, "Shop"), secret=secret, by=None)


def test_pausing_and_resuming_twice_is_refused(company: Any, receiver: Any) -> None:
    endpoint = listening(company, receiver)
    with pytest.raises(Refused, match="not paused"):
        resume_endpoint(endpoint.pk, by=None)
    pause_endpoint(endpoint.pk, by=None)
    with pytest.raises(Refused, match="paused already"):
        pause_endpoint(endpoint.pk, by=None)
    with pytest.raises(Refused, match="at most 168 hours"):
        rotate_secret(endpoint.pk, 169, by=None)
