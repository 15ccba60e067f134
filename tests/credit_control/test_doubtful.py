"""Which open items are doubtful, why, and what is likely lost: as of a day, and the same again whenever it is asked."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import DisputeOutcome, ReasonCode
from billing.operations.close_dispute import close_dispute
from billing.operations.open_dispute import DisputeDetails, open_dispute
from credit_control.doubtful import DoubtQuestion, doubtful_items
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.hand_to_agency import HandOverDetails, end_hand_over, hand_to_agency
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.set_provisions import set_specific_provision
from office.approvals.asking import ApprovalNeeded
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import decline_request
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_exchange_rates import set_exchange_rate
from payments.exchanging import ExchangeDetails
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.receive_payment import Share
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.billing.disputing import dispute
from tests.credit_control.doubting import days, doubts, rates, told
from tests.credit_control.planning import agreed, offer
from tests.credit_control.reminding import at_any_hour, ladder, late, remind, send_all

pytestmark = pytest.mark.django_db


def handed(customer: Any, paper: Any, on: date) -> Any:
    details = HandOverDetails("Swift", [world.item_of(paper).pk], was_warned=True)
    return hand_to_agency(customer.pk, details, on=on, by=None)


def test_late_for_more_days_than_the_table_says(company: Any, customer: Any) -> None:
    rates(company)
    late(customer, "100.00", 90)
    old, older = late(customer, "200.00", 91), late(customer, "300.00", 181)
    assert told(company) == [
        (older.number, ("late",), Decimal(50), Decimal(150)),
        (old.number, ("late",), Decimal(25), Decimal(50)),
    ]


def test_without_a_table_ninety_days_are_late_and_nothing_is_proposed(company: Any, customer: Any) -> None:
    late(customer, "100.00", 90)
    invoice = late(customer, "100.00", 91)
    assert told(company) == [(invoice.number, ("late",), 0, 0)]


def test_what_is_in_a_plan_is_late_by_the_first_instalment_that_is_not_paid(
    company: Any, customer: Any, today: date
) -> None:
    rates(company)
    old, small = late(customer, "300.00", 200), late(customer, "60.00", 150)
    accepted = today - days(120)
    agreed(customer, [old, small], (8, "160.00"), (110, "200.00"), on=accepted)
    by_plan = [(old.number, today - days(112)), (small.number, today - days(10))]

    assert [(row.reference, row.due_on) for row in doubts(company)] == by_plan[:1]
    assert told(company) == [(old.number, ("late",), Decimal(25), Decimal(75))]
    assert told(company, accepted - days(1)) == []
    assert told(company, accepted + days(98)) == []  # 90 days after the instalment, 178 after the document's day
    assert len(told(company, accepted + days(99))) == 1
    on = accepted + days(201)  # both of them by the second instalment's day
    assert [(row.days_late, row.due_on) for row in doubts(company, on)] == [(193, by_plan[0][1]), (91, by_plan[1][1])]

    world.apply(world.receive(customer, "160.00", today), old, "160.00", today)
    assert told(company) == []
    assert len(told(company, today - days(1))) == 1
    assert [row.days_late for row in doubts(company, on)] == [91, 91]


def test_a_plan_that_ended_or_is_only_offered_leaves_the_documents_days(
    company: Any, customer: Any, today: date
) -> None:
    rates(company)
    invoice, other = late(customer, "100.00", 100), late(customer, "50.00", 100)
    plan = agreed(customer, [invoice], (0, "40.00"), (30, "60.00"), on=today - days(5))
    offer(customer, [other], (10, "20.00"), (30, "30.00"))
    assert told(company) == [(other.number, ("late",), Decimal(25), Decimal("12.50"))]
    cancel_plan(plan.pk, "They asked for it", on=today, by=None)
    assert [row[0] for row in told(company)] == [invoice.number, other.number]
    assert [row[0] for row in told(company, today - days(1))] == [other.number]


def test_what_is_beyond_a_plan_is_late_by_its_document(company: Any, customer: Any, today: date) -> None:
    rates(company)
    invoice = late(customer, "100.00", 100)
    given_up = dispute(invoice, "30.00", on=today - days(20))
    agreed(customer, [invoice], (0, "40.00"), (30, "30.00"), on=today - days(10))
    close_dispute(given_up.pk, DisputeOutcome.REFUSED, on=today, by=None, note="It is right as it stands")
    assert [(row.days_late, row.open) for row in doubts(company)] == [(100, 100)]


def test_with_an_agency_until_it_gives_it_back_but_not_when_it_gave_up(
    company: Any, customer: Any, today: date
) -> None:
    rates(company)
    invoice = late(customer, "100.00", 30)
    made = handed(customer, invoice, today - days(10))
    end_hand_over(made.pk, "given_back", on=today - days(4), by=None)
    again = handed(customer, invoice, today - days(3))
    end_hand_over(again.pk, "hopeless", on=today - days(1), by=None)
    by_day = [bool(told(company, today - days(ago))) for ago in (11, 10, 5, 4, 3, 1, 0)]
    assert by_day == [False, True, True, False, True, True, True]
    assert told(company) == [(invoice.number, ("agency",), Decimal(5), Decimal(5))]


def test_proposed_to_be_written_off_until_somebody_decides(company: Any, customer: Any, today: date) -> None:
    set_approval_rules(company, {"write_off": (Decimal(50), "manager")}, by=None)
    clerk, manager = world.make_user(company, "clerk"), world.make_user(company, "manager")
    invoice = late(customer, "100.00", 30)
    late(customer, "70.00", 20)
    details = WriteOffDetails([Share(world.item_of(invoice).pk, Decimal(100))], reason="Gone")
    with pytest.raises(ApprovalNeeded) as needed:
        write_off(customer, details, on=today, by=clerk)
    request = ask_approval(needed.value, by=clerk)
    assert told(company) == [(invoice.number, ("write_off",), 0, 0)]
    assert told(company, today - days(1)) == []
    with time_machine.travel(request.requested_at + days(2), tick=True):
        decline_request(request.pk, by=manager, reason="They will pay")
        assert told(company) == []
        assert len(told(company, today + days(1))) == 1  # as it was


@pytest.mark.parametrize(
    ("paid", "is_applied", "is_broken"), [("", False, True), ("99.99", True, True), ("100.00", False, False)]
)
def test_promised_and_not_paid(
    company: Any, customer: Any, today: date, paid: str, is_applied: bool, is_broken: bool
) -> None:
    invoice, _ = late(customer, "100.00", 30), late(customer, "60.00", 30)
    details = PromiseDetails(today, "Eva", "EUR", Decimal(100), item_ids=[world.item_of(invoice).pk])
    made = record_promise(customer.pk, details, on=today, by=None)
    receipt = world.receive(customer, paid, today) if paid else None
    if receipt and is_applied:
        world.apply(receipt, invoice, paid, today)
    after = made.counts_until + days(1)
    assert told(company, made.counts_until) == []
    assert [row[:2] for row in told(company, after)] == [(invoice.number, ("promise",))] * is_broken


def test_promised_and_paid_in_another_currency(company: Any, customer: Any, today: date) -> None:
    invoice = late(customer, "100.00", 30)
    details = PromiseDetails(today, "Eva", "EUR", item_ids=[world.item_of(invoice).pk])
    made = record_promise(customer.pk, details, on=today, by=None)
    dollars = world.receive(customer, "110.00", today, currency="USD", exchange_rate=Decimal("0.9"))
    exchange_receipt(dollars.pk, ExchangeDetails(Decimal(110), "EUR", today, Decimal(100)), by=None)
    assert told(company, made.counts_until + days(1)) == []


def test_a_final_notice_whose_time_is_over(company: Any, customer: Any, today: date, relay: Any) -> None:
    ladder(company, [1, 8, 15])
    at_any_hour(company)
    invoice = late(customer, "100.00", 30)
    for ago in (14, 7, 0):
        remind(customer, days=-ago)
    send_all()
    assert told(company, today + days(6)) == []
    assert told(company, today + days(7)) == [(invoice.number, ("notice",), 0, 0)]


def test_a_past_day_comes_out_the_same_again(company: Any, customer: Any, today: date) -> None:
    """What was paid, put off, given back, judged or set since then changes nothing of it."""
    rates(company)
    paid, moved, out = (late(customer, amount, 100) for amount in ("100.00", "40.00", "20.00"))
    made = handed(customer, out, today)
    before = doubts(company)
    assert len(before) == 3
    with time_machine.travel(made.created_at + days(5), tick=True):
        then = company.today()
        world.apply(world.receive(customer, "100.00", then), paid, "100.00", then)
        put_off_due_day(world.item_of(moved).pk, then + days(20), reason="Agreed", by=None)
        end_hand_over(made.pk, "given_back", on=then, by=None)
        rates(company, then, rates=[(0, Decimal(90))], late_days=5)
        set_specific_provision(customer, Decimal(80), reason="Insolvent", on=then, by=None)
        assert doubts(company, today) == before
        assert [row[0] for row in told(company)] == [out.number, moved.number]
        assert [(row.days_late, row.percent) for row in doubts(company)] == [(105, 80), (0, 80)]


def test_what_is_disputed_stands_beside_and_nothing_of_it_is_proposed(company: Any, customer: Any, today: date) -> None:
    rates(company)
    invoice = late(customer, "100.00", 100)
    world.apply(world.receive(customer, "20.00", today), invoice, "20.00", today)
    reason = ReasonCode.objects.get(company=company, code="price_disputed").pk
    open_dispute(invoice.entry_id, DisputeDetails(reason, amount=Decimal(30)), on=today, by=None)
    [row] = doubts(company)
    assert (row.open, row.disputed, row.undisputed, row.proposed) == (80, 30, 50, Decimal("12.50"))
    [row] = doubts(company, today - days(1))
    assert (row.open, row.disputed, row.undisputed, row.proposed) == (100, 0, 100, 25)


def test_foreign_items_are_told_in_the_companys_currency_and_totals_add_up(
    company: Any, customer: Any, today: date
) -> None:
    rates(company)
    american = world.make_customer(company, "Yankee Inc", currency="USD")
    late(customer, "33.33", 100)
    late(customer, "66.67", 200)
    late(american, "10.01", 100, exchange_rate=Decimal("0.8"))
    assert doubts(company)[-1].company_amount == Decimal("8.01")  # no rate of the day: that of its own
    set_exchange_rate(company, "USD", today, Decimal("0.9"), by=None)
    assert doubts(company)[-1].company_amount == Decimal("9.01")
    report = doubtful_items(DoubtQuestion(company, today))
    for total in report.totals:
        rows = [row for row in report.rows if row.currency == total.currency]
        for name in ("open", "disputed", "undisputed", "company_amount", "proposed", "company_proposed"):
            assert getattr(total, name) == sum(getattr(row, name) for row in rows)
    assert [(total.currency, total.count, total.open, total.proposed) for total in report.totals] == [
        ("EUR", 2, Decimal("100.00"), Decimal("41.67")),
        ("USD", 1, Decimal("10.01"), Decimal("2.50")),
    ]


def test_many_items_cost_as_many_queries_as_one(company: Any, customer: Any) -> None:
    rates(company)
    counts = []
    for _ in range(2):
        for number in range(1, 6):
            late(customer, "10.00", 90 + number)
        with CaptureQueriesContext(connection) as queries:
            doubts(company)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_has_own_customers_sees_theirs(company: Any, customer: Any) -> None:
    late(customer, "10.00", 100)
    sales = world.make_user(company, "sales")
    assert doubts(company, owner_ids=[sales.pk]) == []


def test_in_excel_each_amount_has_the_places_of_its_own_currency(
    company: Any, customer: Any, client: Any, today: date
) -> None:
    set_exchange_rate(company, "JPY", today, Decimal("0.0061"), by=None)
    late(world.make_customer(company, "Tanaka KK", currency="JPY"), "2025", 100, exchange_rate=Decimal("0.0061"))
    client.force_login(world.make_user(company, "manager"))
    file = BytesIO(b"".join(client.get(reverse("credit_control:doubtful_list", args=[today]), {"format": "xlsx"})))
    heads, row = openpyxl.load_workbook(file).worksheets[0].iter_rows(max_row=2)
    shown = {head.value: (cell.value, cell.number_format) for head, cell in zip(heads, row, strict=True)}
    assert shown["Open"] == (2025, "#,##0")
    assert shown["In the company's currency"] == (12.35, "#,##0.00")


def test_the_screen_lists_sorts_and_exports_them(company: Any, customer: Any, client: Any, today: date) -> None:
    rates(company)
    other = world.make_customer(company, "Zebra GmbH")
    first, second = late(customer, "100.00", 100), late(other, "50.00", 200)
    client.force_login(world.make_user(company, "manager"))
    page = client.get(reverse("credit_control:doubtful"), follow=True).content.decode()
    assert page.index(first.number) < page.index(second.number)
    assert "Late for long" in page
    address = reverse("credit_control:doubtful_list", args=[today.isoformat()])
    page = client.get(address, {"sort": "-proposed", "q": "zebra", "reason": "late"}).content.decode()
    assert second.number in page
    assert first.number not in page
    assert second.number not in client.get(address, {"reason": "agency"}).content.decode()
    file = b"".join(client.get(address, {"format": "csv", "sort": "-days_late"}).streaming_content).decode()
    lines = [line for line in file.splitlines() if "INV" in line]
    assert [("Zebra" in line, "25.00" in line) for line in lines] == [(True, True), (False, True)]
    foot = client.get(address, {"part": "foot"}).content.decode()
    assert "150.00" in foot
    assert "50.00" in foot
    assert client.get(address, {"format": "xlsx"}).status_code == 200
    for wrong in ("x", "0001-01-01", "2026-13-01"):
        assert client.get(reverse("credit_control:doubtful_list", args=[wrong])).status_code == 404
