"""Mails that can wait leave in office hours, and no more of a day to one customer than the company says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from time_machine import TimeMachineFixture

from office.hours.sending_hours import sending_day
from office.mail import Letter, MailKind, handing_over, queue_mail, register_kind
from office.mail.handing_over import hand_over
from office.mail.kinds import KINDS
from office.mail.sweep import due_mails
from office.models import Company, MailStatus, OutgoingMail, User
from tests.meeting import all_after
from tests.world import make_company, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)

LETTER = Letter("Ada", "ada@buyer.example", "Hello", "Words")
FRIDAY = datetime(2024, 5, 31, 10, tzinfo=UTC)
SATURDAY = datetime(2024, 6, 1, 10, tzinfo=UTC)
MONDAY = datetime(2024, 6, 3, 6, tzinfo=UTC)
"""Eight o'clock in Berlin."""


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Mails of the kind "waits" wait, those of the kind "at once" do not."""
    seen_by = lambda user: User.objects.all()  # noqa: E731
    register_kind(MailKind("waits", lambda mail: LETTER, lambda mail: "", seen_by, waits=True))
    register_kind(MailKind("at once", lambda mail: LETTER, lambda mail: "", seen_by))
    yield
    del KINDS["waits"], KINDS["at once"]


@pytest.fixture
def queue(company: Company) -> Callable[..., OutgoingMail]:
    customer = make_customer(company)
    people = [make_user(company) for _ in range(12)]

    def write(number: int = 0, kind: str = "waits", key: str = "", **said: Any) -> OutgoingMail:
        contact = customer.contacts.get()
        to = {"customer_id": customer.pk, "contact_id": contact.pk, "to_email": "ada@buyer.example"} | said
        key = key or f"{kind}{number}"
        return queue_mail(key=key, kind=kind, company=company, about=people[number], subject="Hello", **to)

    return write


def now_of(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def state_of(mail: OutgoingMail) -> tuple[str, datetime]:
    return now_of(mail).status, now_of(mail).due_at


def test_rem_08_what_is_planned_for_a_saturday_leaves_on_monday_once(queue, relay, time_machine: TimeMachineFixture):
    time_machine.move_to(SATURDAY, tick=False)
    mail = queue()
    assert (mail.due_at, mail.explanation) == (MONDAY, "Waits for office hours where it is read.")
    hand_over(mail.pk)
    assert (due_mails(SATURDAY), relay.taken) == ([], [])

    time_machine.move_to(MONDAY, tick=False)
    assert due_mails(MONDAY) == [mail.pk]
    hand_over(mail.pk)
    hand_over(queue().pk)  # asked for a second time
    assert len(relay.taken) == 1
    assert (now_of(mail).status, now_of(mail).explanation) == (MailStatus.SENT, "")


def test_rem_08_or_on_the_friday_before_where_the_company_chose_so(company, queue, relay, time_machine):
    company.mail_off_days = "before"
    assert sending_day(SATURDAY.date(), company) == FRIDAY.date()
    time_machine.move_to(FRIDAY, tick=False)
    hand_over(queue().pk)
    assert len(relay.taken) == 1


def test_a_mail_that_somebody_sends_leaves_at_once_on_a_saturday(queue, relay, time_machine):
    time_machine.move_to(SATURDAY, tick=False)
    hand_over(queue(kind="at once").pk)
    assert len(relay.taken) == 1


def test_a_retry_that_falls_into_the_evening_waits_for_the_morning(queue, relay, time_machine):
    relay.at_rcpt = lambda: "451 Later"
    time_machine.move_to(datetime(2024, 5, 31, 15, 59, tzinfo=UTC), tick=False)
    mail = queue()
    hand_over(mail.pk)
    relay.at_rcpt = lambda: "250 OK"
    time_machine.move_to(datetime(2024, 5, 31, 16, 5, tzinfo=UTC), tick=False)
    hand_over(mail.pk)
    assert (state_of(mail), relay.taken) == ((MailStatus.QUEUED, MONDAY), [])


def test_hours_are_those_where_it_is_read(queue, time_machine):
    time_machine.move_to(FRIDAY, tick=False)
    assert queue(country="JP").due_at == datetime(2024, 6, 2, 23, tzinfo=UTC)


# So many a day


def test_what_is_above_the_limit_of_a_day_waits_for_the_next_working_day_and_says_why(queue, relay, time_machine):
    time_machine.move_to(FRIDAY, tick=False)
    mails = [queue(number) for number in range(4)]
    for mail in mails:
        hand_over(mail.pk)
    assert [now_of(mail).status for mail in mails] == [MailStatus.SENT] * 3 + [MailStatus.QUEUED]
    assert state_of(mails[3]) == (MailStatus.QUEUED, MONDAY)
    assert now_of(mails[3]).explanation == "Waits for the next working day: 3 mails left for this customer today."

    time_machine.move_to(MONDAY, tick=False)
    hand_over(mails[3].pk)
    assert (now_of(mails[3]).status, len(relay.taken)) == (MailStatus.SENT, 4)


def test_the_day_is_that_of_the_reader(queue, relay, time_machine):
    """At eight on Monday in Tokyo it is Sunday still in Berlin."""
    time_machine.move_to(datetime(2024, 6, 2, 23, tzinfo=UTC), tick=False)
    mails = [queue(number, country="JP") for number in range(4)]
    for mail in mails:
        hand_over(mail.pk)
    assert state_of(mails[3]) == (MailStatus.QUEUED, datetime(2024, 6, 3, 23, tzinfo=UTC))


def test_one_paper_to_several_people_is_one(company, queue, relay, time_machine):
    Company.objects.update(mail_daily_limit=1)
    time_machine.move_to(FRIDAY, tick=False)
    for key in ("eva", "otto"):
        hand_over(queue(key=key).pk)
    hand_over(queue(1).pk)
    assert len(relay.taken) == 2


def test_what_goes_at_once_is_neither_stopped_nor_counted(queue, relay, time_machine):
    Company.objects.update(mail_daily_limit=1)
    time_machine.move_to(FRIDAY, tick=False)
    hand_over(queue(1, kind="at once").pk)
    hand_over(queue(2).pk)
    hand_over(queue(3, kind="at once").pk)
    assert len(relay.taken) == 3


def test_a_refused_mail_takes_nobodys_turn(queue, relay, time_machine):
    Company.objects.update(mail_daily_limit=1)
    time_machine.move_to(FRIDAY, tick=False)
    relay.at_rcpt = lambda: "554 No"
    hand_over(queue(1).pk)
    relay.at_rcpt = lambda: "250 OK"
    hand_over(queue(2).pk)
    assert len(relay.taken) == 1


def test_no_limit_lets_all_leave(queue, relay, time_machine):
    Company.objects.update(mail_daily_limit=0)
    time_machine.move_to(FRIDAY, tick=False)
    for number in range(5):
        hand_over(queue(number).pk)
    assert len(relay.taken) == 5


def claimed_at_once(queue: Any, in_parallel: Any) -> int:
    """How many of twelve mails to one customer are taken by as many workers in the same moment."""
    mails = [queue(number) for number in range(12)]
    taken = in_parallel([lambda pk=mail.pk: handing_over.claim(pk) for mail in mails])
    assert [each for each in taken if isinstance(each, Exception)] == []
    return sum(each is not None for each in taken)


def test_workers_at_once_take_no_more_than_the_limit(queue, in_parallel, time_machine):
    time_machine.move_to(FRIDAY, tick=False)
    assert claimed_at_once(queue, in_parallel) == 3


def test_without_the_lock_they_take_more(queue, in_parallel, time_machine, monkeypatch):
    time_machine.move_to(FRIDAY, tick=False)
    monkeypatch.setattr(handing_over, "hold_customer", lambda mail: None)
    monkeypatch.setattr(handing_over, "its_turn", all_after(handing_over.its_turn, 12))
    assert claimed_at_once(queue, in_parallel) == 12


# To one of us


def test_a_mail_to_one_of_us_names_no_customer_and_is_not_counted(company, queue, relay, time_machine):
    Company.objects.update(mail_daily_limit=1)
    time_machine.move_to(FRIDAY, tick=False)
    for number in range(2):
        mail = queue(number, customer_id=None, contact_id=None, staff=make_user(company, "manager"))
        hand_over(mail.pk)
        assert now_of(mail).status == MailStatus.SENT


def test_a_mail_goes_to_a_contact_or_to_one_of_us(company, queue):
    for said in ({"staff": make_user(company)}, {"customer_id": None}, {"customer_id": None, "contact_id": None}):
        with pytest.raises(DatabaseError, match="mail_to_a_contact_or_to_staff"), transaction.atomic():
            queue(**said)
    assert not OutgoingMail.objects.exists()


def test_hours_are_some_of_a_day(company):
    for hours in ({"mail_from_hour": 18}, {"mail_until_hour": 25}):
        with pytest.raises(DatabaseError, match="company_mails_within_a_day"), transaction.atomic():
            Company.objects.filter(pk=company.pk).update(**hours)


def test_the_wait_is_over_in_a_day_and_not_in_an_hour(queue, relay, time_machine):
    Company.objects.update(mail_daily_limit=1)
    time_machine.move_to(FRIDAY, tick=False)
    hand_over(queue(1).pk)
    mail = queue(2)
    hand_over(mail.pk)
    time_machine.move_to(FRIDAY + timedelta(hours=1), tick=False)
    hand_over(mail.pk)
    assert state_of(mail) == (MailStatus.QUEUED, MONDAY)
