"""Workers that die anywhere in a run of statements, servers that go away, clocks that change, beats at once.

Each customer has one statement and one mail of each month. STATEMENTS says how many customers; 60 where nobody says.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from threading import Event
from time import sleep
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis import Redis

from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import draft_invoices
from billing.operations.issue_invoice import issue_invoices
from credit_control.models import Statement, StatementPdf, StatementRun
from credit_control.operations import do_statement_run, keep_statements
from credit_control.operations.schedule_statements import (
    ScheduleDetails,
    companies_due,
    prepare_due_statements,
    set_statement_schedule,
)
from customers.models import Customer
from customers.operations.create_customer import create_customers
from customers.operations.details import ContactDetails, CustomerDetails
from office.mail import handing_over
from office.mail.handing_over import hand_over
from office.mail.sweep import due_mails
from office.models import Company, MailStatus, OutgoingMail, OwnDay, RunStatus
from office.runs import carry_out, unfinished_runs
from office.tasks import carry_out_run
from reports.book_check import check_book
from tests import world
from tests.billing.test_billing_run_kills import FORK, bury, in_a_process, kill
from tests.conftest import superuser_connection
from tests.relay import RelayHandler

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]
STATEMENTS = int(os.environ.get("STATEMENTS", "60"))
LOOKING = [(do_statement_run, "judge"), (do_statement_run, "_look"), (do_statement_run, "_finish")]
MAKING = [
    (do_statement_run, "judge"),  # before anything is read
    (do_statement_run, "_make"),  # with the run held and nothing written
    (keep_statements, "queue_mails"),  # with statements kept and no mail
    (do_statement_run, "_finish"),  # with mails queued and nobody told
    (do_statement_run, "update_all"),  # with all of it written and nothing committed
]
MARCH, APRIL = datetime(2026, 3, 1, 5, 30, tzinfo=UTC), datetime(2026, 4, 1, 4, 30, tzinfo=UTC)
"""Half past six in Berlin, before and after its clocks go forward."""


def owing(company: Company) -> None:
    """So many customers who owe something since January, with one contact each."""
    people = [
        CustomerDetails(f"Customer {place:05d}", contacts=[ContactDetails("Eva", f"eva@c{place}.example")])
        for place in range(STATEMENTS)
    ]
    customers = create_customers(company, people, by=None)
    day = date(2026, 1, 10)
    details = [InvoiceDetails(each.pk, [world.line("12.00")], dated_on=day) for each in customers]
    for start in range(0, STATEMENTS, 1000):
        drafts = draft_invoices(company, details[start : start + 1000], by=None)
        issue_invoices([draft.pk for draft in drafts], by=None, on=day)


def open_all_day(company: Company) -> None:
    """Mails may leave on any day at any hour, as many as there are."""
    Company.objects.filter(pk=company.pk).update(mail_from_hour=0, mail_until_hour=24, mail_daily_limit=0)
    for day in (MARCH.date(), APRIL.date()):
        for more in range(-1, 3):
            OwnDay.objects.create(company=company, day=day + timedelta(more), is_worked=True, name="Drill")


def die_at(module: Any, step: str, run_id: int) -> None:
    """Carry the run out until this step of its second piece, and die there as by a pulled plug."""
    honest, calls = getattr(module, step), Counter()

    def dying(*args: Any, **kwargs: Any) -> Any:
        calls[step] += 1
        if calls[step] == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(*args, **kwargs)

    setattr(module, step, dying)  # in the child's memory alone
    carry_out_run(run_id)


def die(module: Any, step: str, run: StatementRun) -> None:
    worker = in_a_process(lambda: die_at(module, step, run.pk))
    bury(worker)
    assert worker.exitcode == -signal.SIGKILL, step


def beat_twice(company: Company) -> StatementRun:
    """Two beats that come at once; and a third that is late."""
    barrier = FORK.Barrier(2)

    def work() -> None:
        barrier.wait(30)
        for company_id in companies_due(timezone.now()):
            prepare_due_statements(company_id, now=timezone.now())

    workers = [in_parallel_process(work) for _ in range(2)]
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    assert companies_due(timezone.now()) == []
    assert prepare_due_statements(company.pk, now=timezone.now()) is None
    return StatementRun.objects.order_by("pk").last()


def in_parallel_process(work: Callable[[], None]) -> Any:
    """A process with a connection of its own, which holds no lock that others wait for."""

    def begin() -> None:
        connection.connect()
        work()

    worker = FORK.Process(target=begin)
    worker.start()
    return worker


def test_each_customer_gets_one_statement_a_month_wherever_workers_die(
    company: Company, relay: RelayHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(do_statement_run, "TOGETHER", max(STATEMENTS // 15, 4))
    with time_machine.travel(datetime(2026, 2, 20, 12, tzinfo=UTC), tick=True):
        owing(company)
        open_all_day(company)
        set_statement_schedule(company, ScheduleDetails(1, time(6), sends=True, most=STATEMENTS), by=None)
    with time_machine.travel(MARCH, tick=True):
        march = beat_twice(company)
        assert (march.from_on, march.on) == (date(2026, 2, 1), date(2026, 2, 28))
        for module, step in LOOKING:
            die(module, step, march)
        while Statement.objects.count() == 0:
            next(carry_out(march.pk))
        for module, step in MAKING:
            die(module, step, march)
        lose_the_database(lambda: carry_out_run(march.pk), lambda: Statement.objects.count())
        lose_the_broker()
        assert 0 < Statement.objects.count() < STATEMENTS
        assert unfinished_runs(timezone.now() + timedelta(minutes=3)) == [march.pk]
        finish(march)
        leave_once(relay)
    with time_machine.travel(APRIL, tick=True):
        april = beat_twice(company)
        assert (april.from_on, april.on) == (date(2026, 3, 1), date(2026, 3, 31))
        finish(april)
        keep_pdfs()
        in_two_workers()
    counts = Counter(mail["To"] for mail in relay.taken)
    uncertain = OutgoingMail.objects.filter(status=MailStatus.UNCERTAIN).count()
    assert len(counts) == STATEMENTS
    assert set(counts.values()) <= {1, 2}
    assert 2 * STATEMENTS - uncertain <= len(relay.taken) <= 2 * STATEMENTS
    assert set(Counter(mail["Message-ID"] for mail in relay.taken).values()) == {1}
    assert check_book() == []


def lose_the_database(work: Callable[[], None], done: Callable[[], int]) -> None:
    """Let a worker begin, and end all its sessions in the midst of it, as a server does that is started anew."""
    before, worker = done(), in_parallel_process(work)
    while done() <= before:
        sleep(0.01)
    superuser = superuser_connection(connection.settings_dict["NAME"])
    superuser.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND pid <> %s",
        [connection.connection.info.backend_pid],
    )
    superuser.close()
    worker.join(120)
    assert worker.exitcode == 1, "It ended by losing the database, or not at all."


def lose_the_broker() -> None:
    """Whatever bells were rung are gone."""
    Redis.from_url(settings.CELERY_BROKER_URL).flushall()


def finish(run: StatementRun) -> None:
    for _ in carry_out(run.pk):
        pass
    run.run.refresh_from_db()
    assert run.run.status == RunStatus.DONE
    kept = Statement.objects.filter(run=run)
    assert kept.values("customer").distinct().count() == kept.count() == STATEMENTS == Customer.objects.count()
    mails = OutgoingMail.objects.filter(kind="statement", about_id__in=kept.values("pk"))
    assert mails.values("customer_id").distinct().count() == mails.count() == STATEMENTS


def leave_once(relay: RelayHandler) -> None:
    """Let the mails leave, by workers that die before, while and after they hand one over."""
    keep_pdfs()
    for step in ("message_bytes", "may_leave", "deliver", "record_answer"):
        worker = in_a_process(lambda step=step: die_sending_at(step))
        bury(worker)
        assert worker.exitcode == -signal.SIGKILL, step
    lose_the_database(send_all, lambda: len(relay.taken))
    lose_the_broker()
    for count in (STATEMENTS // 3, STATEMENTS // 2):
        has_come = when_taken(relay, count)
        worker = in_a_process(send_all)
        assert has_come.wait(600)
        kill(worker)
    due_mails(timezone.now() + timedelta(hours=1))  # the sweep, after the leases of the dead ran out
    OutgoingMail.objects.filter(status=MailStatus.QUEUED).update(due_at=timezone.now())
    in_two_workers()
    states = Counter(OutgoingMail.objects.values_list("status", flat=True))
    assert states[MailStatus.SENT] + states[MailStatus.UNCERTAIN] == STATEMENTS
    assert states[MailStatus.UNCERTAIN] <= 5
    assert set(Counter(mail["To"] for mail in relay.taken).values()) == {1}


def die_sending_at(step: str) -> None:
    honest, calls = getattr(handing_over, step), Counter()

    def dying(*args: Any, **kwargs: Any) -> Any:
        calls[step] += 1
        if calls[step] == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(*args, **kwargs)

    setattr(handing_over, step, dying)
    send_all()


def when_taken(relay: RelayHandler, count: int) -> Event:
    """Set when the relay takes its mail of that number."""
    has_come = Event()

    def answer() -> str:
        if len(relay.taken) + 1 >= count:
            has_come.set()
        return "250 Taken"

    relay.at_data = answer
    return has_come


def keep_pdfs() -> None:
    """Bytes for each statement, as rendering is not what is tried here."""
    content = b"%PDF-1.7 kept"
    StatementPdf.objects.bulk_create(
        StatementPdf(statement=statement, content=content, sha256=sha256(content).hexdigest())
        for statement in Statement.objects.filter(pdf=None).only("pk")
    )


def in_two_workers() -> None:
    """Two workers at once that both see all that is due."""
    workers = [in_parallel_process(send_all) for _ in range(2)]
    for worker in workers:
        worker.join(1800)
        assert worker.exitcode == 0


def send_all() -> None:
    while waiting := due_mails(timezone.now()):
        for mail_id in waiting:
            hand_over(mail_id)
