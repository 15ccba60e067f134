"""What is late and what comes next, by the days of documents and by days that were agreed on."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from ledger import agreed_days
from ledger.agreed_days import Coming, Late, coming_parts, late_items, late_part, register_agreed_days, with_late
from ledger.allocating import Pair, allocate
from ledger.models import OpenItem
from tests.ledger.entering import DAY, one

NEXT, AFTER, SOON = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 20)


class Agreements:
    """What was agreed on of items, and with which days it was asked for."""

    def __init__(self) -> None:
        self.late: dict[int, Late] = {}
        self.next: dict[int, Coming] = {}
        self.asked: list[tuple[Any, ...]] = []

    def of_late(self, on: date, last: date) -> Mapping[int, Late]:
        self.asked.append((on, last))
        return self.late

    def of_next(self, on: date, items: Collection[int]) -> Mapping[int, Coming]:
        self.asked.append((on, items))
        return self.next


@pytest.fixture
def agreements(monkeypatch: pytest.MonkeyPatch) -> Agreements:
    """The only ones that there are."""
    monkeypatch.setattr(agreed_days, "AGREED", [])
    monkeypatch.setattr(agreed_days, "COMING", [])
    made = Agreements()
    register_agreed_days(made.of_late, made.of_next)
    return made


@pytest.fixture
def items(customer: Any) -> dict[str, OpenItem]:
    """Two due one after the other, one that is not due yet, one that is paid, and what is left of its credit."""
    due = {"A": DAY, "B": NEXT, "D": SOON, "P": DAY}
    made = {key: one(customer, key, "0.50" if key == "B" else "100", due_on=day) for key, day in due.items()}
    credit = one(customer, "C", "-150", due_on=DAY)
    allocate([Pair(made["P"].pk, credit.pk, Decimal(100))], dated_on=DAY, by_id=None)
    return {key: OpenItem.objects.get(pk=each.pk) for key, each in made.items()}


def late(on: date, *days: int) -> list[tuple[Any, ...]]:
    rows = late_items(OpenItem.objects.all(), on, *days).annotate(amount_late=F("late"), since=F("late_since"))
    return list(rows.order_by("reference").values_list("reference", "amount_late", "since"))


def beside(on: date) -> dict[str, tuple[Any, ...]]:
    rows = with_late(OpenItem.objects.all(), on).annotate(part=late_part(on))
    assert all(row.late == row.part for row in rows)
    return {row.reference: (row.late, row.late_since) for row in rows}


def test_who_tells_of_agreements_is_asked_once(agreements: Agreements) -> None:
    told, next_told = agreements.of_late, agreements.of_next
    register_agreed_days(told, next_told)
    assert ([told], [next_told]) == (agreed_days.AGREED, agreed_days.COMING)


@pytest.mark.django_db
def test_by_itself_an_item_is_late_the_day_after_its_documents_day(
    agreements: Agreements, items: dict[str, OpenItem]
) -> None:
    assert late(DAY) == []
    assert late(NEXT) == [("A", 100, DAY)]
    assert late(AFTER) == [("A", 100, DAY), ("B", Decimal("0.50"), NEXT)]
    assert late(AFTER, 2) == [("A", 100, DAY)]
    assert beside(NEXT) == {"A": (100, DAY), **dict.fromkeys("BCDP", (0, None))}
    assert agreements.asked[:4] == [(DAY, date(2026, 3, 1)), (NEXT, DAY), (AFTER, NEXT), (AFTER, DAY)]


@pytest.mark.django_db
def test_what_was_agreed_on_says_how_much_is_late_and_since_when(
    agreements: Agreements, items: dict[str, OpenItem]
) -> None:
    agreements.late = {
        items["A"].pk: Late(Decimal(0), None),
        items["D"].pk: Late(Decimal("40.50"), date(2026, 2, 1)),
    }
    assert late(NEXT) == [("D", Decimal("40.50"), date(2026, 2, 1))]
    assert late(AFTER) == [("B", Decimal("0.50"), NEXT), ("D", Decimal("40.50"), date(2026, 2, 1))]
    assert beside(AFTER) == {
        "A": (0, None),
        "B": (Decimal("0.50"), NEXT),
        "C": (0, None),
        "D": (Decimal("40.50"), date(2026, 2, 1)),
        "P": (0, None),
    }
    agreements.late = {items["A"].pk: Late(Decimal(0), None)}
    assert late(NEXT) == []


@pytest.mark.django_db
def test_what_comes_next_is_as_agreed_on_else_all_by_the_documents_day(
    agreements: Agreements, items: dict[str, OpenItem]
) -> None:
    agreements.next = {items["D"].pk: Coming(AFTER, Decimal(30))}
    assert coming_parts([items["A"], items["D"]], DAY) == {
        items["A"].pk: Coming(DAY, Decimal(100)),
        items["D"].pk: Coming(AFTER, Decimal(30)),
    }
    assert agreements.asked == [(DAY, [items["A"].pk, items["D"].pk])]
