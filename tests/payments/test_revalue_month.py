"""Foreign money at a month's end: entered, taken back the day after, and never counted twice."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
import pytest

from ledger.balances import control_balance
from ledger.models import AccountRole, Line
from ledger.refusals import Refused
from office.models import Company
from office.operations.set_exchange_rates import set_exchange_rate
from payments.models import Revaluation
from payments.operations.revalue_month import revalue_month
from payments.revaluing import worth_on
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
ISSUED, END, NEXT, PAID = date(2026, 1, 10), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 20)


def gains(company: Company, until: date) -> Decimal:
    """What exchange has brought until a day; above zero for a gain."""
    lines = Line.objects.filter(account__company_id=company.pk, account__role=AccountRole.EXCHANGE, dated_on__lte=until)
    return -sum((line.company_amount for line in lines), Decimal(0))


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


@pytest.fixture
def owed(company: Any, customer: Any) -> Any:
    """200.00 USD at 0.80, worth 0.90 at the month's end."""
    set_exchange_rate(company, "USD", END, Decimal("0.9"), by=None)
    return world.issue(customer, "200.00", ISSUED, currency="USD", exchange_rate=Decimal("0.8"))


def test_it_is_entered_on_the_last_day_and_taken_back_the_day_after(company: Any, owed: Any) -> None:
    [worth] = worth_on(company, END)
    assert (worth.balance, worth.carried, worth.worth, worth.missing) == (200, 160, 180, 20)
    [row] = revalue_month(company, ISSUED, by=None)

    assert (row.on, row.difference, row.entry.dated_on, row.reversal_entry.dated_on) == (END, 20, END, NEXT)
    assert (gains(company, END), gains(company, NEXT)) == (20, 0)
    assert control_balance(company.pk, END)["USD"] == (200, 160)  # no open item is touched
    assert check_book() == []


def test_all_06_settling_realises_the_same_with_it_and_without(company: Any, customer: Any, owed: Any) -> None:
    revalue_month(company, ISSUED, by=None)
    receipt = world.receive(customer, "200.00", PAID, currency="USD", exchange_rate=Decimal("0.95"))
    world.apply(receipt, owed, "200.00", PAID)

    assert gains(company, PAID) == 30  # 200 x (0.95 - 0.80)
    assert world.item_of(owed).balance == 0
    assert check_book() == []


def test_a_second_time_enters_only_what_is_missing(company: Any, customer: Any, owed: Any) -> None:
    revalue_month(company, ISSUED, by=None)
    assert code_of(lambda: revalue_month(company, ISSUED, by=None)) == "nothing_to_revalue"
    world.issue(customer, "100.00", ISSUED, currency="USD", exchange_rate=Decimal("0.8"))

    [row] = revalue_month(company, ISSUED, by=None)
    assert row.difference == 10
    assert (gains(company, END), gains(company, NEXT)) == (30, 0)


def test_what_cannot_be_revalued_is_refused_and_nothing_is_entered(company: Any, customer: Any, owed: Any) -> None:
    world.issue(customer, "100.00", ISSUED, currency="GBP", exchange_rate=Decimal("1.2"))
    assert code_of(lambda: revalue_month(company, ISSUED, by=None)) == "no_exchange_rate"
    assert code_of(lambda: revalue_month(company, company.today(), by=None)) == "month_not_over"
    assert not Revaluation.objects.exists()


def test_what_is_settled_is_worth_nothing(company: Any, customer: Any, owed: Any) -> None:
    receipt = world.receive(customer, "200.00", ISSUED, currency="USD", exchange_rate=Decimal("0.8"))
    world.apply(receipt, owed, "200.00", ISSUED)
    [worth] = worth_on(company, END)  # the money stands on the bank, in dollars still
    assert (worth.balance, worth.carried) == (200, 160)


def test_it_never_changes(company: Any, owed: Any, superuser_cursor: Any) -> None:
    revalue_month(company, ISSUED, by=None)
    with pytest.raises(psycopg2.Error, match="append-only"):
        superuser_cursor.execute("UPDATE payments_revaluation SET difference = 1")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_enter_it_once(in_parallel: Callable[[Sequence[Callable[[], Any]]], list[Any]]) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    set_exchange_rate(company, "USD", END, Decimal("0.9"), by=None)
    world.issue(customer, "200.00", ISSUED, currency="USD", exchange_rate=Decimal("0.8"))
    results = in_parallel([lambda: revalue_month(company, ISSUED, by=None)] * 2)

    assert sum(isinstance(each, Refused) for each in results) == 1
    assert gains(company, END) == 20


def test_on_screen_and_by_program(company: Any, owed: Any, client: Any) -> None:
    manager = world.make_user(company, "manager")
    client.force_login(manager)
    page = client.get("/revaluation/?month=2026-01").content.decode()
    assert "$200.00" in page
    page = client.post("/revaluation/", {"month": "2026-01"}, follow=True).content.decode()
    assert "Entered for USD, and taken back next day." in page
    page = client.post("/revaluation/", {"month": "2026-01"}, follow=True).content.decode()
    assert "Nothing is to be entered for January 2026." in page

    program = Program(manager)
    assert program.get("revaluations/").json()["results"][0]["difference"] == "20.00"
    assert refused(program.post("revaluations/", {"month": "2026-01-05"})) == (409, "nothing_to_revalue")
    client.force_login(world.make_user(company, "clerk"))
    assert client.get("/revaluation/").status_code == 403
