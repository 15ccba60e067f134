"""What waits: what is not applied on a day, and what is not billed yet."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Invoice, ShipmentLine
from billing.operations.bill_shipments import bill_shipments
from billing.operations.issue_invoice import issue_invoice
from billing.operations.shipment_details import ShipmentLineDetails
from tests import world
from tests.api.calling import Program
from tests.billing.ordering import SHIPPED, make_order, order_line, send_back, ship, ship_freely

pytestmark = pytest.mark.django_db


def cells(answer: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row["values"][column] for column in columns) for row in answer["tables"][0]["rows"]]


def test_what_is_free_on_a_day_is_listed_and_proved(customer: Any, manager: Any) -> None:
    invoice = world.issue(customer, "100.00", date(2026, 3, 1))
    world.issue_credit_memo(customer, "5.00", date(2026, 3, 3))
    receipt = world.receive(customer, "130.00", date(2026, 3, 2))
    world.apply(receipt, invoice, "100.00", date(2026, 3, 9))
    before = Program(manager).get("reports/unapplied/", on="2026-03-08").json()
    after = Program(manager).get("reports/unapplied/", on="2026-03-09").json()
    columns = ("what", "dated_on", "days", "amount", "open")
    assert cells(before, *columns) == [
        ("Payment", "2026-03-02", 6, "-130.00", "-130.00"),
        ("Credit memo", "2026-03-03", 5, "-5.00", "-5.00"),
    ]
    assert cells(after, *columns) == [
        ("Payment", "2026-03-02", 7, "-130.00", "-30.00"),
        ("Credit memo", "2026-03-03", 6, "-5.00", "-5.00"),
    ]
    assert [foot["values"]["open"] for foot in after["tables"][0]["foot"]] == ["-35.00"]
    assert [(proof["currency"], proof["difference"]) for proof in after["proofs"]] == [("EUR", "0.00")]


def test_each_currency_is_proved_though_nothing_of_it_is_free(customer: Any, manager: Any, company: Any) -> None:
    usher = world.make_customer(company, "Usher", currency="USD")
    world.issue(usher, "9.00", date(2026, 3, 1), exchange_rate=Decimal("0.9"))
    world.receive(customer, "1.00", date(2026, 3, 1))
    answer = Program(manager).get("reports/unapplied/", on="2026-03-08").json()
    assert [foot["currency"] for foot in answer["tables"][0]["foot"]] == ["EUR"]
    assert [(proof["currency"], proof["difference"]) for proof in answer["proofs"]] == [
        ("EUR", "0.00"),
        ("USD", "0.00"),
    ]


def test_drafts_stand_with_their_age_and_credit_memos_below_zero(company: Any, customer: Any, manager: Any) -> None:
    old = world.draft(customer, [world.line("100.00", tax=world.make_tax(company, "20"))])
    Invoice.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=9))
    world.draft(customer, "30.00", kind="credit_memo")
    world.issue(customer, "8.00", date(2026, 3, 1))
    answer = Program(manager).get("reports/unbilled/").json()
    assert cells(answer, "what", "days", "net", "total") == [
        ("Invoice", 9, "100.00", "120.00"),
        ("Credit memo", 0, "-30.00", "-30.00"),
    ]
    assert [foot["values"]["total"] for foot in answer["tables"][0]["foot"]] == ["90.00"]


@pytest.mark.parametrize("report", ["unapplied", "unbilled"])
def test_readers_see_their_own_page_by_page(report: str, company: Any, manager: Any) -> None:
    for name in ("Ade", "Bo", "Cy"):
        customer = world.make_customer(company, name)
        world.draft(customer, "1.00")
        world.receive(customer, "1.00", date(2026, 3, 1))
    seen, after = [], ""
    while after is not None:
        answer = Program(manager).get(f"reports/{report}/", on="2026-03-09", limit="1", after=after).json()
        seen += cells(answer, "customer")
        after = answer["tables"][0]["next"]
    assert seen == [("Ade",), ("Bo",), ("Cy",)]
    for reader in (
        world.make_user(company, "manager", only_own_customers=True),
        world.make_user(world.make_company(), "manager"),
    ):
        assert cells(Program(reader).get(f"reports/{report}/").json(), "customer") == []


def shipped(answer: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row["values"][column] for column in columns) for row in answer["tables"][1]["rows"]]


def test_what_was_shipped_and_is_neither_billed_nor_drafted_is_listed_and_foots(
    company: Any, customer: Any, manager: Any
) -> None:
    order = make_order(customer, order_line("10", "12.50", discount_percent=Decimal(10)), order_line("5", "1.005"))
    first = ship(order, "4", "3")
    second = ship(order, "6", "1", shipped_on=SHIPPED + timedelta(days=2))
    send_back(first, {first.lines.all()[1]: "1"})
    yen = world.make_customer(company, "Yama", currency="JPY")
    ship_freely(yen, ShipmentLineDetails(Decimal(3), "Boxes", unit_price=Decimal("10.50")))
    ship_freely(yen, ShipmentLineDetails(Decimal(2), "Lids"))
    billed, drafted = (bill_shipments(company, [ship(order_, "1").pk], by=None)[0] for order_ in _two(customer))
    issue_invoice(billed.pk, by=None, on=SHIPPED, override="Agreed")

    answer = Program(manager).get("reports/unbilled/").json()
    assert sorted(shipped(answer, "shipment", "left", "amount"), key=str) == sorted(
        [
            (f"{first.number}, line 1", "4", "45.00"),
            (f"{first.number}, line 2", "2", "2.01"),
            (f"{second.number}, line 1", "6", "67.50"),
            (f"{second.number}, line 2", "1", "1.01"),
            *((f"{line.shipment.number}, line 1", *worth) for line, worth in zip(_of(yen), YEN, strict=True)),
        ],
        key=str,
    )
    foot = {row["currency"]: row["values"]["amount"] for row in answer["tables"][1]["foot"]}
    assert foot == {"EUR": "115.52", "JPY": "32"}
    assert drafted.is_draft
    assert (
        shipped(Program(world.make_user(world.make_company(), "manager")).get("reports/unbilled/").json(), "left") == []
    )


YEN = (("3", "32"), ("2", None))


def _two(customer: Any) -> list[Any]:
    return [make_order(customer, order_line("1"), po_number=f"PO-{place}") for place in range(2)]


def _of(customer: Any) -> list[Any]:
    return list(ShipmentLine.objects.filter(shipment__customer=customer).order_by("pk"))


def test_each_table_turns_its_own_pages(customer: Any, manager: Any) -> None:
    world.draft(customer, "1.00")
    for place in range(3):
        ship_freely(customer, shipped_on=SHIPPED + timedelta(days=place % 2))
    seen, after = [], ""
    while after is not None:
        answer = Program(manager).get("reports/unbilled/", limit="1", after=after).json()
        seen += shipped(answer, "shipped_on")
        assert len(cells(answer, "what")) == 1
        after = answer["tables"][1]["next"]
    assert seen == [(str(SHIPPED + timedelta(days=days)),) for days in (0, 0, 1)]
