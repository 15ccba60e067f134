"""What one person does on a day more often than is usual is noted, and administrators are told once.

The database stamps records itself, and does so with one moment for all of a test.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from office.audit.recording import record
from office.mail.kinds import KINDS, NotToBeSent
from office.models import AuditRecord, Company, OutgoingMail, UnusualDay, User
from office.operations.notice_unusual import UNUSUAL_MAIL, notice_unusual
from office.operations.update_company import update_company
from office.tasks import notice_unusual_days
from office.unusual import SETTINGS, WATCHED
from office.written import plain_day
from tests import world

pytestmark = pytest.mark.django_db
PAGE = "/settings/unusual/"


@pytest.fixture
def chief(company: Company) -> User:
    """An administrator; two of everything is usual."""
    update_company(company.pk, dict.fromkeys(SETTINGS, 2), by=None)
    return world.make_user(company, "administrator", name="Ada Voss")


def act(company: Company, person: User, action: str, times: int = 1) -> None:
    """So many records of an act; a failed log-in is about the person, by nobody and of no company."""
    is_failure = action == "fail_to_log_in"
    for _ in range(times):
        record(None if is_failure else person, action, person if is_failure else company)


def stamped() -> datetime:
    """When all was recorded."""
    return AuditRecord.objects.latest("pk").recorded_at


def noticed(company: Company, days_later: int = 0) -> list[tuple[str, str, int]]:
    notice_unusual(company, now=stamped() + timedelta(days=days_later))
    return list(UnusualDay.objects.order_by("pk").values_list("person__name", "kind", "count"))


@pytest.mark.parametrize("watched", WATCHED, ids=lambda watched: str(watched.kind))
def test_what_is_above_usual_is_noted_and_mailed_once_and_its_count_follows(
    company: Company, clerk: User, chief: User, watched: Any
) -> None:
    act(company, clerk, watched.actions[0])
    act(company, clerk, watched.actions[-1])
    act(company, chief, watched.actions[0])
    assert noticed(company) == [], "two are usual, and what others do is theirs"

    act(company, clerk, watched.actions[-1])
    assert noticed(company) == [(clerk.name, watched.kind, 3)]
    act(company, clerk, watched.actions[0])
    assert noticed(company) == [(clerk.name, watched.kind, 4)]
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to_email) == (UNUSUAL_MAIL, chief.email)
    said = f"{watched.kind.label} of {clerk}: 4 on {plain_day(company.day_of(stamped()))}. Up to 2 a day is usual here."
    assert said in KINDS[UNUSUAL_MAIL].compose(mail).text
    assert AuditRecord.objects.get(action="notice_unusual").after["count"] == "3"


def test_what_came_late_on_a_day_is_noticed_on_the_next_and_not_later(
    company: Company, clerk: User, chief: User
) -> None:
    act(company, clerk, "reveal_account", 3)
    assert noticed(company, days_later=2) == []
    assert noticed(company, days_later=1) == [(clerk.name, "looks", 3)]
    assert UnusualDay.objects.get().day == company.day_of(stamped())


def test_each_company_counts_its_own_and_what_is_not_watched_is_not_counted(
    company: Company, clerk: User, chief: User
) -> None:
    other = world.make_company(legal_name="Birch SA")
    clerk.companies.add(other)
    act(other, clerk, "reveal_account", 3)
    act(company, clerk, "set_own_day", 3)
    assert noticed(company) == []
    update_company(company.pk, {"usual_failures": 0}, by=None)
    act(company, clerk, "fail_to_log_in", 30)
    assert noticed(company) == []


def test_the_job_looks_in_every_company(company: Company, clerk: User, chief: User) -> None:
    world.make_company(legal_name="Birch SA")
    act(company, clerk, "export_person", 3)
    assert notice_unusual_days() == 2
    assert UnusualDay.objects.get().person == clerk


def test_the_database_keeps_a_day_once_and_none_that_is_usual(company: Company, clerk: User) -> None:
    told = {"company": company, "person": clerk, "kind": "looks", "day": company.today()}
    UnusualDay.objects.create(**told, count=3, usual=2)
    for more, rule in (({}, "unusual_day_once"), ({"kind": "files", "count": 2}, "unusual_day_above_usual")):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            UnusualDay.objects.create(**{**told, "count": 3, "usual": 2, **more})


def test_an_administrator_says_what_is_usual_and_sees_what_was_noticed(
    company: Company, clerk: User, chief: User, client: Client
) -> None:
    client.force_login(chief)
    assert client.post(PAGE, {"usual_looks": "1", "usual_files": "0", "usual_failures": "9"}).url == PAGE
    company.refresh_from_db()
    assert [getattr(company, each) for each in SETTINGS] == [1, 0, 9]
    assert AuditRecord.objects.latest("pk").after == {"usual_looks": "1", "usual_files": "0", "usual_failures": "9"}
    refused = client.post(PAGE, {"usual_looks": "-1", "usual_files": "x", "usual_failures": "9"})
    assert len(refused.context["form"].errors) == 2

    act(company, clerk, "reveal_account", 2)
    act(company, clerk, "fail_to_log_in", 10)
    act(company, chief, "set_own_day")
    noticed(company)
    shown = client.get(PAGE)
    links = {row.kind: shown.context["list"].spec.columns[0].url(row) for row in UnusualDay.objects.all()}
    behind = {kind: client.get(address).context["list"].page.rows for kind, address in links.items()}
    assert {kind: [row.action for row in rows] for kind, rows in behind.items()} == {
        "looks": ["reveal_account"] * 2,
        "failures": ["fail_to_log_in"] * 10,
    }
    assert all(address.replace("&", "&amp;") in shown.content.decode() for address in links.values())


def test_only_who_keeps_staff_sees_it_and_is_mailed_of_it(company: Company, clerk: User, chief: User) -> None:
    act(company, clerk, "reveal_account", 3)
    noticed(company)
    for role in ("clerk", "manager", "auditor"):
        desk = Client()
        desk.force_login(world.make_user(company, role))
        assert (desk.get(PAGE).status_code, desk.post(PAGE).status_code) == (403, 403), role
    elsewhere = Client()
    elsewhere.force_login(world.make_user(world.make_company(legal_name="Birch SA"), "administrator"))
    assert reverse("office:audit_list") not in elsewhere.get(PAGE).content.decode().partition("<main")[2]

    mail = OutgoingMail.objects.get()
    chief.companies.clear()
    with pytest.raises(NotToBeSent):
        KINDS[UNUSUAL_MAIL].compose(mail)
