"""Hands that send mail: as many as there are, mail after mail, however often they are rung for."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from office import tasks
from office.mail import Letter, MailKind, queue_mail, register_kind, sweep
from office.mail.handing_over import hand_over
from office.mail.kinds import KINDS
from office.models import Company, MailStatus, OutgoingMail
from office.tasks import AT_A_STRETCH, HANDS, hand_over_due_mail, send_due_mail
from tests.world import make_company, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def due() -> Iterator[Callable[[int], list[OutgoingMail]]]:
    """Makes so many mails that are due."""
    company = make_company()
    contact = make_customer(company).contacts.get()
    letter = Letter("Ada", "ada@buyer.example", "Hello", "Good day\n")
    register_kind(MailKind("hands", lambda mail: letter, lambda mail: "", lambda user: Company.objects.all()))

    def write(count: int) -> list[OutgoingMail]:
        asked = {"kind": "hands", "company": company, "about": contact, "customer_id": contact.customer_id}
        asked |= {"contact_id": contact.pk, "to_email": "ada@buyer.example", "subject": "Hello"}
        return [queue_mail(key=f"{place}", **asked) for place in range(count)]

    yield write
    del KINDS["hands"]


def states() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("status", flat=True))


def test_however_often_it_is_rung_no_more_hands_are_called_than_there_are_and_none_waits_for_long(due, monkeypatch):
    due(HANDS + 4)
    called = []
    monkeypatch.setattr(hand_over_due_mail, "apply_async", lambda **said: called.append(said))
    assert send_due_mail() == HANDS + 4
    assert called == [{"expires": AT_A_STRETCH}] * HANDS


def test_a_hand_sends_mail_after_mail_and_leaves_what_others_have(due, relay, monkeypatch):
    mails = due(5)
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    until = timezone.now() + timedelta(minutes=5)
    OutgoingMail.objects.filter(pk=mails[0].pk).update(status=MailStatus.SENDING, leased_until=until)
    hand_over_due_mail()
    assert states() == [MailStatus.SENDING, *[MailStatus.SENT] * 4]


def test_a_hand_gives_its_worker_back_after_a_minute(due, relay, monkeypatch):
    due(3)
    clock = iter([0, 1, AT_A_STRETCH + 1])
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    hand_over_due_mail()
    assert len(relay.taken) == 1


def test_a_hand_ends_where_all_that_is_due_is_in_other_hands(due, monkeypatch):
    due(2)
    monkeypatch.setattr(tasks, "hand_over", lambda mail_id: None)
    hand_over_due_mail()
    assert states() == [MailStatus.QUEUED] * 2


def test_a_hand_goes_on_behind_mails_that_only_wait_for_another_hour(due, relay, monkeypatch):
    mails = due(6)
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    later = timezone.now() + timedelta(hours=8)

    def postpone_or_send(mail_id: int) -> None:
        if mail_id in {mail.pk for mail in mails[:4]}:
            OutgoingMail.objects.filter(pk=mail_id).update(due_at=later)
        else:
            hand_over(mail_id)

    monkeypatch.setattr(tasks, "hand_over", postpone_or_send)
    hand_over_due_mail()
    assert states() == [MailStatus.QUEUED] * 4 + [MailStatus.SENT] * 2


def test_a_mail_that_cannot_be_taken_stops_no_other_and_is_told(due, relay, monkeypatch):
    mails = due(4)

    def breaks_at_the_second(mail_id: int) -> None:
        if mail_id == mails[1].pk:
            raise ValueError("No such zone")
        hand_over(mail_id)

    monkeypatch.setattr(tasks, "hand_over", breaks_at_the_second)
    with pytest.raises(ValueError, match="No such zone"):
        hand_over_due_mail()
    assert states() == [MailStatus.SENT, MailStatus.QUEUED, MailStatus.SENT, MailStatus.SENT]


def test_several_hands_at_once_send_each_mail_once(due, relay, in_parallel: Callable[[list[Any]], list[Any]]):
    due(12)
    assert [each for each in in_parallel([hand_over_due_mail] * 4) if each is not None] == []
    sent = [mail["Message-ID"] for mail in relay.taken]
    assert (len(sent), len(set(sent)), set(states())) == (12, 12, {MailStatus.SENT})
