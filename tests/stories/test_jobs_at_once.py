"""Every job of the schedule by three workers at once, and again late: what is due is done once, and nothing twice.

Without a broker: what a job rings for is done by the same worker at once, and runs are taken up by whoever comes, each
worker on a connection of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from billing.models import Invoice
from billing.operations.send_invoice import send_invoice
from credit_control.models import Reminder, ReminderDay, StatementRun, StatementSchedule
from credit_control.operations.schedule_statements import ScheduleDetails, set_statement_schedule
from credit_control.operations.set_credit_policy import set_credit_policy
from office.models import Job, OutgoingMail, Run, Task
from office.tasks import carry_out_run
from office.work.jobs import schedule
from payments.models import DebitNotice
from reports.book_check import check_book
from tests import world
from tests.credit_control.reminding import at_any_hour, ladder, late
from tests.payments.debits import may_debit, with_mandate

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 16, tzinfo=UTC)
Parallel = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture(autouse=True)
def at_once(time_machine: Any) -> Iterator[None]:
    current_app.loader.import_default_modules()
    current_app.conf.task_always_eager = True
    time_machine.move_to(NOW, tick=False)
    yield
    current_app.conf.task_always_eager = False


def all_jobs() -> list[str]:
    """Each job of the schedule, mail last, as the others write it."""
    names = sorted(schedule(), key=lambda name: name.endswith("send_due_mail"))
    failed = [name for name in names if current_app.tasks[name].apply().failed()]
    assert failed == []
    for run_id in Run.objects.filter(status__in=["waiting", "running"]).values_list("pk", flat=True):
        assert not carry_out_run.apply([run_id]).failed()
    return names


def office_with_all_that_is_due() -> None:
    """A recurring invoice, a mail, a debit to announce, somebody to remind, and statements of last month."""
    company = world.make_company()
    at_any_hour(company)
    world.make_recurring(world.make_customer(company, "Tenant AG"), "100.00", date(2026, 3, 1))
    send_invoice(world.issue(world.make_customer(company, "Reader AG"), "20.00", date(2026, 2, 20)).pk, by=None)
    may_debit(company, debit_notice_days=14)
    debtor = with_mandate(world.make_customer(company, "Debtor AG"))
    world.issue(debtor, "30.00", date(2026, 2, 20), due_on=date(2026, 3, 10))
    ladder(company, [2])
    late(world.make_customer(company, "Late AG"), "400.00", 3)
    set_credit_policy(company, {"reminders": "send", "reminder_hour": 0}, by=None)
    set_statement_schedule(company, ScheduleDetails(day_of_month=1), by=None)
    StatementSchedule.objects.update(since_at=datetime(2026, 2, 15, tzinfo=UTC))


def what_there_is() -> dict[str, Any]:
    return {
        "invoices": Invoice.objects.count(),
        "notices": DebitNotice.objects.count(),
        "reminders": Reminder.objects.count(),
        "reminder days": ReminderDay.objects.count(),
        "statement runs": StatementRun.objects.count(),
        "mails": sorted(OutgoingMail.objects.values_list("kind", "status")),
        "runs": sorted(Run.objects.values_list("kind", "status")),
    }


def test_three_workers_at_once_and_again_later_do_everything_once(in_parallel: Parallel, relay: Any, time_machine: Any):
    office_with_all_that_is_due()
    before = Invoice.objects.count()
    for minutes in (0, 5, 10):  # runs that nobody touches are taken up after a while
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)
        results = in_parallel([all_jobs] * 3)
        assert [each for each in results if isinstance(each, BaseException)] == []
    all_jobs()  # what one worker left to another meanwhile
    first = what_there_is()
    time_machine.move_to(LATER, tick=False)
    in_parallel([all_jobs] * 3)

    assert what_there_is() == first
    assert first["invoices"] == before + 1
    assert (first["notices"], first["reminders"], first["reminder days"], first["statement runs"]) == (1, 1, 1, 1)
    assert {status for _kind, status in first["mails"]} == {"sent"}
    ids = [mail["Message-ID"] for mail in relay.taken]
    assert len(ids) == len(set(ids)) == OutgoingMail.objects.count()
    assert (Task.objects.count(), Job.objects.filter(failures=0).count()) == (0, len(schedule()))
    assert check_book() == []
