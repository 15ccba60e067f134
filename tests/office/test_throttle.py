"""Tries to come in are slowed where they are guesses, and no owner is kept out by them."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from office.models import AuditRecord, User
from office.ways_in import throttle
from office.ways_in.throttle import LONGEST_WAIT, Counter, counters, forget, network_of, seconds_to_wait
from tests import world
from tests.office.logging_in import NOON, is_in, shown, type_password, with_app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(monkeypatch: Any) -> Iterator[None]:
    """No wait ends while a slow machine runs a test."""
    monkeypatch.setattr(throttle, "FIRST_WAIT", LONGEST_WAIT)
    with time_machine.travel(NOON, tick=False):
        yield


def guesses(user: User, how_many: int, addresses: list[str]) -> list[int]:
    """The statuses that so many wrong passwords get, from each address in turn."""
    browser = Client()
    return [
        type_password(browser, user, "wrong", REMOTE_ADDR=addresses[each % len(addresses)]).status_code
        for each in range(how_many)
    ]


def test_guessing_from_one_address_is_slowed(clerk: User, client: Client):
    assert guesses(clerk, 8, ["198.51.100.7"]) == [200] * 5 + [200, 429, 429]
    blocked = type_password(client, clerk, REMOTE_ADDR="198.51.100.7")
    assert blocked.status_code == 429
    assert "Try again in" in blocked.content.decode()
    assert not is_in(client)
    assert type_password(Client(), clerk, REMOTE_ADDR="198.51.100.8").status_code == 302, "elsewhere it is not"


def test_guessing_from_fifty_addresses_is_slowed_and_the_owner_comes_in(clerk: User):
    home = Client()
    type_password(home, clerk, REMOTE_ADDR="203.0.113.1")
    home.post("/log-out/")

    tried = guesses(clerk, 100, [f"198.51.100.{each}" for each in range(50)])
    assert tried.count(200) <= 11

    stranger, owner = Client(), home
    assert type_password(stranger, clerk, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert type_password(owner, clerk, REMOTE_ADDR="203.0.113.1").status_code == 302
    assert type_password(owner, clerk, REMOTE_ADDR="198.51.100.3").status_code == 302, "wherever they are"


def test_without_the_cookie_of_their_browser_the_owner_would_wait_too(clerk: User):
    """The control of the test above."""
    home = Client()
    type_password(home, clerk, REMOTE_ADDR="203.0.113.1")
    guesses(clerk, 100, [f"198.51.100.{each}" for each in range(50)])
    del home.cookies["duebook_device"]
    assert type_password(home, clerk, REMOTE_ADDR="203.0.113.1").status_code in (302, 429)
    home.post("/log-out/")
    assert type_password(home, clerk, REMOTE_ADDR="203.0.113.1").status_code == 429


def test_a_cookie_is_of_one_person_and_signed_and_itself_counted(clerk: User, manager: User):
    home = Client()
    type_password(home, clerk)
    home.post("/log-out/")
    assert [type_password(home, clerk, "wrong").status_code for _ in range(8)].count(429) == 2
    guesses(manager, 20, [f"198.51.100.{each}" for each in range(50)])
    assert type_password(home, manager, REMOTE_ADDR="203.0.113.1").status_code == 429
    home.cookies["duebook_device"] = home.cookies["duebook_device"].value[:-2] + "xx"
    guesses(clerk, 20, [f"198.51.100.{each}" for each in range(50)])
    assert type_password(home, clerk, REMOTE_ADDR="203.0.113.1").status_code == 429


def test_codes_are_slowed_as_passwords_are(clerk: User):
    with_app(clerk)
    browser = Client()
    type_password(browser, clerk)
    tried = [browser.post("/log-in/code/", {"code": f"{each:06}"}).status_code for each in range(8)]
    assert tried == [200] * 6 + [429, 429]
    assert browser.post("/log-in/code/", {"code": shown()}).status_code == 429


def test_known_and_unknown_addresses_get_the_same_answer(clerk: User):
    said = []
    for email in (clerk.email, "nobody@alder.example"):
        browser = Client()
        answers = [browser.post("/log-in/", {"username": email, "password": "wrong"}) for _ in range(7)]
        text = "".join(answer.content.decode() for answer in answers).replace(email, "")
        own = ("csrfmiddlewaretoken", "X-CSRFToken", "Try again in")
        lines = [line for line in text.splitlines() if not any(word in line for word in own)]
        said.append(([answer.status_code for answer in answers], lines))
    assert said[0] == said[1]


def test_a_hash_is_reckoned_for_unknown_addresses_too(clerk: User, monkeypatch: Any, client: Client):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    reckoned = []
    encode = Argon2PasswordHasher.encode
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *given: reckoned.append(1) or encode(*given))
    client.post("/log-in/", {"username": "nobody@alder.example", "password": "wrong"})
    assert reckoned == [1]


def test_a_failed_log_in_of_somebody_known_is_noted_once_a_minute(clerk: User, client: Client):
    for _ in range(3):
        type_password(client, clerk, "wrong")
    client.post("/log-in/", {"username": "nobody@alder.example", "password": "wrong"})
    row = AuditRecord.objects.get(action="fail_to_log_in")
    assert (row.by, row.subject_id) == (None, clerk.pk)


def test_without_valkey_one_comes_in_and_the_log_says_so(clerk: User, client: Client, settings: Any, caplog: Any):
    caches = settings.CACHES
    away = caches["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = caches | {"default": away}
    with caplog.at_level(logging.WARNING):
        assert type_password(client, clerk).status_code == 302
    assert is_in(client)
    assert "Valkey is away" in caplog.text


def test_waits_grow_and_end_somewhere(monkeypatch: Any):
    monkeypatch.setattr(throttle, "FIRST_WAIT", 5)
    one = [Counter("tries:test", 2)]
    assert [seconds_to_wait(one) for _ in range(3)] == [0, 0, 0]
    waits = []
    for _ in range(12):
        waits.append(seconds_to_wait(one))
        cache.delete("tries:test:wait")
        assert seconds_to_wait(one) == 0, "the one try of the next wait"
    assert waits[:3] == [pytest.approx(wait, abs=1) for wait in (5, 10, 20)]
    assert waits[-1] == pytest.approx(LONGEST_WAIT, abs=1)


def test_a_try_that_has_to_wait_counts_nowhere(clerk: User):
    counted = counters("test", clerk.email, "198.51.100.7")
    for _ in range(40):
        seconds_to_wait(counted)
    assert [cache.get(each.key) for each in counted] == [6, 6, 6]


def test_after_a_success_only_ones_own_failures_are_forgotten(clerk: User):
    mine, theirs = (counters("test", clerk.email, address) for address in ("198.51.100.7", "198.51.100.8"))
    for _ in range(3):
        seconds_to_wait(theirs)
        seconds_to_wait(mine)
    forget(mine)
    assert [cache.get(each.key) for each in mine] == [2, None, 5]
    assert [cache.get(each.key) for each in theirs] == [3, 3, 5]


@pytest.mark.parametrize(
    ("address", "net"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", "nowhere"),
    ],
)
def test_a_household_is_counted_together(address: str, net: str):
    assert network_of(address) == net


def test_an_address_in_a_header_is_nobodys(clerk: User):
    browser = Client()
    tried = [
        type_password(browser, clerk, "wrong", headers={"X-Forwarded-For": f"203.0.113.{each}"}).status_code
        for each in range(8)
    ]
    assert tried == [200] * 6 + [429, 429]


def test_a_wrong_answer_to_who_one_is_is_slowed_too(company: Any, clerk: User):
    browser = Client()
    type_password(browser, clerk)
    session = browser.session
    session["known_at"] = 0
    session.save()
    typed = {"known_asked": "GET", "known_word": "no"}
    tried = [browser.post("/me/security/app/", typed).status_code for _ in range(8)]
    assert tried == [200] * 6 + [429, 429]
    assert world.PASSWORD
