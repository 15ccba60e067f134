"""What the workers do by the clock: how it went is kept and shown, and a failure is told once a day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app, shared_task
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from office.mail.handing_over import hand_over
from office.models import Job, OutgoingMail, Task
from office.operations.do_task import finish_task
from office.tasks import send_due_mail
from office.work import jobs
from office.work.jobs import job_states, note_failure, schedule
from office.work.retrying import DATABASE_AWAY
from tests.api.calling import Program
from tests.world import make_company, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "office.tasks.send_due_mail"


@shared_task
def breaks(number: int) -> None:
    """A task that fails."""
    raise ValueError(f"Number {number} is odd")


@pytest.fixture
def company() -> Any:
    return make_company()


@pytest.fixture
def administrator(company: Any) -> Any:
    return make_user(company, "administrator")


@pytest.fixture
def scheduled(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The task that fails, begun by the clock each minute."""
    monkeypatch.setitem(current_app.conf.beat_schedule, "breaks", {"task": breaks.name, "schedule": 60.0})
    return breaks.name


def state_of(name: str) -> Any:
    return next(each for each in job_states() if each.name == name)


def test_every_job_of_the_schedule_is_a_task_there_is():
    current_app.loader.import_default_modules()
    assert set(schedule()) <= set(current_app.tasks)
    assert all(isinstance(current_app.tasks[name], jobs.Watched) for name in schedule())


def test_how_a_job_went_is_kept(company):
    assert state_of(NAME).state == "waiting"
    send_due_mail.apply()
    state = state_of(NAME)
    assert (state.state, state.job.count, state.every) == ("done", 0, timedelta(minutes=1))
    assert state.next_at == state.job.started_at + timedelta(minutes=1)


def test_a_job_that_was_not_begun_for_long_is_late(company):
    send_due_mail.apply()
    Job.objects.update(started_at=timezone.now() - timedelta(minutes=4))
    assert state_of(NAME).state == "overdue"


def test_a_job_that_failed_is_told_to_the_administrators_once_a_day(
    company, administrator, scheduled, relay, time_machine
):
    make_user(company, "clerk")
    make_user(company, "administrator", is_active=False)
    time_machine.move_to("2026-03-02 10:00Z", tick=False)
    for _ in range(3):
        breaks.apply(args=[7])
    state = state_of(scheduled)
    assert (state.state, state.job.failures, state.job.error) == ("failed", 3, "For 7: ValueError: Number 7 is odd")
    task, mail = Task.objects.get(), OutgoingMail.objects.get()
    assert (task.kind, task.title, mail.staff) == ("job", "A job failed: Breaks", administrator)
    hand_over(mail.pk)
    told = relay.taken[0].get_body(("plain",)).get_content()
    assert ("ValueError" in told, "Number 7" in told) == (True, False)

    time_machine.move_to("2026-03-03 10:00Z", tick=False)
    breaks.apply(args=[7])
    assert (Task.objects.count(), OutgoingMail.objects.count()) == (2, 2)


def test_neither_its_mail_nor_its_row_names_a_person_or_what_opens_something(company, administrator, relay):
    secrets = ["eva@marked.example", "DE89370400440532013000", "duebook_marked-key", "/p/marked-token/"]

    @shared_task
    def breaks_with_all() -> None:
        local = secrets[0]
        raise ValueError(f"Zzyxmarked {local} " + " ".join(secrets))

    breaks_with_all.apply()
    hand_over(OutgoingMail.objects.get().pk)
    mail, row, task = relay.taken[0].as_string(), Job.objects.get().error, Task.objects.get()
    for marked in ("Zzyxmarked", *secrets):
        assert marked not in mail + task.note, marked
    assert row.startswith("ValueError: Zzyxmarked …@…")
    assert [marked for marked in secrets if marked in row] == []


def test_it_is_told_once_by_however_many_workers(company, administrator, in_parallel):
    results = in_parallel([lambda: note_failure("a.tasks.some_job", "x")] * 6)
    assert [each for each in results if each is not None] == []
    assert (Task.objects.count(), OutgoingMail.objects.count()) == (1, 1)
    assert Job.objects.get().failures == 6


def test_when_it_goes_well_again_the_failures_are_over(company, scheduled):
    note_failure(NAME, "x")
    send_due_mail.apply()
    assert (state_of(NAME).state, Job.objects.get(name=NAME).error) == ("done", "x")


def test_a_mail_about_a_failure_that_somebody_looked_at_is_not_sent(company, administrator, relay):
    note_failure(NAME, "x")
    finish_task(Task.objects.get().pk, by=administrator)
    hand_over(OutgoingMail.objects.get().pk)
    assert (OutgoingMail.objects.get().explanation, relay.taken) == ("Not sent: somebody looked at it.", [])


def test_a_task_that_no_clock_begins_is_kept_where_it_fails(company):
    breaks.apply(args=[1])
    [failed] = jobs.other_failures()
    assert (failed.name, failed.started_at) == (breaks.name, None)


@pytest.mark.parametrize("lost", DATABASE_AWAY)
def test_a_job_goes_on_where_how_it_went_cannot_be_kept(company, monkeypatch, lost: type[Exception]):
    def away(name: str, **values: Any) -> None:
        raise lost("away")

    monkeypatch.setattr(jobs, "_keep", away)
    assert send_due_mail.apply().result == 0
    assert breaks.apply(args=[1]).failed()


def test_the_page_and_the_api_show_it(company):
    send_due_mail.apply()
    note_failure("billing.tasks.bill_due_recurring", "ValueError", words="<b>odd</b>")
    client = Client()
    auditor = make_user(company, "auditor")
    client.force_login(auditor)
    html = client.get(reverse("office:run_list")).content.decode()
    assert html.index("Bill due recurring") < html.index("Send due mail")
    assert "ValueError: &lt;b&gt;odd&lt;/b&gt;" in html
    assert f"{len(schedule())} jobs, 1 to look at" in html
    told = Program(auditor).get("jobs/").json()["results"]
    assert (told[0]["name"], told[0]["state"], told[0]["failures"]) == ("billing.tasks.bill_due_recurring", "failed", 1)
    mail = next(each for each in told if each["name"] == NAME)
    assert (mail["state"], mail["every_seconds"], mail["count"]) == ("done", 60, 0)
