"""The registers: each movement and each allocation, page by page and whole."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from ledger.models import Allocation
from payments.operations.apply_credits import undo_allocation
from reports.registers import START, mark_of, place_of
from tests import world
from tests.api.calling import Program
from tests.history import make_history

pytestmark = pytest.mark.django_db

MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}


def values(answer: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row["values"][column] for column in columns) for row in answer["tables"][0]["rows"]]


def test_movements_are_listed_one_by_one_and_proved(company: Any, customer: Any, manager: Any) -> None:
    world.issue(customer, "100.00", date(2026, 3, 2))
    world.receive(customer, "60.00", date(2026, 3, 9))
    answer = Program(manager).get("reports/movements/", **MARCH).json()
    assert values(answer, "dated_on", "what", "customer", "amount", "company_amount") == [
        ("2026-03-02", "Billed", "Bramble GmbH", "100.00", "100.00"),
        ("2026-03-09", "Collected", "Bramble GmbH", "-60.00", "-60.00"),
    ]
    assert [proof["difference"] for proof in answer["proofs"]] == ["0.00"]


def test_they_are_narrowed_and_then_prove_nothing(company: Any, customer: Any, manager: Any) -> None:
    world.issue(customer, "100.00", date(2026, 3, 2))
    world.receive(customer, "60.00", date(2026, 3, 9))
    world.issue(world.make_customer(company, "Other", number="K-9"), "1.00", date(2026, 3, 9))
    program = Program(manager)
    assert values(program.get("reports/movements/", what="collected", **MARCH).json(), "amount") == [("-60.00",)]
    narrowed = program.get("reports/movements/", customer="K-9", **MARCH).json()
    assert (values(narrowed, "amount"), narrowed["proofs"]) == ([("1.00",)], [])
    assert values(program.get("reports/movements/", currency="USD", **MARCH).json(), "amount") == []


def test_pages_follow_each_other_without_a_gap_or_a_repeat(company: Any, customer: Any, manager: Any) -> None:
    make_history(company, customer)
    program, asked = Program(manager), {"first_day": "2020-01-01", "last_day": "2030-01-01"}
    whole = program.get("reports/movements/", **asked).json()["tables"][0]["rows"]
    paged, after = [], ""
    while after is not None:
        [table] = program.get("reports/movements/", limit="3", after=after, **asked).json()["tables"]
        paged, after = paged + table["rows"], table["next"]
        assert len(table["rows"]) <= 3
    assert paged == whole
    assert len(whole) > 10


def test_the_file_has_every_row_and_reads_them_while_it_writes(
    company: Any, customer: Any, manager: Any, client: Any
) -> None:
    make_history(company, customer)
    client.force_login(manager)
    asked = {"first_day": "2020-01-01", "last_day": "2030-01-01"}
    rows = Program(manager).get("reports/movements/", **asked).json()["tables"][0]["rows"]
    with CaptureQueriesContext(connection) as queries:
        content = b"".join(client.get("/reports/movements/", asked | {"format": "xlsx"}))
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    amounts = [Decimal(str(row[6])) for row in sheet[1 : len(rows) + 1]]
    assert amounts == [Decimal(row["values"]["amount"]) for row in rows]
    assert len(queries) < 30


def test_an_undone_allocation_stands_as_its_mirror(company: Any, customer: Any, manager: Any) -> None:
    invoice = world.issue(customer, "100.00", date(2026, 3, 2))
    paid = world.receive(customer, "60.00", date(2026, 3, 9))
    done = world.apply(paid, invoice, "60.00", date(2026, 3, 9))
    undo_allocation(done.pk, dated_on=date(2026, 3, 9), reason="Wrong one", by=manager)
    asked = {"first_day": "2026-03-01", "last_day": str(company.today())}
    answer = Program(manager).get("reports/allocations/", **asked).json()
    assert values(answer, "debit", "credit", "amount") == [
        (invoice.number, paid.number, "60.00"),
        (invoice.number, paid.number, "-60.00"),
    ]
    assert values(answer, "who", "why")[1] == (str(manager), "Wrong one")
    assert sum(row.amount for row in Allocation.objects.all()) == 0
    assert answer["tables"][0]["foot"][0]["values"]["amount"] == "0.00"


def test_allocations_of_another_company_or_owner_are_not_there(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", date(2026, 3, 2))
    world.apply(world.receive(customer, "60.00", date(2026, 3, 9)), invoice, "60.00", date(2026, 3, 9))
    seller = world.make_user(company, "manager", only_own_customers=True)
    stranger = world.make_user(world.make_company(), "manager")
    for reader in (seller, stranger):
        assert values(Program(reader).get("reports/allocations/", **MARCH).json(), "amount") == []


@pytest.mark.parametrize("mark", ["", "x", "MjAyNg==", "2026-13-01:1:", "AAAA"])
def test_a_mark_that_is_not_ours_begins_at_the_start(mark: str) -> None:
    assert place_of(mark) == START


def test_a_mark_says_its_place_again() -> None:
    place = (date(2026, 3, 2), 7)
    assert place_of(mark_of(place)) == place
