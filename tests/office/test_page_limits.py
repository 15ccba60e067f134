"""How many pages a person may open in a minute: exact counts, by a clock that stands."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from office.models import User
from office.web.asking import known_address
from tests import world

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
PAGE = "/customers/"


@pytest.fixture(autouse=True)
def clock(db: None, settings: Any) -> Iterator[Any]:
    """Three pages a minute, from full buckets, by a clock that stands until it is moved."""
    settings.LIMITS = settings.LIMITS | {"pages": 3}
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def desk_of(user: User) -> Client:
    desk = Client()
    desk.force_login(user)
    return desk


def test_each_person_opens_so_many_pages_and_is_then_told_when_again(company: Any, clerk: User, clock: Any) -> None:
    """Whatever browser they use; nobody else waits for them."""
    answers = [desk_of(clerk).get(PAGE) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (answers[3]["Retry-After"], answers[3]["Cache-Control"]) == ("20", "no-store, private")
    assert "Nothing was done. Try again in 20 seconds." in answers[3].content.decode()
    assert f'href="{PAGE}">Open the page again' in answers[3].content.decode()
    assert desk_of(world.make_user(company, "clerk")).get(PAGE).status_code == 200

    clock.shift(timedelta(seconds=19))
    assert desk_of(clerk).get(PAGE).status_code == 429
    clock.shift(timedelta(seconds=1))
    assert desk_of(clerk).get(PAGE).status_code == 200


def test_a_form_above_the_limit_does_nothing_and_gives_back_what_was_typed(clerk: User, clock: Any) -> None:
    desk, typed = desk_of(clerk), {"name": "Elm Ltd"}
    for _ in range(3):
        desk.get(PAGE)
    answer = desk.post("/customers/new/?from=list", typed)
    said = answer.content.decode()
    assert answer.status_code == 429
    assert 'action="/customers/new/?from=list"' in said
    assert '<input type="hidden" name="name" value="Elm Ltd">' in said
    assert not Customer.objects.exists()
    assert desk.post("/customers/new/", typed, headers={"HX-Request": "true"}).content == b""


def test_a_page_that_may_not_be_opened_counts_and_one_before_the_log_in_does_not(clerk: User) -> None:
    desk = desk_of(clerk)
    assert [desk.get("/settings/").status_code for _ in range(4)] == [403, 403, 403, 429]
    assert [Client().get(PAGE).status_code for _ in range(4)] == [302] * 4
    assert desk.post(reverse("office:log_out")).status_code == 302


def test_what_a_worker_asks_for_somebody_does_not_count(company: Any, clerk: User) -> None:
    for _ in range(4):
        known_address(clerk, company, PAGE)
    assert desk_of(clerk).get(PAGE).status_code == 200


@pytest.mark.parametrize("limits", [{"LIMITS": {"pages": 0}}, {"REDIS_URL": "redis://127.0.0.1:1/0"}])
def test_without_a_limit_or_without_valkey_nobody_waits(clerk: User, settings: Any, limits: dict[str, Any]) -> None:
    for name, value in limits.items():
        setattr(settings, name, value)
    assert [desk_of(clerk).get(PAGE).status_code for _ in range(5)] == [200] * 5
