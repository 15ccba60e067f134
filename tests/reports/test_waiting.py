"""What waits: what is not applied on a day, and what is not billed yet."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Invoice
from tests import world
from tests.api.calling import Program

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
