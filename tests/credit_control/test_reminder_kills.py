"""REM-02: a run of reminders whose workers die anywhere, and which the broker hands out again: one mail for each.

REMINDERS says how many customers; 24 where nobody says.
"""

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from credit_control.models import Reminder, ReminderItem
from credit_control.operations import remind_many, send_reminders
from credit_control.operations.remind_many import start_reminding
from office.mail.handing_over import hand_over
from office.models import OutgoingMail, RunStatus
from office.tasks import carry_out_run
from reports.book_check import check_book
from tests import world
from tests.credit_control.reminding import at_any_hour, ladder
from tests.proof.forked import bury, die, in_a_process, in_parallel_process
from tests.relay import RelayHandler

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]
REMINDERS = int(os.environ.get("REMINDERS", "24"))
STEPS = [
    (remind_many, "send_reminders"),  # with the run held and nothing read
    (send_reminders, "insert_all"),  # with the reminder about to be written
    (send_reminders, "queue_mails"),  # with reminders written and no mail
    (send_reminders, "record_all"),  # with mails queued and nobody told
]


def test_each_customer_gets_one_mail_wherever_workers_die_and_however_often_it_is_handed_out(
    company: Any, relay: RelayHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remind_many, "PIECE", max(REMINDERS // 8, 1))
    ladder(company, [1, 8])
    at_any_hour(company)
    day = company.today() - timedelta(days=3)
    customers = [world.make_customer(company, f"Debtor{number}") for number in range(REMINDERS)]
    for customer in customers:
        world.issue(customer, "10.00", day, due_on=day)
    run = start_reminding(company, [each.pk for each in customers], on=company.today(), by=None)

    for module, step in STEPS:
        die(module, step, run)
    assert Reminder.objects.count() < REMINDERS
    workers = [in_parallel_process(lambda: carry_out_run(run.pk)) for _ in range(2)]
    for worker in workers:
        worker.join(600)
    carry_out_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.done) == (RunStatus.DONE, REMINDERS)
    again = start_reminding(company, [each.pk for each in customers], on=company.today(), by=None)
    carry_out_run(again.pk)
    assert (Reminder.objects.count(), ReminderItem.objects.count()) == (REMINDERS, REMINDERS)

    ids = list(OutgoingMail.objects.order_by("pk").values_list("pk", flat=True))
    senders = [in_parallel_process(lambda: [hand_over(mail_id) for mail_id in ids]) for _ in range(2)]
    for sender in senders:
        sender.join(600)
    bury(in_a_process(lambda: [hand_over(mail_id) for mail_id in ids]))
    assert set(Counter(mail["To"] for mail in relay.taken).values()) == {1}
    assert len(relay.taken) == REMINDERS == OutgoingMail.objects.filter(status="sent").count()
    assert check_book() == []
