"""Mail leaves once: with real relays that accept, refuse and hang up."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from office.mail import Letter
from office.mail import relay as relaying
from office.mail.handing_over import MOST_ATTEMPTS, hand_over, next_try
from office.mail.sweep import due_mails
from office.models import Company, MailStatus, OutgoingMail
from tests.bells import cut_off
from tests.office.outgoing import LETTER, now_of, own_kind, queueing, status_of
from tests.relay import free_port
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
