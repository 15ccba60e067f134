"""The morning's mail to those in sales: what is new of their customers, once a day, to who wants it, or none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from billing.models import ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from credit_control.digest_mail import digest_letter, digest_reason
from credit_control.models import SalesDigest
from credit_control.operations import send_digests as sending
from credit_control.operations.find_missed_payments import find_missed_payments
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.send_digests import send_digests
from credit_control.tasks import send_sales_digests
from office.mail import NotToBeSent
from office.models import OutgoingMail
from tests import world
from tests.unguarded import without

pytestmark = pytest.mark.django_db
NIGHT, MORNING = datetime(2026, 3, 11, 4, tzinfo=UTC), datetime(2026, 3, 11, 7, tzinfo=UTC)
"""In Berlin five and eight o'clock."""
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def seller(company: Any) -> Any:
    return world.make_user(company, "sales", daily_digest=True, name="Ada")


@pytest.fixture
def theirs(company: Any, seller: Any) -> Any:
    return world.make_customer(company, "Cedar Ltd", sales_owner_id=seller.pk)


@pytest.fixture
def news(company: Any, theirs: Any) -> None:
    """A day on which much happened to a customer of theirs, and the same to one who is nobody's."""
    with time_machine.travel(NIGHT - timedelta(days=1, hours=-8), tick=False):
        yesterday = company.today()
        find_missed_payments(company, on=yesterday)
        for customer in (theirs, world.make_customer(company, "Nobody AG")):
            world.issue(customer, "300.00", yesterday - timedelta(days=30), due_on=yesterday)
            disputed = world.issue(customer, "40.00", yesterday, due_on=yesterday + timedelta(days=30))
            promised = world.item_of(world.issue(customer, "20.00", yesterday - timedelta(days=60)))
            details = PromiseDetails(yesterday, "Eva", "EUR", item_ids=[promised.pk])
            record_promise(customer.pk, details, on=yesterday, by=None)
            reason = ReasonCode.objects.get(company=company, code="price_disputed").pk
            open_dispute(disputed.entry_id, DisputeDetails(reason), on=yesterday, by=None)
            world.hold(customer, "Looks bad", on=yesterday)


def sent(company: Any, now: datetime) -> int:
    with time_machine.travel(now, tick=False):
        find_missed_payments(company, on=company.today())
        return send_digests(company, now=now)


def mail_of(seller: Any) -> OutgoingMail:
    return OutgoingMail.objects.get(kind="sales_digest", staff=seller)


def test_it_tells_of_their_own_customers_in_the_morning_with_links(
    company: Any, seller: Any, theirs: Any, news: None
) -> None:
    assert sent(company, NIGHT) == 0
    assert sent(company, MORNING) == 1
    letter = digest_letter(mail_of(seller))
    assert (letter.to_email, "Nobody" in letter.text) == (seller.email, False)
    for said in ("New disputes:", "Newly late:", "Put on hold:", "Cedar Ltd: €300.00", "Cedar Ltd: Looks bad"):
        assert said in letter.text
    assert reverse("customers:customer", args=[theirs.pk]) in letter.html
    assert digest_reason(mail_of(seller)) == ""


def test_a_promise_is_told_of_when_it_is_broken(company: Any, seller: Any, news: None) -> None:
    sent(company, MORNING)
    assert sent(company, MORNING + timedelta(days=1)) == 0
    assert sent(company, MORNING + timedelta(days=2)) == 1
    letter = digest_letter(OutgoingMail.objects.filter(kind="sales_digest").latest("pk"))
    assert "Broken promises:" in letter.text
    assert "New disputes" not in letter.text


def test_it_comes_once_a_day_and_never_where_nothing_is_new(company: Any, seller: Any, news: None) -> None:
    assert [sent(company, MORNING + timedelta(hours=hour)) for hour in range(3)] == [1, 0, 0]
    assert sent(company, MORNING + timedelta(days=1)) == 0
    assert OutgoingMail.objects.filter(kind="sales_digest").count() == 1


def test_who_does_not_want_it_or_left_gets_none(company: Any, seller: Any, news: None) -> None:
    seller.daily_digest = False
    seller.save()
    assert sent(company, MORNING) == 0
    seller.daily_digest = True
    seller.save()
    assert sent(company, MORNING) == 1
    seller.companies.clear()
    with pytest.raises(NotToBeSent):
        digest_letter(mail_of(seller))


def test_it_waits_until_somebody_looked_for_what_was_missed(company: Any, seller: Any, news: None) -> None:
    with time_machine.travel(MORNING, tick=False):
        assert send_digests(company, now=MORNING) == 0
    late = MORNING + timedelta(hours=2)
    with time_machine.travel(late, tick=False):
        assert (send_sales_digests(), SalesDigest.objects.count()) == (1, 1)


def test_a_person_says_on_their_page_whether_they_want_it(company: Any, client: Client) -> None:
    person = world.make_user(company, "sales")
    client.force_login(person)
    for wanted in (True, False):
        client.post(reverse("office:profile"), {"daily_digest": "on"} if wanted else {})
        person.refresh_from_db()
        assert person.daily_digest is wanted
        page = client.get(reverse("office:profile")).content.decode()
        assert ("checked" in page) is wanted


def both_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two read what is new before either writes."""
    honest, both = sending.sections_of, Barrier(2)

    def read_together(*args: Any) -> Any:
        both.wait(60)
        return honest(*args)

    monkeypatch.setattr(sending, "sections_of", read_together)


def two_at_once(company: Any, in_parallel: Parallel) -> list[Any]:
    later = MORNING + timedelta(hours=3)
    return in_parallel([partial(send_digests, company, now=later + timedelta(seconds=each)) for each in range(2)])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_one_mail(
    company: Any, seller: Any, news: None, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_read_first(monkeypatch)
    assert sorted(two_at_once(company, in_parallel)) == [0, 1]
    assert (SalesDigest.objects.count(), OutgoingMail.objects.filter(kind="sales_digest").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_day_s_guard_both_are_kept_and_only_the_key_of_the_mail_holds(
    company: Any,
    seller: Any,
    news: None,
    in_parallel: Parallel,
    monkeypatch: pytest.MonkeyPatch,
    superuser_cursor: Any,
) -> None:
    both_read_first(monkeypatch)
    with without(superuser_cursor, "sales_digest_once_a_day"):
        two_at_once(company, in_parallel)
        assert (SalesDigest.objects.count(), OutgoingMail.objects.filter(kind="sales_digest").count()) == (2, 1)
