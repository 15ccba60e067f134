"""Sales by customer, product and month, beside before, and equal to what documents moved the book by."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.operations.void_invoice import void_invoice
from reports.sales import days_before
from tests import world
from tests.api.calling import Program
from tests.history import make_history

END_OF_MAY = date(2026, 5, 31)
MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}


@pytest.mark.parametrize(
    ("first", "last", "compared", "expected"),
    [
        ("2026-03-01", "2026-03-31", "year", ("2025-03-01", "2025-03-31")),
        ("2025-02-01", "2025-02-28", "year", ("2024-02-01", "2024-02-29")),
        ("2026-03-01", "2026-03-31", "before", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", "before", ("2025-10-01", "2025-12-31")),
        ("2026-03-02", "2026-03-08", "before", ("2026-02-23", "2026-03-01")),
        ("2024-02-29", "2024-03-02", "year", ("2023-02-28", "2023-03-02")),
        ("2026-03-02", "2026-03-02", "before", ("2026-03-01", "2026-03-01")),
    ],
)
def test_the_days_to_compare_with(first: str, last: str, compared: str, expected: tuple[str, str]) -> None:
    found = days_before(date.fromisoformat(first), date.fromisoformat(last), compared)
    assert tuple(map(str, found)) == expected


def answered(reader: Any, **asked: str) -> dict[str, Any]:
    return Program(reader).get("reports/sales/", **MARCH | asked).json()


def rows(answer: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row["values"][column] for column in columns) for row in answer["tables"][0]["rows"]]


@pytest.fixture
def sold(company: Any, customer: Any) -> None:
    """March: 100.00 and 20 % tax, 30.00 credited, 40.00 to another, and 10.00 of February void; a year before 50.00."""
    vat = world.make_tax(company, "20")
    world.issue(customer, [world.line("50.00", tax=vat)], date(2025, 3, 10))
    february = world.issue(customer, [world.line("10.00", tax=vat)], date(2026, 2, 10))
    void_invoice(february.pk, reason="Twice", by=None, on=date(2026, 3, 5))
    world.issue(customer, [world.line("100.00", tax=vat)], date(2026, 3, 2))
    world.issue_credit_memo(customer, "30.00", date(2026, 3, 31))
    world.issue(world.make_customer(company, "Zed"), "40.00", date(2026, 3, 3))


@pytest.mark.django_db
def test_each_customer_beside_a_year_before(manager: Any, sold: None) -> None:
    answer = answered(manager)
    assert rows(answer, "name", "documents", "net", "before", "change", "percent") == [
        ("Bramble GmbH", 3, "60.00", "50.00", "10.00", "20"),
        ("Zed", 1, "40.00", "0.00", "40.00", None),
    ]
    [foot] = answer["tables"][0]["foot"]
    assert (foot["values"]["net"], foot["values"]["before"], foot["values"]["percent"]) == ("100.00", "50.00", "100")
    assert [(proof["currency"], proof["difference"]) for proof in answer["proofs"]] == [("EUR", "0.00")]


@pytest.mark.django_db
def test_beside_the_month_before(manager: Any, sold: None) -> None:
    assert rows(answered(manager, compared="before"), "before", "percent")[0] == ("10.00", "500")


@pytest.mark.django_db
def test_by_product_a_line_counts_for_its_own(company: Any, customer: Any, manager: Any) -> None:
    bolt, nut = (world.make_product(company, code) for code in ("BOLT", "NUT"))
    lines = [world.line("3", "2", product_id=bolt.pk), world.line("4", product_id=nut.pk), world.line("5")]
    invoice = world.issue(customer, lines, date(2026, 3, 2))
    answer = answered(manager, by="product")
    assert [name for (name,) in rows(answer, "name")] == ["No product", "BOLT", "NUT"]
    assert sum(Decimal(net) for (net,) in rows(answer, "net")) == invoice.net
    assert [proof["difference"] for proof in answer["proofs"]] == ["0.00"]


@pytest.mark.django_db
@pytest.mark.parametrize(("by", "names"), [("month", ["2026-03"]), ("group", ["No group"]), ("owner", ["Nobody"])])
def test_it_is_told_apart_by(manager: Any, sold: None, by: str, names: list[str]) -> None:
    answer = answered(manager, by=by)
    assert [name for (name,) in rows(answer, "name")] == names
    assert answer["tables"][0]["foot"][0]["values"]["net"] == "100.00"


@pytest.mark.django_db
def test_a_month_is_that_of_one_year_beside_the_month_it_is_compared_with(customer: Any, manager: Any) -> None:
    for amount, on in (("1", date(2024, 1, 9)), ("2", date(2025, 1, 9)), ("4", date(2026, 1, 9)), ("8", END_OF_MAY)):
        world.issue(customer, amount, on)
    years = {"first_day": "2025-01-01", "last_day": "2026-12-31"}
    assert rows(answered(manager, by="month", **years), "name", "net", "before") == [
        ("2025-01", "2.00", "1.00"),
        ("2026-01", "4.00", "2.00"),
        ("2026-05", "8.00", "0.00"),
    ]
    quarter = {"first_day": "2026-04-01", "last_day": "2026-06-30", "compared": "before"}
    assert rows(answered(manager, by="month", **quarter), "name", "net", "before") == [
        ("2026-04", "0.00", "4.00"),
        ("2026-05", "8.00", "0.00"),
    ]
    days = {"first_day": "2026-06-01", "last_day": "2026-06-20", "compared": "before"}
    assert rows(answered(manager, by="month", **days), "name", "net", "before") == [("2026-06", "0.00", "8.00")]


@pytest.mark.django_db
@pytest.mark.parametrize("report", ["sales", "activity"])
@pytest.mark.parametrize("limit", ["1", "100"])
def test_two_of_one_name_are_two(company: Any, manager: Any, report: str, limit: str) -> None:
    for amount in ("1.00", "2.00"):
        owner = world.make_user(company, "sales", name="Sal Ows")
        world.issue(world.make_customer(company, f"Of {amount}", sales_owner_id=owner.pk), amount, date(2026, 3, 2))
    program, found, after = Program(manager), [], ""
    while after is not None:
        asked = MARCH | {"by": "owner", "limit": limit, "after": after}
        [table] = program.get(f"reports/{report}/", **asked).json()["tables"]
        found += [
            (row["values"]["name"], row["values"].get("net", row["values"].get("billed"))) for row in table["rows"]
        ]
        after = table["next"]
    assert found == [("Sal Ows", "1.00"), ("Sal Ows", "2.00")]


@pytest.mark.django_db
def test_one_in_sales_sees_their_own_and_another_company_nothing(company: Any, sold: None) -> None:
    seller = world.make_user(company, "manager", only_own_customers=True)
    assert (rows(answered(seller), "net"), answered(seller)["proofs"]) == ([], [])
    assert rows(answered(world.make_user(world.make_company(), "manager")), "net") == []


@pytest.mark.django_db
def test_of_a_history_with_everything_it_agrees_with_the_book(company: Any, customer: Any, manager: Any) -> None:
    make_history(company, customer)
    for by in ("customer", "product", "month"):
        answer = answered(manager, by=by, first_day="2020-01-01", last_day="2030-12-31")
        assert {proof["difference"].rstrip("0").rstrip(".") for proof in answer["proofs"]} <= {"0", ""}, by
        assert answer["proofs"]


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["\0", "x", "\0\0\0\0EUR", "a" * 5000])
def test_a_place_that_is_not_ours_is_answered(manager: Any, sold: None, client: Any, after: str) -> None:
    client.force_login(manager)
    assert client.get("/reports/sales/", MARCH | {"after": after}).status_code == 200
    assert answered(manager, after=after)["tables"][0]["foot"][0]["values"]["net"] == "100.00"


@pytest.mark.django_db
def test_each_tax_has_its_sales(manager: Any, sold: None) -> None:
    assert rows(answered(manager, by="tax"), "name", "documents", "net", "before") == [
        ("No tax", 2, "10.00", "0.00"),
        ("VAT 20%", 2, "90.00", "50.00"),
    ]
