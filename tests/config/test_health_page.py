"""The administrators' page of health says what is good, weak or bad, first what needs somebody."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.operations.send_invoice import send_invoice
from config.looks import looks
from config.services import free_port
from office.models import ApiToken, Backup, Job, OutgoingMail, RestoredCopy, Run
from office.operations.create_api_token import create_api_token
from office.work.jobs import note_failure, schedule
from reports.nightly import KIND
from tests import world

pytestmark = pytest.mark.django_db


def verdicts(company: Any) -> dict[str, str]:
    return {look.what: look.verdict for look in looks(company, timezone.now())}


@pytest.fixture
def sound(company: Any) -> Any:
    """An office in which all is well."""
    now = timezone.now()
    Backup.objects.create(made_at=now, path="/safe/b", size=1, sha256="0" * 64)
    parameters = {"count": 0, "on": str(company.today())}
    Run.objects.create(company=company, kind=KIND, status="done", finished_at=now, parameters=parameters)
    Job.objects.bulk_create(Job(name=name, started_at=now, done_at=now) for name in schedule())
    return company


def test_in_a_sound_office_all_is_good(sound: Any):
    found = verdicts(sound)
    found.pop("Disk")  # this machine's own
    assert set(found.values()) == {"good"}


def test_each_trouble_is_told_and_what_is_bad_comes_first(sound: Any, settings: Any):
    now, old = timezone.now(), timezone.now() - timedelta(days=4)
    Backup.objects.update(made_at=old)
    send_invoice(world.issue(world.make_customer(sound), "10.00", sound.today()).pk, by=None)
    OutgoingMail.objects.update(due_at=now - timedelta(minutes=30))
    note_failure("billing.tasks.bill_due_recurring", "ValueError")
    create_api_token("Shop", by=world.make_user(sound, "manager"))
    ApiToken.objects.update(expires_at=now + timedelta(days=3))
    RestoredCopy.objects.create(backed_up_at=old, restored_at=now)
    Run.objects.create(company=sound, kind="import", status="failed", finished_at=now)
    MigrationRecorder(connection).record_unapplied("office", "0001_initial")
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    found = verdicts(sound)
    assert {what: verdict for what, verdict in found.items() if verdict != "good" and what != "Disk"} == {
        "Restored copy": "bad",
        "Migrations": "bad",
        "Backup": "bad",
        "Jobs": "bad",
        "Broker": "weak",
        "Mail that is due": "weak",
        "Runs": "weak",
        "API keys": "weak",
    }
    assert list(found.values()) == sorted(found.values(), key=["bad", "weak", "good"].index)


def test_a_check_of_the_book_that_found_something_is_bad(sound: Any):
    Run.objects.filter(kind=KIND).update(parameters={"count": 2}, explanation="2 to look at.")
    assert verdicts(sound)["Book and audit trail"] == "bad"


def test_without_a_backup_it_is_bad_and_says_what_to_run(company: Any):
    [look] = [each for each in looks(company, timezone.now()) if each.what == "Backup"]
    assert (look.verdict, "manage.py backup" in look.to_do) == ("bad", True)


def test_administrators_see_the_page_and_others_do_not(sound: Any):
    browser = Client()
    browser.force_login(world.make_user(sound, "administrator"))
    page = browser.get(reverse("health")).content.decode()
    assert "/safe/b" in page
    assert "PostgreSQL" in page
    other = Client()
    other.force_login(world.make_user(sound, "manager"))
    assert other.get(reverse("health")).status_code == 403
