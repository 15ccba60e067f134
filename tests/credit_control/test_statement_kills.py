"""Two months of statements by real workers that are killed at each step, with servers that are restarted.

Each customer has one statement of each month, with its PDF, and one mail in a real relay that counts them; only a mail
that was being handed over when its worker died may be missing, and is told as uncertain. DUEBOOK_KILLS says how many
customers; 24 where nobody says.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import Celery

from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import draft_invoices
from billing.operations.issue_invoice import issue_invoices
from config.waiting import wait_until
from credit_control.models import Statement, StatementPdf, StatementRun
from credit_control.operations.schedule_statements import ScheduleDetails, set_statement_schedule
from customers.operations.create_customer import create_customers
from customers.operations.details import ContactDetails, CustomerDetails
from office.models import Company, MailStatus, OutgoingMail, OwnDay, RunStatus
from reports.book_check import check_book
from tests import world
from tests.proof.servers import OwnServers, own_servers
from tests.proof.worker import Worker
from tests.relay import RelayHandler

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(4 * 3600)]
CUSTOMERS = int(os.environ.get("DUEBOOK_KILLS", "24"))
PIECE = max(CUSTOMERS // 8, 2)
PATIENCE, BETWEEN_BEATS = 120 + CUSTOMERS * 2, 5 if CUSTOMERS < 100 else 60
"""Seconds; beats come oftener than in an office where there is little to wait for."""
RUN, KEEPING, SENDING = (
    "credit_control.operations.do_statement_run",
    "credit_control.operations.keep_statements",
    "office.mail.handing_over",
)
DEATHS = [
    f"{RUN}:judge:1",  # customers are taken up and nothing of them is read
    f"{RUN}:_look:2",  # a customer was looked at and nothing is noted
    f"{RUN}:_make:1",  # the run is held and nothing is written
    f"{KEEPING}:queue_mails:1",  # statements are kept and no mail is queued
    f"{RUN}:_finish:1",  # mails are queued and nobody is told
    f"{RUN}:update_all:1",  # all of it is written and nothing committed
    f"{SENDING}:message_bytes:2",  # a mail is composed, its PDF kept
    f"{SENDING}:may_leave:2",  # it is about to be asked once more whether it may leave
    f"{SENDING}:deliver:2",  # it is handed over, or not: nobody knows
    f"{SENDING}:record_answer:2",  # the relay has it and nobody noted it
]
MARCH, APRIL = datetime(2026, 3, 1, 5, 30, tzinfo=UTC), datetime(2026, 4, 1, 4, 30, tzinfo=UTC)
"""Half past six in Berlin, before and after its clocks go forward."""
BEAT = ("credit_control.tasks.prepare_statements", "office.tasks.continue_runs", "office.tasks.send_due_mail")


def owing(company: Company) -> None:
    """So many customers who owe something since January, with one contact each; mail may leave at all hours."""
    people = [
        CustomerDetails(f"Customer {place:05d}", contacts=[ContactDetails("Eva", f"eva@c{place}.example")])
        for place in range(CUSTOMERS)
    ]
    day, customers = date(2026, 1, 10), create_customers(company, people, by=None)
    details = [InvoiceDetails(each.pk, [world.line("12.00")], dated_on=day) for each in customers]
    for start in range(0, CUSTOMERS, 1000):
        drafts = draft_invoices(company, details[start : start + 1000], by=None)
        issue_invoices([draft.pk for draft in drafts], by=None, on=day)
    Company.objects.filter(pk=company.pk).update(mail_from_hour=0, mail_until_hour=24, mail_daily_limit=0)
    for month in (MARCH.date(), APRIL.date()):
        for more in range(-1, 9):
            OwnDay.objects.create(company=company, day=month + timedelta(more), is_worked=True, name="Drill")


class Drill:
    """The workers of a month, each with a later clock than the one before: leases and pauses of the dead are over."""

    def __init__(self, servers: OwnServers, relay_url: str, log: Path) -> None:
        self.servers, self.log = servers, log
        self.environment = servers.environment | {"EMAIL_URL": relay_url, "SECRET_KEY": "only for tests"}
        self.broker = Celery(broker=servers.environment["REDIS_URL"], set_as_current=False)

    def work(self, now: datetime, die: str = "") -> Worker:
        """A worker, and two beats at once that ring for all there is to do."""
        self.now = now
        self.worker = Worker(self.environment, now, log=self.log, die=die, piece=PIECE)
        self.ring()
        return self.worker

    def ring(self) -> None:
        for task in (*BEAT, *BEAT):
            self.broker.send_task(task)

    def until(self, ready: Callable[[], bool]) -> None:
        """Ring as beats do each minute until it is so. A worker that lost its broker at times takes nothing any more
        (Celery's fault): after many rings it is replaced, as whoever looks after it would."""
        for rung in range(1, PATIENCE // BETWEEN_BEATS):
            if wait_until(ready, seconds=BETWEEN_BEATS):
                return
            self.ring()
            if rung % 12 == 0:
                self.worker.kill()
                self.work(self.now + timedelta(minutes=20))
        raise AssertionError(f"Not ready. The end of the log: {self.log.read_text()[-3000:]}")


def is_made() -> bool:
    run = StatementRun.objects.select_related("run").order_by("pk").last()
    return bool(run and run.run.status == RunStatus.DONE and not run.run.is_dry and is_queued(run))


def is_queued(run: StatementRun) -> bool:
    return Statement.objects.filter(run=run).count() == CUSTOMERS


def is_sent() -> bool:
    ended = [MailStatus.SENT, MailStatus.UNCERTAIN]
    return is_made() and not OutgoingMail.objects.exclude(status__in=ended).exists()


def test_each_customer_gets_one_mail_a_month_whatever_is_killed_or_restarted(
    relay: RelayHandler, settings: Any, tmp_path: Path
) -> None:
    with own_servers(tmp_path) as servers:
        drill = Drill(servers, settings.EMAIL_URL, tmp_path / "worker.log")
        with time_machine.travel(datetime(2026, 2, 20, 12, tzinfo=UTC), tick=True):
            company = world.make_company()
            owing(company)
            details = ScheduleDetails(1, time(6), sends=True, most=CUSTOMERS)
            set_statement_schedule(company, details, by=None)
        clock = MARCH
        for die in DEATHS:
            drill.work(clock, die).wait_killed(PATIENCE)
            clock += timedelta(minutes=20)
        drill.work(clock)
        sent = len(relay.taken)
        drill.until(lambda: len(relay.taken) > sent + CUSTOMERS // 6 or is_sent())
        servers.restart_postgres()
        servers.restart_valkey()
        sent = len(relay.taken)
        drill.until(lambda: len(relay.taken) > sent + CUSTOMERS // 6 or is_sent())
        drill.worker.kill()  # as the machine does that it runs on
        drill.work(clock + timedelta(hours=1))
        drill.until(is_sent)
        drill.worker.kill()
        drill.work(APRIL)
        drill.until(lambda: StatementRun.objects.count() == 2 and is_sent())
        drill.worker.kill()
        require_once(relay)


def require_once(relay: RelayHandler) -> None:
    """One statement, PDF and mail for each customer and month; what nobody can know is told, and is few."""
    periods = list(StatementRun.objects.order_by("pk").values_list("from_on", "on"))
    assert periods == [(date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))]
    counts = Counter(Statement.objects.values_list("run", "customer"))
    assert (len(counts), set(counts.values())) == (2 * CUSTOMERS, {1})
    taken = Counter(mail["Message-ID"] for mail in relay.taken)
    assert set(taken.values()) == {1}
    missing = [mail.status for mail in OutgoingMail.objects.all() if mail.message_id not in taken]
    assert set(missing) <= {MailStatus.UNCERTAIN}
    assert OutgoingMail.objects.filter(status=MailStatus.UNCERTAIN).count() <= 2 * 5  # two at a time of five deaths
    assert set(Counter(mail["To"] for mail in relay.taken).values()) <= {1, 2}
    assert OutgoingMail.objects.count() == 2 * CUSTOMERS
    attached = [part.get_content_type() for part in relay.taken[0].iter_attachments()]
    assert attached == ["application/pdf"]
    assert StatementPdf.objects.count() >= len(relay.taken)
    assert all(bytes(pdf.content).startswith(b"%PDF") for pdf in StatementPdf.objects.all()[:50])
    assert check_book() == []
