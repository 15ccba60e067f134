"""What a program does not take is sent again for days, whoever dies meanwhile, and never lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from office.models import (
    OutgoingMail,
    Task,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from office.operations.manage_webhooks import (
    resume_endpoint,
)
from office.tasks import deliver_webhooks, spread_webhooks
from office.webhooks import sending
from office.webhooks.sending import (
    GIVE_UP_AFTER,
    WAITS,
    claim,
    deliver_to,
    spread,
)
from tests import world
from tests.office.listening import DAY, NOW, deliver, listening, states

pytestmark = pytest.mark.django_db


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
