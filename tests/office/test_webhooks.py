"""Telling other programs: written with the fact, signed, tried again for days, never lost."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import transaction
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from ledger.refusals import Refused
from office.models import (
    AuditRecord,
    Company,
    OutgoingMail,
    Task,
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
from office.tasks import deliver_webhooks, spread_webhooks
from office.webhooks import sending
from office.webhooks.events import KINDS
from office.webhooks.sending import (
    GIVE_UP_AFTER,
    KEPT,
    WAITS,
    claim,
    clear_old_events,
    deliver_to,
    due_endpoints,
    spread,
)
from payments.operations.reverse_receipt import reverse_receipt
from tests import world
from tests.receiver import Receiver, running_receiver

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with running_receiver() as running:
        yield running


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


# What is told


def test_without_a_program_that_listens_nothing_is_kept(customer: Any) -> None:
    world.issue(customer, "10.00", DAY)
    assert told() == []


def test_an_invoice_is_told_when_it_is_issued_settled_and_owed_again(
    company: Any, customer: Any, receiver: Any
) -> None:
    listening(company, receiver)
    invoice = world.issue(customer, "10.00", DAY)
    receipt = world.receive(customer, "10.00", DAY)
    world.apply(receipt, invoice, "4.00", DAY)
    assert told() == ["invoice.issued", "receipt.recorded"], "part of it is still owed"
    world.apply(receipt, invoice, "6.00", DAY)
    assert told()[2:] == ["invoice.settled"]
    reverse_receipt(receipt.pk, dated_on=DAY, reason="It bounced", by=None)
    assert sorted(told()[3:]) == ["invoice.owed_again", "receipt.reversed"]
    event = WebhookEvent.objects.get(kind="invoice.settled")
    assert (event.subject_type, event.subject_id, event.subject_number, event.company) == (
        "billing.invoice",
        invoice.pk,
        invoice.number,
        company,
    )


def test_what_is_void_or_credited_is_settled_too(company: Any, customer: Any, receiver: Any, manager: Any) -> None:
    void, credited = world.issue(customer, "10.00", DAY), world.issue(customer, "20.00", DAY)
    listening(company, receiver)
    void_invoice(void.pk, on=DAY, reason="Typed wrong", by=manager)
    assert sorted(told()) == ["invoice.settled", "invoice.voided"]
    credit_invoice(credited.pk, {credited.lines.get().pk: 1}, reason="Broken", by=manager, on=DAY)
    assert sorted(told()[2:]) == ["credit_memo.issued", "invoice.settled"]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_told(receiver: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    listening(company, receiver)
    with transaction.atomic():
        world.issue(customer, "10.00", DAY)
        assert told() == ["invoice.issued"]
        transaction.set_rollback(True)
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_its_trigger_nobody_hears_that_it_is_settled(receiver: Any, superuser_cursor: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    listening(company, receiver)
    superuser_cursor.execute("ALTER TABLE ledger_openitem DISABLE TRIGGER settled_is_told")
    try:
        invoice = world.issue(customer, "10.00", DAY)
        world.apply(world.receive(customer, "10.00", DAY), invoice, "10.00", DAY)
    finally:
        superuser_cursor.execute("ALTER TABLE ledger_openitem ENABLE TRIGGER settled_is_told")
    assert told() == ["invoice.issued", "receipt.recorded"]


def test_each_kind_names_an_address_of_the_api_that_there_is() -> None:
    from django.urls import resolve

    assert len(KINDS) > 35
    for kind in KINDS.values():
        assert resolve(kind.address.format(id=7)).kwargs, kind.name


def test_each_act_that_is_told_is_one_that_is_recorded() -> None:
    """An act that nobody records any more would be told never."""
    from pathlib import Path

    root = Path(__file__).parent.parent.parent
    source = "".join(path.read_text() for path in root.glob("*/operations/*.py"))
    assert [kind.name for kind in KINDS.values() if kind.act and f'"{kind.act}"' not in source] == []


# To whom


def test_each_hears_its_own_company_and_kinds_from_its_beginning_on(company: Any, customer: Any, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    other = world.make_company()
    with running_receiver() as first, running_receiver() as second, running_receiver() as third:
        listening(company, first)
        listening(company, second, "receipt.recorded")
        listening(other, third)
        world.issue(customer, "10.00", DAY)
        world.receive(customer, "10.00", DAY)
        deliver()
        kinds = [[json.loads(got.body)["type"] for got in each.got] for each in (first, second, third)]
    assert kinds == [["invoice.issued", "receipt.recorded"], ["receipt.recorded"], []]


def test_who_listens_later_does_not_hear_what_was_before(company: Any, customer: Any, receiver: Any) -> None:
    first = listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    WebhookEndpoint.objects.update(made_at=NOW)
    WebhookEvent.objects.update(occurred_at=NOW)
    late = add_endpoint(company, EndpointDetails(receiver.url + "&late", "Late"), by=None)[0]
    spread()
    assert list(WebhookDelivery.objects.values_list("endpoint", flat=True)) == [first.pk]
    assert not late.deliveries.exists()


@pytest.mark.django_db(transaction=True)
def test_spread_twice_at_once_each_event_has_one_delivery(receiver: Any, in_parallel: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    listening(company, receiver)
    for _ in range(20):
        world.issue(customer, "1.00", DAY)
    assert sum(in_parallel([spread] * 4)) == 20
    assert WebhookDelivery.objects.count() == 20


# What is sent


def test_it_is_signed_as_standard_webhooks_has_it(company: Any, customer: Any, receiver: Any) -> None:
    _, secret = add_endpoint(company, EndpointDetails(receiver.url, "Shop"), by=None)
    invoice = world.issue(customer, "10.00", DAY)
    deliver()
    [got] = receiver.got
    body = Webhook(secret).verify(got.body, got.headers)
    event = WebhookEvent.objects.get()
    assert body == {
        "type": "invoice.issued",
        "timestamp": event.occurred_at.isoformat(),
        "data": {
            "company": company.pk,
            "sequence": event.pk,
            "object": "invoice",
            "id": invoice.pk,
            "number": invoice.number,
            "url": f"http://localhost:8000/api/v1/invoices/{invoice.pk}/",
        },
    }
    assert got.headers["webhook-id"] == f"msg_{event.uid.hex}"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body.replace(b"issued", b"settled"), got.headers)


def test_nothing_of_a_person_stands_in_it(company: Any, receiver: Any) -> None:
    listening(company, receiver)
    world.make_customer(company, "Eva Brandt")
    deliver()
    [got] = receiver.got
    assert json.loads(got.body)["type"] == "customer.created"
    assert b"Brandt" not in got.body
    assert b"eva@" not in got.body


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


# Again and again


def test_what_fails_is_tried_again_for_three_days_and_then_given_up(company: Any, customer: Any, receiver: Any) -> None:
    receiver.answer = lambda got: (500, "Out of order", {})
    with time_machine.travel(NOW, tick=False) as clock:
        listening(company, receiver)
        world.issue(customer, "10.00", DAY)
        WebhookEvent.objects.update(occurred_at=NOW)
        WebhookEndpoint.objects.update(made_at=NOW)
        WebhookDelivery.objects.update(due_at=NOW)
        deliver()
        for number, wait in enumerate(WAITS, 1):
            assert states() == [("waiting", number)]
            clock.shift(wait - timedelta(seconds=1))
            deliver()
            assert states() == [("waiting", number)], "not before its time"
            clock.shift(wait * 0.2 + timedelta(seconds=2))
            deliver()
    assert states() == [("given_up", 10)]
    assert len(receiver.got) == 10
    assert len({(got.body, got.headers["webhook-id"]) for got in receiver.got}) == 1
    assert list(WebhookAttempt.objects.values_list("status", "words").distinct()) == [(500, "Out of order")]
    assert sum(WAITS, timedelta()) > timedelta(days=3)


def test_it_comes_again_no_sooner_than_it_is_asked_to(company: Any, customer: Any, receiver: Any) -> None:
    receiver.answer = lambda got: (429, "", {"Retry-After": "7200"})
    listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    deliver()
    delivery = WebhookDelivery.objects.get()
    assert timedelta(hours=1, minutes=59) < delivery.due_at - datetime.now(UTC) <= timedelta(hours=2)


def test_what_arrives_later_ends_the_failing(company: Any, customer: Any, receiver: Any) -> None:
    receiver.answer = lambda got: (503, "", {})
    endpoint = listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    deliver()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    receiver.answer = lambda got: (200, "Thanks", {})
    WebhookDelivery.objects.update(due_at=NOW - timedelta(days=9000))
    deliver()
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, states()) == (None, [("delivered", 2)])


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500])
def test_only_an_answer_of_two_hundred_is_an_arrival(company: Any, customer: Any, receiver: Any, status: int) -> None:
    receiver.answer = lambda got: (status, "", {"Location": "/"})
    listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    deliver()
    assert states() == [("waiting", 1)]


def test_after_three_failures_in_a_row_the_others_wait_for_the_next_look(
    company: Any, customer: Any, receiver: Any
) -> None:
    receiver.answer = lambda got: (500, "", {})
    listening(company, receiver)
    for _ in range(5):
        world.issue(customer, "1.00", DAY)
    deliver()
    assert len(receiver.got) == 3
    assert states() == [("waiting", 1)] * 3 + [("waiting", 0)] * 2


def test_one_that_is_gone_is_paused_at_once_and_its_administrators_are_told(
    company: Any, customer: Any, receiver: Any
) -> None:
    admin = world.make_user(company, "administrator")
    receiver.answer = lambda got: (410, "", {})
    endpoint = listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    deliver()
    endpoint.refresh_from_db()
    assert (endpoint.paused_at is not None, endpoint.pause_reason) == (True, "It answered that it is gone (410).")
    task = Task.objects.get()
    assert (task.title, "410" in task.note) == ("Shop is told nothing more", True)
    assert receiver.url not in task.note, "an address may open something, and this is mailed"
    assert OutgoingMail.objects.get(kind="failure").staff == admin


def test_one_that_took_nothing_for_five_days_is_paused_and_resumed_with_what_waited(
    company: Any, customer: Any, receiver: Any
) -> None:
    receiver.answer = lambda got: (500, "", {})
    endpoint = listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    deliver()
    WebhookEndpoint.objects.update(failing_since=datetime.now(UTC) - GIVE_UP_AFTER - timedelta(minutes=1))
    WebhookDelivery.objects.update(due_at=NOW - timedelta(days=9000))
    deliver()
    endpoint.refresh_from_db()
    assert endpoint.pause_reason == "It took nothing for 5 days."
    world.issue(customer, "10.00", DAY)
    deliver()
    assert states() == [("waiting", 2), ("waiting", 0)], "what happens meanwhile waits"
    assert len(receiver.got) == 2
    receiver.answer = lambda got: (204, "", {})
    resume_endpoint(endpoint.pk, by=None)
    deliver()
    assert states() == [("delivered", 1), ("delivered", 1)]


# Whoever dies


def test_a_delivery_whose_hand_died_is_sent_again_when_its_lease_is_over(
    company: Any, customer: Any, receiver: Any
) -> None:
    listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    spread()
    pk = WebhookDelivery.objects.get().pk
    assert claim(pk) is not None
    assert claim(pk) is None, "in other hands"
    deliver()
    assert receiver.got == []
    WebhookDelivery.objects.update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    deliver()
    assert states() == [("delivered", 2)]


def test_a_hand_that_comes_back_too_late_changes_nothing(company: Any, customer: Any, receiver: Any) -> None:
    listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    spread()
    slow = claim(WebhookDelivery.objects.get().pk)
    WebhookDelivery.objects.update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    deliver()
    receiver.answer = lambda got: (500, "", {})
    sending.deliver(slow)
    assert states() == [("delivered", 2)]


@pytest.mark.django_db(transaction=True)
def test_of_many_hands_at_once_one_takes_each(receiver: Any, in_parallel: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    endpoint = listening(company, receiver)
    for _ in range(8):
        world.issue(customer, "1.00", DAY)
    spread()
    assert sum(in_parallel([lambda: deliver_to(endpoint.pk)] * 4)) == 8
    assert len(receiver.got) == 8


@pytest.mark.django_db(transaction=True)
def test_the_bells_of_a_minute_deliver_by_the_broker(receiver: Any, settings: Any) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    company = world.make_company()
    customer = world.make_customer(company)
    endpoint = listening(company, receiver)
    world.issue(customer, "1.00", DAY)
    assert spread_webhooks() == 1
    deliver_webhooks(endpoint.pk)
    assert states() == [("delivered", 1)]


# By hand


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
