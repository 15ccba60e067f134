"""Mail leaves once, however many workers take it, whatever the last moment brings and at whichever step they die."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from office.mail import Letter, NotReady
from office.mail import handing_over as handing
from office.mail import relay as relaying
from office.mail.handing_over import LEASE, MOST_ATTEMPTS, hand_over
from office.mail.sweep import due_mails
from office.models import Company, MailStatus, OutgoingMail
from office.tasks import send_due_mail
from tests.office.outgoing import LETTER, now_of, own_kind, queueing, status_of
from tests.world import make_company

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture
def kind() -> Iterator[Callable[..., None]]:
    with own_kind() as register:
        yield register


@pytest.fixture
def queue(company: Company, kind: Any) -> Callable[..., OutgoingMail]:
    return queueing(company)


def test_a_reason_found_in_the_last_moment_cancels_it(queue, relay, kind):
    kind(reason=lambda mail: "Not sent: paid.")
    mail = queue()
    hand_over(mail.pk)
    assert (status_of(mail), relay.taken) == (MailStatus.CANCELLED, [])
    assert now_of(mail).explanation == "Not sent: paid."


def test_the_reason_is_asked_after_the_letter_is_written_with_the_row_locked(queue, relay, kind, in_parallel):
    asked = []

    def reason(mail: OutgoingMail) -> str:
        asked.append(in_other_connection(lambda: is_locked(mail.pk)))
        return ""

    kind(reason=reason)
    hand_over(queue().pk)
    assert asked == [True]


def is_locked(mail_id: int) -> bool:
    with transaction.atomic():
        return not OutgoingMail.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=mail_id).exists()


def in_other_connection(function: Callable[[], Any]) -> Any:
    results = []

    def run() -> None:
        results.append(function())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results[0]


def test_a_mail_that_cannot_be_written_yet_waits_with_the_reason(queue, relay, kind):
    def compose(mail: OutgoingMail) -> Letter:
        raise NotReady("Its PDF cannot be made now.")

    kind(compose)
    mail = queue()
    hand_over(mail.pk)
    assert (status_of(mail), now_of(mail).explanation) == (MailStatus.QUEUED, "Its PDF cannot be made now.")
    assert now_of(mail).due_at > timezone.now()


def test_a_fault_in_writing_one_mail_waits_too_and_stops_no_other(queue, relay, kind):
    first, second = queue("one"), queue("two")

    def compose(mail: OutgoingMail) -> Letter:
        return LETTER if mail.pk == second.pk else 1 / 0

    kind(compose)
    hand_over(first.pk)
    hand_over(second.pk)
    assert (status_of(first), status_of(second)) == (MailStatus.QUEUED, MailStatus.SENT)


def test_three_workers_at_once_send_each_mail_once(queue, relay, in_parallel):
    mails = [queue(str(number)).pk for number in range(30)]
    in_parallel([lambda: [hand_over(pk) for pk in mails]] * 3)
    assert len(relay.taken) == 30
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {MailStatus.SENT}


def test_control_without_the_conditional_claim_they_would_send_more(queue, relay, in_parallel, monkeypatch):
    monkeypatch.setattr(handing, "claim", lambda pk: OutgoingMail.objects.select_related("company").get(pk=pk))
    monkeypatch.setattr(handing, "may_leave", lambda mail, letter: True)
    mail = queue().pk
    in_parallel([lambda: hand_over(mail)] * 3)
    assert len(relay.taken) == 3


def test_a_worker_that_lost_its_lease_does_not_send(queue, relay, kind):
    mail = queue()

    def compose(row: OutgoingMail) -> Letter:
        due_mails(timezone.now() + LEASE + timedelta(seconds=1))  # the sweep thinks that this worker died
        return LETTER

    kind(compose)
    hand_over(mail.pk)
    assert (status_of(mail), relay.taken) == (MailStatus.QUEUED, [])


def dying_worker(mail: OutgoingMail) -> int:
    """Run a worker in a process of its own, and give its exit code."""

    def work() -> None:
        connection.connect()  # what it inherited would stay open in the parent, and hold its locks, when it dies
        hand_over(mail.pk)

    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    worker.join(60)
    return worker.exitcode


def die(*args: Any) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def an_hour_later() -> list[int]:
    return due_mails(timezone.now() + timedelta(hours=1))


@pytest.mark.parametrize("step", ["compose", "reason"])
def test_a_worker_killed_before_the_hand_over_is_replaced(queue, relay, kind, step):
    kind(**{step: die})
    mail = queue()
    assert dying_worker(mail) == -signal.SIGKILL
    assert (status_of(mail), due_mails(timezone.now())) == (MailStatus.SENDING, [])

    kind()
    assert an_hour_later() == [mail.pk]
    OutgoingMail.objects.update(due_at=timezone.now())
    hand_over(mail.pk)
    assert (status_of(mail), len(relay.taken)) == (MailStatus.SENT, 1)


@pytest.mark.parametrize(
    ("module", "step", "taken"),
    [(relaying, "connect", 0), (relaying, "envelope", 0), (relaying, "body", 0), (handing, "record_answer", 1)],
)
def test_a_worker_killed_after_the_hand_over_began_leaves_it_to_a_person(
    queue, relay, monkeypatch, module, step, taken
):
    monkeypatch.setattr(module, step, die)
    mail = queue()
    assert dying_worker(mail) == -signal.SIGKILL
    assert (status_of(mail), len(relay.taken)) == (MailStatus.HANDED_OVER, taken)
    monkeypatch.undo()

    assert due_mails(timezone.now()) == []
    assert an_hour_later() == []
    assert status_of(mail) == MailStatus.UNCERTAIN
    assert len(relay.taken) == taken


def test_control_a_sweep_that_took_back_what_was_handed_over_would_send_twice(queue, relay, monkeypatch):
    monkeypatch.setattr(handing, "record_answer", die)
    mail = queue()
    dying_worker(mail)
    monkeypatch.undo()
    OutgoingMail.objects.filter(status=MailStatus.HANDED_OVER).update(status=MailStatus.QUEUED)
    hand_over(mail.pk)
    assert len(relay.taken) == 2


def test_a_mail_that_kills_its_worker_each_time_is_given_up(queue, kind):
    mail = queue()
    OutgoingMail.objects.update(status=MailStatus.SENDING, attempts=MOST_ATTEMPTS, leased_until=timezone.now())
    assert an_hour_later() == []
    assert status_of(mail) == MailStatus.FAILED


def test_the_sweep_rings_for_what_is_due_however_often_it_runs(queue, relay):
    mail = queue()
    for _ in range(3):
        send_due_mail()
    hand_over(mail.pk)
    assert an_hour_later() == []
    assert len(relay.taken) == 1
