"""Mail leaves once: with real relays that accept, refuse and hang up, and with workers that die at each step."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.mail import Letter, MailKind, NotReady, queue_mail, register_kind
from office.mail import handing_over as handing
from office.mail import relay as relaying
from office.mail.handing_over import LEASE, MOST_ATTEMPTS, hand_over, next_try
from office.mail.kinds import KINDS
from office.mail.sweep import due_mails
from office.models import AuditRecord, Company, MailStatus, OutgoingMail
from office.operations.settle_mail import settle_mail
from office.tasks import send_due_mail
from office.work import bells
from tests.bells import cut_off
from tests.office.mailing import become
from tests.relay import free_port
from tests.world import make_company, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)

LETTER = Letter("Ada", "ada@buyer.example", "Hello", "First line\n.\nafter a lone dot\n")


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture
def kind() -> Iterator[Callable[..., None]]:
    """Registers the kind "test", with what a test wants of it."""

    def register(compose: Any = lambda mail: LETTER, reason: Any = lambda mail: "") -> None:
        register_kind(MailKind("test", compose, reason, lambda user: Company.objects.all()))

    register()
    yield register
    del KINDS["test"]


@pytest.fixture
def queue(company: Company, kind: Any) -> Callable[..., OutgoingMail]:
    contact = make_customer(company).contacts.get()

    def write(key: str = "one") -> OutgoingMail:
        return queue_mail(
            key=key,
            kind="test",
            company=company,
            customer_id=contact.customer_id,
            contact_id=contact.pk,
            about=company,
            to_email="ada@buyer.example",
            subject="Hello",
        )

    return write


def now_of(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def status_of(mail: OutgoingMail) -> str:
    return now_of(mail).status


# What is written, and the bell


def test_the_same_key_is_one_mail(queue):
    assert queue("one").pk == queue("one").pk
    assert OutgoingMail.objects.count() == 1


def test_the_same_key_at_once_is_one_mail(queue, in_parallel):
    rows = in_parallel([lambda: queue("one").pk] * 8)
    assert len(set(rows)) == 1
    assert OutgoingMail.objects.count() == 1


def test_what_is_rolled_back_leaves_no_mail(queue):
    with suppress(ZeroDivisionError), transaction.atomic():
        queue("one")
        _ = 1 / 0
    assert not OutgoingMail.objects.exists()


def test_a_dead_broker_fails_nobody_and_the_sweep_still_finds_the_mail(queue, monkeypatch):
    cut_off(monkeypatch)
    with transaction.atomic():
        mail = queue("one")
    assert due_mails(timezone.now()) == [mail.pk]


# What leaves


def test_a_mail_is_taken_by_the_relay_once_as_it_was_written(queue, relay):
    mail = queue()
    hand_over(mail.pk)
    hand_over(mail.pk)

    [taken] = relay.taken
    assert status_of(mail) == MailStatus.SENT
    assert taken["To"] == "Ada <ada@buyer.example>"
    assert taken["From"] == "Alder Ltd <billing@duebook.example>"
    assert taken["Reply-To"] == "Alder Ltd <billing@alder.example>"
    assert taken["Message-ID"] == mail.message_id
    assert taken.get_content().splitlines() == LETTER.text.splitlines()


def test_line_breaks_typed_in_names_and_subjects_add_no_header(queue, relay, kind):
    kind(lambda mail: Letter("Ada\r\nBcc: eve@evil.example", "ada@buyer.example", "Hi\r\nBcc: eve@evil.example", "x"))
    hand_over(queue().pk)
    [taken] = relay.taken
    assert taken["Bcc"] is None
    assert taken["Subject"] == "Hi Bcc: eve@evil.example"


def test_without_a_relay_the_whole_mail_is_kept(queue, settings):
    settings.EMAIL_URL = ""
    mail = queue()
    hand_over(mail.pk)
    assert status_of(mail) == MailStatus.SENT
    assert b"after a lone dot" in bytes(now_of(mail).kept_message)


def test_a_mail_that_is_not_due_stays(queue, relay):
    mail = queue()
    OutgoingMail.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    hand_over(mail.pk)
    assert (status_of(mail), relay.taken) == (MailStatus.QUEUED, [])


# What the relay says


def test_a_relay_that_is_not_there_is_tried_again_later(queue, settings):
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    mail = queue()
    hand_over(mail.pk)
    assert status_of(mail) == MailStatus.QUEUED
    assert now_of(mail).due_at > timezone.now()
    assert "No connection" in now_of(mail).explanation


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_a_refusal_for_now_is_tried_again_and_then_leaves_once(queue, relay, step):
    setattr(relay, step, lambda: "451 Try later")
    mail = queue()
    hand_over(mail.pk)
    assert status_of(mail) == MailStatus.QUEUED
    assert now_of(mail).explanation == "The mail relay said: 451 Try later"

    setattr(relay, step, lambda: "250 OK")
    OutgoingMail.objects.update(due_at=timezone.now())
    hand_over(mail.pk)
    assert status_of(mail) == MailStatus.SENT
    assert (now_of(mail).attempts, len(relay.taken)) == (2, 1)


@pytest.mark.parametrize(("step", "status"), [("at_rcpt", MailStatus.BOUNCED), ("at_data", MailStatus.FAILED)])
def test_a_refusal_for_good_is_shown_and_not_tried_again(queue, relay, step, status):
    setattr(relay, step, lambda: "550 No such person")
    mail = queue()
    hand_over(mail.pk)
    assert status_of(mail) == status
    assert now_of(mail).explanation.endswith("The mail relay said: 550 No such person")
    assert due_mails(timezone.now() + timedelta(days=1)) == []


def test_an_answer_lost_after_the_body_is_uncertain_and_never_sent_again_by_itself(queue, relay):
    relay.at_data = lambda: "250 Taken, then hang up"
    mail = queue()
    hand_over(mail.pk)
    assert status_of(mail) == MailStatus.UNCERTAIN
    assert due_mails(timezone.now() + timedelta(days=1)) == []
    assert len(relay.taken) == 1


@pytest.mark.parametrize(("patience", "status"), [(90, MailStatus.SENT), (0.1, MailStatus.UNCERTAIN)])
def test_a_relay_that_looks_through_a_mail_is_given_the_time(queue, relay, monkeypatch, patience, status):
    def slowly() -> str:
        time.sleep(1)
        return "250 Taken"

    monkeypatch.setattr(relaying, "SECONDS", 0.5)
    monkeypatch.setattr(relaying, "ANSWER_SECONDS", patience)
    relay.at_data = slowly
    mail = queue()
    hand_over(mail.pk)
    assert status_of(mail) == status


def test_a_relay_that_refuses_for_ever_is_given_up(queue, settings):
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    mail = queue()
    for _ in range(MOST_ATTEMPTS):
        OutgoingMail.objects.update(due_at=timezone.now())
        hand_over(mail.pk)
    assert status_of(mail) == MailStatus.FAILED
    assert now_of(mail).attempts == MOST_ATTEMPTS


def test_each_wait_is_twice_as_long_up_to_four_hours():
    now = timezone.now()
    waits = [(next_try(attempts, now) - now).total_seconds() // 60 for attempts in (1, 2, 3, 7, 8, 12)]
    assert waits == [2, 4, 8, 128, 240, 240]


# The last moment, and what cannot be written


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


# Several workers


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


# Workers that die


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


# What a person decides


MOVES = [
    ("uncertain", "retry", "queued"),
    ("uncertain", "sent", "sent"),
    ("uncertain", "cancel", "cancelled"),
    ("failed", "retry", "queued"),
    ("failed", "cancel", "cancelled"),
    ("cancelled", "retry", "queued"),
    ("queued", "cancel", "cancelled"),
]


@pytest.mark.parametrize(("before", "outcome", "after"), MOVES)
def test_a_person_settles_what_waits_for_them_and_the_audit_says_who(queue, company, before, outcome, after):
    manager = make_user(company, "manager")
    mail = queue()
    become(before)
    settle_mail(mail.pk, outcome, by=manager)
    assert status_of(mail) == after
    record = AuditRecord.objects.get(action="settle_mail", subject_id=mail.pk)
    assert (record.by, record.before, record.after) == (manager, {"status": before}, {"status": after})


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_a_person_sends_again_rings_the_bell_for_itself(queue, monkeypatch):
    mail = queue()
    become("failed")
    rung = []
    monkeypatch.setattr(bells.current_app, "send_task", lambda name, args=(), **_: rung.append((name, *args)))
    settle_mail(mail.pk, "retry", by=None)
    assert rung == [("office.tasks.hand_over_mail", mail.pk)]


REFUSED = {(before, outcome) for before in MailStatus.values for outcome in ("retry", "sent", "cancel")}
REFUSED -= {move[:2] for move in MOVES}


@pytest.mark.parametrize(("before", "outcome"), sorted(REFUSED))
def test_every_other_decision_is_refused_and_changes_nothing(queue, before, outcome):
    mail = queue()
    become(before)
    with pytest.raises(Refused) as refusal:
        settle_mail(mail.pk, outcome, by=None)
    assert refusal.value.code == "invalid_move"
    assert status_of(mail) == before
    assert not AuditRecord.objects.filter(action="settle_mail").exists()


def test_a_mail_sent_again_by_a_person_keeps_its_message_id(queue, relay):
    relay.at_data = lambda: "250 Taken, then hang up"
    mail = queue()
    hand_over(mail.pk)
    settle_mail(mail.pk, "retry", by=None)
    relay.at_data = lambda: "250 Taken"
    hand_over(mail.pk)
    first, second = relay.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert status_of(mail) == MailStatus.SENT
