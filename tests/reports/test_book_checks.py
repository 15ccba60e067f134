"""The page of book checks: the tie-out of any day, and who may ask for a whole check."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.operations.void_invoice import void_invoice
from ledger.refusals import Refused
from office.models import AuditRecord, Run
from office.tasks import carry_out_run
from payments.operations.reverse_receipt import reverse_receipt
from reports.nightly import KIND
from reports.operations.begin_book_check import ask_book_check, begin_book_check
from reports.tie_out import tie_out
from tests import world
from tests.history import make_history

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)


def amounts(company: Any, on: date) -> dict[str, dict[str, Decimal]]:
    return {each.currency: {tie.key: tie.amount for tie in each.ties} for each in tie_out(company.pk, on)}


def test_four_ways_lead_to_one_figure_on_every_day(company: Any, customer: Any) -> None:
    invoice, wrong = world.issue(customer, "100.00", DAY), world.issue(customer, "7.00", DAY)
    world.apply(world.receive(customer, "30.00", date(2026, 3, 4)), invoice, "30.00", date(2026, 3, 4))
    void_invoice(wrong.pk, reason="Twice", by=None, on=date(2026, 3, 5))

    def of(day: int) -> set[Decimal]:
        return set(amounts(company, date(2026, 3, day))["EUR"].values())

    assert [of(2), of(4), of(5)] == [{107}, {77}, {70}]
    assert amounts(company, date(2026, 3, 1)) == {}
    tied = tie_out(company.pk, date(2026, 3, 5))[0]
    assert (tied.is_tied, tied.papers) == (True, {"billed": 100, "money": -30})
    assert [tie.key for tie in tie_out(company.pk, DAY, whole=False)[0].ties] == ["open", "control"]


def test_all_that_can_happen_ties_out(company: Any, customer: Any) -> None:
    make_history(company, customer)
    days = [date(2026, month, 28) for month in range(1, 13)]

    found = [each for other in type(company).objects.all() for day in days for each in tie_out(other.pk, day)]
    assert len(found) > 9
    assert {kind for each in found for kind in each.papers} == {
        "billed",
        "money",
        "refunds",
        "written_off",
        "late",
        "others",
    }
    assert [each for each in found if not each.is_tied] == []


@pytest.mark.parametrize(
    ("planted", "way", "difference"),
    [
        ("UPDATE billing_invoice SET net = net + 1, total = total + 1", "papers", 1),
        ("UPDATE payments_receipt SET amount = amount + 2", "papers", -2),
        ("UPDATE ledger_openitem SET balance = balance - 1 WHERE amount > 0", "open", -1),
        ("UPDATE ledger_allocation SET debit_id = credit_id", "open", 0),
        ("UPDATE ledger_openitem SET amount = amount + 1, balance = balance + 1 WHERE amount > 0", "allocated", 1),
        ("UPDATE ledger_line SET amount = amount + 1 WHERE amount = 100", "control", 0),
    ],
)
def test_what_was_changed_past_duebook_shows_where_it_was(
    company: Any, customer: Any, superuser_cursor: Any, planted: str, way: str, difference: int
) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    world.apply(world.receive(customer, "30.00", DAY), invoice, "30.00", DAY)
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute(planted)

    tied = tie_out(company.pk, DAY)[0]
    assert {tie.key: tie.difference for tie in tied.ties}[way] == difference
    assert tied.is_tied == (planted.startswith("UPDATE ledger_allocation"))


def test_each_figure_leads_to_a_list_that_adds_up_to_it(company: Any, customer: Any, client: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    receipt = world.receive(customer, "30.00", DAY)
    world.apply(receipt, invoice, "30.00", DAY)
    reverse_receipt(receipt.pk, reason="Returned", by=None, dated_on=date(2026, 3, 3))
    client.force_login(world.make_user(company, "manager"))
    page = client.get(reverse("reports:book_checks"), {"on": "2026-03-02", "whole": 1}).content.decode()
    asked = {"currency": "EUR", "dated_to": "2026-03-02", "part": "foot"}

    assert "All four are the same figure." in page
    assert page.count("€70.00") == 4
    for address, more, figure in [
        ("book_items", {}, "€70.00"),
        ("book_items", {"paper": "billed"}, "€100.00"),
        ("book_items", {"paper": "money"}, "−€30.00"),
        ("receivable_lines", {}, "€70.00"),
    ]:
        assert figure in client.get(reverse(f"reports:{address}"), asked | more).content.decode(), (address, more)
    later = asked | {"dated_to": "2026-03-03", "paper": "money"}
    assert "€0.00" in client.get(reverse("reports:book_items"), later).content.decode()
    others = client.get(reverse("reports:book_items"), asked | {"paper": "others"}).content.decode()
    assert "€" not in others


def test_a_page_of_another_company_shows_nothing_of_this_one(company: Any, customer: Any, client: Any) -> None:
    world.issue(customer, "100.00", DAY)
    other = world.make_company(legal_name="Other Ltd")
    client.force_login(world.make_user(other, "manager"))
    page = client.get(reverse("reports:book_checks"), {"whole": 1}).content.decode()

    assert "100.00" not in page
    assert "Nothing is owed at the end of" in page
    for name in ("book_items", "receivable_lines"):
        assert "INV-2026-0001" not in client.get(reverse(f"reports:{name}")).content.decode()


def test_whoever_sees_some_customers_sees_their_findings_and_nothing_of_the_whole_book(
    company: Any, customer: Any, client: Any
) -> None:
    world.issue(customer, "100.00", DAY)
    client.force_login(world.make_user(company, "manager", only_own_customers=True))
    page = client.get(reverse("reports:book_checks"), {"whole": 1}).content.decode()

    assert "You see some customers only." in page
    assert "€100.00" not in page
    assert "Gaps in numbers" not in page
    assert client.get(reverse("reports:findings", args=["number-gaps"])).status_code == 404
    assert "INV-2026-0001" not in client.get(reverse("reports:receivable_lines")).content.decode()


def test_a_day_that_makes_no_sense_is_today(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "manager"))
    assert client.get(reverse("reports:book_checks"), {"on": "soon", "part": "x"}).status_code == 200


def test_a_check_is_asked_for_once_at_a_time_and_noted(company: Any, customer: Any) -> None:
    world.issue(customer, "100.00", DAY)
    manager = world.make_user(company, "manager")
    run = ask_book_check(company, by=manager)
    with pytest.raises(Refused) as refusal:
        ask_book_check(company, by=manager)

    assert refusal.value.code == "check_under_way"
    assert AuditRecord.objects.filter(action="ask_book_check").values_list("by", flat=True).get() == manager.pk
    carry_out_run(run.pk)
    assert ask_book_check(company, by=manager).pk != run.pk
    assert Run.objects.filter(kind=KIND).count() == 2


def test_the_nights_check_is_made_though_somebody_asked_the_day_before(
    company: Any, customer: Any, time_machine: Any
) -> None:
    time_machine.move_to("2026-03-03 12:00Z", tick=False)
    carry_out_run(ask_book_check(company, by=world.make_user(company, "manager")).pk)
    time_machine.move_to("2026-03-04 01:30Z", tick=False)
    assert begin_book_check(company, now=timezone.now()) is not None


def test_two_who_ask_at_once_begin_one_check(company: Any, customer: Any, in_parallel: Any) -> None:
    manager = world.make_user(company, "manager")
    answers = in_parallel([lambda: ask_book_check(company, by=manager)] * 3)

    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "Refused", "Run"]
    assert Run.objects.filter(kind=KIND).count() == 1


def test_only_who_may_have_the_book_checked_asks_for_it(company: Any, client: Any) -> None:
    for role in ("clerk", "auditor"):
        client.force_login(world.make_user(company, role))
        assert b"Check now" not in client.get(reverse("reports:book_checks")).content
        assert client.post(reverse("reports:check_book")).status_code == 403
    client.force_login(world.make_user(company, "manager"))
    assert b"Check now" in client.get(reverse("reports:book_checks")).content
    assert client.post(reverse("reports:check_book"), follow=True).status_code == 200
    piece = client.get(reverse("reports:book_checks"), {"part": "whole"}).content.decode()
    assert "checks made" in piece
    assert "every 2s" in piece
    assert "Check now" not in piece
