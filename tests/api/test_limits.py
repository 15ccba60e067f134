"""How much a caller may ask in a minute: exact counts, by a clock that stands."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from office.models import User
from tests import world
from tests.api.calling import Program, a_client, refused

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-03-02T12:00:00+00:00")


@pytest.fixture
def clock(db: None) -> Iterator[Any]:
    """A clock that stands until it is moved."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    """Three reads, two writes and one file in a minute, from full buckets."""
    settings.LIMITS = {"reads": 3, "writes": 2, "exports": 1, "failed-keys": 2}


def test_each_key_reads_so_often_and_is_then_told_when_again(clock: Any, clerk: User) -> None:
    program, other = Program(clerk), Program(clerk)
    told = [program.get("customers/") for _ in range(4)]

    assert [answer.status_code for answer in told] == [200, 200, 200, 429]
    assert [answer["RateLimit"] for answer in told] == [
        '"reads";r=2;t=20',
        '"reads";r=1;t=40',
        '"reads";r=0;t=60',
        '"reads";r=0;t=60',
    ]
    assert {answer["RateLimit-Policy"] for answer in told} == {'"reads";q=3;w=60'}
    assert refused(told[3]) == (429, "too_many_requests")
    assert told[3].json()["detail"] == "At most 3 reads a minute. Try again in 20 s."
    assert [answer.get("Retry-After") for answer in told] == [None, None, None, "20"]
    assert other.get("customers/").status_code == 200
    assert program.post("customers/", {"name": "Elm"}).status_code == 201

    clock.shift(timedelta(seconds=19))
    assert program.get("customers/").status_code == 429
    clock.shift(timedelta(seconds=1))
    assert [program.get("customers/").status_code for _ in range(2)] == [200, 429]
    clock.shift(timedelta(minutes=9))
    assert [program.get("customers/").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_writes_are_counted_by_themselves_refused_ones_too(clock: Any, clerk: User, company: Any) -> None:
    program = Program(clerk)
    assert refused(program.post("customers/", {}))[0] == 400
    assert program.post("customers/", {"name": "Elm"})["RateLimit"] == '"writes";r=0;t=60'
    assert refused(program.post("customers/", {"name": "Ash"})) == (429, "too_many_requests")
    assert company.customers.count() == 1

    auditor = Program(world.make_user(company, "auditor"))
    answers = [refused(auditor.post("customers/", {"name": "Elm"})) for _ in range(3)]
    assert answers == [(403, "permission_denied")] * 2 + [(429, "too_many_requests")]


def test_files_have_a_smaller_quota_of_their_own(clock: Any, clerk: User, customer: Any) -> None:
    program = Program(clerk)
    path = f"invoices/{world.issue(customer, '10.00', NOON.date()).pk}/pdf/"

    assert program.get(path)["RateLimit-Policy"] == '"exports";q=1;w=60'
    assert refused(program.get(path)) == (429, "too_many_requests")
    assert program.get("invoices/").status_code == 200


def test_a_persons_session_has_a_bucket_as_a_key_has(clock: Any, clerk: User) -> None:
    browser = a_client()
    browser.force_login(clerk)
    assert [browser.get("/api/v1/customers/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert Program(clerk).get("customers/").status_code == 200


def test_keys_that_do_not_work_are_slowed_by_address_and_those_that_do_are_not(clock: Any, clerk: User) -> None:
    def answer(address: str, headers: dict[str, str]) -> Any:
        return a_client().get("/api/v1/customers/", headers=headers, REMOTE_ADDR=address)

    wrong = {"Authorization": "Bearer made-up"}
    answers = [refused(answer("192.0.2.1", wrong)) for _ in range(3)]
    assert answers == [(401, "bad_token")] * 2 + [(429, "too_many_requests")]
    assert answer("192.0.2.1", wrong)["Retry-After"] == "30"
    assert refused(answer("192.0.2.2", wrong)) == (401, "bad_token")
    assert answer("192.0.2.1", Program(clerk).headers).status_code == 200


def test_without_valkey_everybody_is_let_through_and_that_is_logged(
    clock: Any, clerk: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    program = Program(clerk)

    assert [program.get("customers/").status_code for _ in range(4)] == [200] * 4
    assert "Valkey is away, so nothing is limited" in caplog.text


def test_no_limit_is_none_and_says_nothing(clerk: User, settings: Any) -> None:
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 0)
    answers = [Program(clerk).get("customers/") for _ in range(4)]
    assert [(answer.status_code, answer.has_header("RateLimit")) for answer in answers] == [(200, False)] * 4


def test_many_at_once_take_no_more_than_the_quota(clerk: User, settings: Any, in_parallel: Any) -> None:
    settings.LIMITS |= {"reads": 5}
    program = Program(clerk)
    with time_machine.travel(NOON, tick=False):
        answers = in_parallel([lambda: program.get("customers/").status_code] * 12)
    assert sorted(answers) == [200] * 5 + [429] * 7
