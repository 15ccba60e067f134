"""Expected loss posted at a month's end: what is missing, once, and released by itself when it is no more."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from threading import Barrier, BrokenBarrierError, Event
from typing import Any

import psycopg2
import pytest
import time_machine

from credit_control.models import ProvisionPosting
from credit_control.operations import provide_month as module
from credit_control.operations.provide_month import provide_month
from credit_control.operations.set_provisions import set_provision_rates, set_specific_provision
from credit_control.providing import provided_until
from ledger.models import AccountRole, Line
from ledger.periods import close_month
from ledger.refusals import Refused
from office.models import AuditRecord, Company
from office.operations.set_exchange_rates import set_exchange_rate
from payments.operations.receive_payment import Share
from payments.operations.write_off import WriteOffDetails, write_off
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
ISSUED = date(2026, 1, 10)
JANUARY, FEBRUARY, MARCH, APRIL = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)
RATES = [(0, Decimal(1)), (1, Decimal(5)), (31, Decimal(25)), (91, Decimal(50))]


def stands(company: Company, role: AccountRole, until: date) -> Decimal:
    """What the accounts of a role come to at the end of a day."""
    lines = Line.objects.filter(account__company_id=company.pk, account__role=role, dated_on__lte=until)
    return sum((line.company_amount for line in lines), Decimal(0))


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def with_rates(company: Any) -> None:
    set_provision_rates(company, date(2026, 1, 1), RATES, late_days=90, on=company.today(), by=None)


@pytest.fixture
def rated(company: Any) -> Any:
    """The company, with rates that hold from 2026 on."""
    with_rates(company)
    return company


def test_it_is_posted_on_the_last_day_and_kept_with_its_bands(rated: Any, customer: Any) -> None:
    world.issue(customer, "1000.00", ISSUED, due_on=date(2026, 1, 20))
    world.issue(customer, "200.01", ISSUED, due_on=date(2026, 2, 10))
    posting = provide_month(rated, ISSUED, by=None)

    assert (posting.on, posting.required, posting.stood, posting.difference) == (JANUARY, Decimal("52.00"), 0, 52)
    assert (posting.entry.kind, posting.entry.dated_on) == ("provide_month", JANUARY)
    assert stands(rated, AccountRole.PROVISION, JANUARY) == -52
    assert stands(rated, AccountRole.IMPAIRMENT, JANUARY) == 52
    assert stands(rated, AccountRole.PROVISION, date(2026, 1, 30)) == 0
    kept = [
        (part.days_from, part.days_to, part.count, part.open, part.percent, part.expected)
        for part in posting.parts.all()
    ]
    assert kept == [
        (0, 0, 1, Decimal("200.01"), 1, 2),
        (1, 30, 1, 1000, 5, 50),
    ]
    assert AuditRecord.objects.filter(action="provide_month", subject_id=posting.pk).count() == 1
    assert check_book() == []


def test_a_whole_life_ends_where_it_began(rated: Any, customer: Any) -> None:
    """Provided for, judged, written off and released: the loss is the debt, and nothing stays behind."""
    lost = world.issue(customer, "800.00", ISSUED, due_on=date(2026, 1, 20))
    paid = world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    provide_month(rated, JANUARY, by=None)
    assert provided_until(rated, JANUARY) == 45  # 900 at 5 percent

    world.apply(world.receive(customer, "100.00", date(2026, 2, 2)), paid, "100.00", date(2026, 2, 2))
    item = world.item_of(lost).pk
    set_specific_provision(customer, Decimal(75), reason="Insolvent", on=date(2026, 2, 20), by=None, item_id=item)
    february = provide_month(rated, FEBRUARY, by=None)
    assert (february.required, february.stood, february.difference) == (600, 45, 555)
    assert [(part.item_id, part.days_from, part.expected) for part in february.parts.all()] == [(item, None, 600)]

    [row] = write_off(
        customer, WriteOffDetails([Share(item, Decimal(800))], reason="Gone"), on=date(2026, 3, 5), by=None
    )
    march = provide_month(rated, MARCH, by=None)
    assert (march.required, march.stood, march.difference) == (0, 600, -600)
    assert march.parts.count() == 0
    by_month = [stands(rated, AccountRole.PROVISION, day) for day in (JANUARY, FEBRUARY, MARCH)]
    assert by_month == [-45, -600, 0]
    assert [stands(rated, AccountRole.IMPAIRMENT, day) for day in (JANUARY, FEBRUARY, MARCH)] == [45, 600, 0]
    assert stands(rated, AccountRole.BAD_DEBT, MARCH) == row.amount == 800
    assert code_of(lambda: provide_month(rated, APRIL, by=None)) == "nothing_to_provide"
    assert check_book() == []


def test_a_second_time_posts_only_what_is_missing_and_later_months_follow(rated: Any, customer: Any) -> None:
    world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    provide_month(rated, JANUARY, by=None)
    provide_month(rated, FEBRUARY, by=None)
    assert code_of(lambda: provide_month(rated, JANUARY, by=None)) == "nothing_to_provide"
    world.issue(customer, "60.00", ISSUED, due_on=date(2026, 1, 20))

    again = provide_month(rated, JANUARY, by=None)
    assert (again.required, again.stood, again.difference) == (8, 5, 3)
    february = provide_month(rated, FEBRUARY, by=None)  # 25 stood there, and the 3 of January
    assert (february.required, february.stood, february.difference) == (40, 28, 12)
    assert check_book() == []


def test_foreign_money_is_provided_for_at_the_days_rate(rated: Any, customer: Any) -> None:
    world.issue(customer, "33.33", ISSUED, due_on=date(2026, 1, 20), currency="USD", exchange_rate=Decimal("0.8"))
    assert code_of(lambda: provide_month(rated, JANUARY, by=None)) == "no_exchange_rate"
    set_exchange_rate(rated, "USD", JANUARY, Decimal("0.9"), by=None)
    posting = provide_month(rated, JANUARY, by=None)
    [part] = posting.parts.all()
    assert (part.expected, part.rate, part.company_expected) == (Decimal("1.67"), Decimal("0.9"), Decimal("1.50"))
    assert (posting.difference, posting.entry.currency) == (Decimal("1.50"), "EUR")


def test_what_cannot_be_provided_for_is_refused_and_nothing_is_entered(company: Any, customer: Any) -> None:
    world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    assert code_of(lambda: provide_month(company, JANUARY, by=None)) == "no_provision_rates"
    with_rates(company)
    assert code_of(lambda: provide_month(company, date(2025, 12, 1), by=None)) == "no_provision_rates"
    assert code_of(lambda: provide_month(company, company.today(), by=None)) == "month_not_over"
    close_month(company.pk, JANUARY)
    assert code_of(lambda: provide_month(company, JANUARY, by=None)) == "period_closed"
    with time_machine.travel("2026-02-28 12:00", tick=False):
        assert code_of(lambda: provide_month(company, FEBRUARY, by=None)) == "month_not_over"
    with time_machine.travel("2026-03-01 12:00", tick=False):
        assert provide_month(company, FEBRUARY, by=None).difference == 25
    assert ProvisionPosting.objects.count() == 1
    assert Line.objects.filter(account__role=AccountRole.PROVISION).count() == 1


def test_it_never_changes(rated: Any, customer: Any, superuser_cursor: Any) -> None:
    world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    provide_month(rated, JANUARY, by=None)
    for change in ("UPDATE credit_control_provisionposting SET stood = 1", "DELETE FROM credit_control_provisionpart"):
        with pytest.raises(psycopg2.Error, match="append-only"):
            superuser_cursor.execute(change)


At = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_post_a_month_once(in_parallel: At) -> None:
    company = office_that_is_owed()
    results = in_parallel([lambda: provide_month(company, JANUARY, by=None)] * 2)
    assert sum(isinstance(each, Refused) for each in results) == 1
    assert provided_until(company, JANUARY) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False])
def test_two_months_at_once_each_know_what_the_other_posted(
    in_parallel: At, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    """Both read before either posts, where the lock lets them; without it February misses January's (control)."""
    company = office_that_is_owed()
    both_read, january_done, posts, seconds = Barrier(2), Event(), module.post, 1.5 if is_locked else 20

    def waiting(posting: Any) -> Any:
        with suppress(BrokenBarrierError):
            both_read.wait(timeout=seconds)
        if posting.entry.dated_on == FEBRUARY:
            january_done.wait(timeout=seconds)
        return posts(posting)

    def january() -> None:
        provide_month(company, JANUARY, by=None)
        january_done.set()

    monkeypatch.setattr(module, "post", waiting)
    if not is_locked:
        monkeypatch.setattr(module.Company.objects, "select_for_update", lambda **_: Company.objects.all())
    in_parallel([january, lambda: provide_month(company, FEBRUARY, by=None)])
    assert ProvisionPosting.objects.count() == 2

    wrong = [finding for finding in check_book() if "missing beside those before it" in finding.check]
    assert bool(wrong) is not is_locked


def office_that_is_owed() -> Company:
    """A company with rates and 100.00 that are eleven days late at the end of January."""
    company = world.make_company()
    with_rates(company)
    world.issue(world.make_customer(company), "100.00", ISSUED, due_on=date(2026, 1, 20))
    return company


def test_on_screen_by_who_may(rated: Any, customer: Any, client: Any) -> None:
    world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    manager = world.make_user(rated, "manager")
    client.force_login(manager)
    page = client.get("/reports/provision/?on=2026-01-31").content.decode()
    assert "Post for January 2026" in page
    page = client.post("/provisions/post/", {"month": "2026-01"}, follow=True).content.decode()
    assert "Posted for January 2026." in page
    assert "1 to 30 days late" in page
    assert "Post for January 2026" not in client.get("/reports/provision/?on=2026-01-31").content.decode()
    page = client.post("/provisions/post/", {"month": "2026-01"}, follow=True).content.decode()
    assert "Nothing is missing for January 2026." in page
    assert (
        "Write the month as 2026-02." in client.post("/provisions/post/", {"month": "x"}, follow=True).content.decode()
    )
    provide_month(rated, FEBRUARY, by=None)
    world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    page = client.post("/provisions/post/", {"month": "2026-01"}, follow=True).content.decode()
    assert "February 2026 was posted before" in page
    entry = ProvisionPosting.objects.earliest("pk").entry_id
    assert client.get(f"/papers/{entry}/")["Location"].startswith("/provisions/")

    client.force_login(world.make_user(rated, "clerk"))
    assert client.get("/provisions/").status_code == 200
    assert "Post for" not in client.get("/reports/provision/?on=2026-01-31").content.decode()
    assert client.post("/provisions/post/", {"month": "2026-01"}).status_code == 403


def test_by_program(rated: Any, customer: Any) -> None:
    world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    program = Program(world.make_user(rated, "manager"))
    made = program.post("provision-postings/", {"month": "2026-01-05"}).json()
    assert (made["on"], made["difference"], made["parts"][0]["expected"]) == ("2026-01-31", "5.00", "5.00")
    assert program.get("provision-postings/").json()["results"][0]["expected_loss"] == "5.00"
    assert program.get(f"provision-postings/{made['id']}/").json() == made
    assert refused(program.post("provision-postings/", {"month": "2026-01-05"})) == (409, "nothing_to_provide")
    clerk = Program(world.make_user(rated, "clerk"))
    assert clerk.post("provision-postings/", {"month": "2026-01-05"}).status_code == 403


def test_who_sees_only_own_customers_sees_no_postings(rated: Any, customer: Any, client: Any) -> None:
    world.issue(customer, "100.00", ISSUED, due_on=date(2026, 1, 20))
    posting = provide_month(rated, JANUARY, by=None)
    client.force_login(world.make_user(rated, "manager", only_own_customers=True))
    assert client.get(f"/provisions/{posting.pk}/").status_code == 404
    assert "5.00" not in client.get("/provisions/").content.decode()
    page = client.get("/reports/provision/?on=2026-01-31").content.decode()
    assert "A part of the book" in page
    assert "Provision account" not in page
    refusal = client.post("/provisions/post/", {"month": "2026-02"})
    assert refusal.status_code == 403
