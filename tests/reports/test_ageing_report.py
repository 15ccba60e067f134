"""The ageing as a report: what rows are, own buckets, the company's currency, and whose figures somebody sees."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from credit_control.models import CreditFile
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.withdraw_promise import withdraw_promise
from customers.models import Customer, CustomerGroup
from office.models import Company, User
from office.operations.set_exchange_rates import set_exchange_rate
from office.operations.set_team import set_team
from reports.ageing import AgeingQuestion, ageing
from reports.ageing.asking import edges_in
from reports.ageing.question import PER
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)
ON = {"on": DAY.isoformat()}


@pytest.fixture
def office(company: Company, manager: User) -> dict[str, Any]:
    """A parent and its subsidiary in a group, one who is nobody's, in euros and dollars, each late differently."""
    sales = world.make_user(company, "manager", only_own_customers=True)
    group = CustomerGroup.objects.create(company=company, name="Hotels")
    parent, child, other = (world.make_customer(company, name) for name in ("Palace", "Annexe", "Corner shop"))
    Customer.objects.filter(pk=child.pk).update(parent=parent, group=group, sales_owner=sales)
    CreditFile.objects.create(company=company, customer=child, collector=manager)
    world.issue(parent, "100.00", DAY - timedelta(days=10), net_days=0)
    world.issue(child, "50.00", DAY - timedelta(days=50), net_days=0)
    world.issue(child, "33.33", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    world.issue(other, "7.00", DAY - timedelta(days=200), net_days=0)
    world.receive(other, "2.00", DAY)
    return {"sales": sales, "group": group, "parent": parent, "child": child, "other": other}


def table(reader: User, report: str = "ageing", **asked: Any) -> dict[str, Any]:
    [only] = Program(reader).get(f"reports/{report}/", **ON, **asked).json()["tables"]
    return only


def said(rows: list[dict[str, Any]], column: str = "total") -> list[tuple[str, str, str]]:
    return [(row["values"]["name"], row["currency"], row["values"][column]) for row in rows]


@pytest.mark.parametrize(
    ("per", "rows"),
    [
        ("customer", [("Annexe", "50.00"), ("Corner shop", "5.00"), ("Palace", "100.00")]),
        ("parent", [("Corner shop", "5.00"), ("Palace", "150.00")]),
        ("group", [("Hotels", "50.00"), ("No group", "105.00")]),
        ("owner", [("Manager", "50.00"), ("Nobody", "105.00")]),
        ("collector", [("Manager", "50.00"), ("Nobody", "105.00")]),
        ("company", [("Alder Ltd", "155.00")]),
        ("currency", [("EUR", "155.00")]),
    ],
)
def test_a_row_is_what_is_asked_for(office: Any, manager: User, per: str, rows: list[tuple[str, str]]) -> None:
    aged = table(manager, per=per)
    assert [(name, total) for name, currency, total in said(aged["rows"]) if currency == "EUR"] == rows
    assert said(aged["foot"]) == [("Together", "EUR", "155.00"), ("Together", "USD", "33.33")]


@pytest.mark.parametrize("per", PER)
def test_each_row_is_on_one_page_however_small_pages_are(office: dict[str, Any], manager: User, per: str) -> None:
    whole = [(row["values"]["name"], row["currency"]) for row in table(manager, per=per)["rows"]]
    found: list[tuple[str, str]] = []
    after = ""
    while after is not None and len(found) <= len(whole):
        page = table(manager, per=per, limit=1, after=after)
        found += [(row["values"]["name"], row["currency"]) for row in page["rows"]]
        after = page["next"]
    assert found == whole


@pytest.mark.parametrize("per", PER)
@pytest.mark.parametrize("amounts", ["document", "company", "group"])
def test_each_figure_on_the_page_opens_what_adds_up_to_it(
    office: Any, manager: User, client: Client, per: str, amounts: str
) -> None:
    client.force_login(manager)
    page = client.get("/reports/ageing/", {**ON, "per": per, "amounts": amounts, "buckets": "15,45"}).content.decode()
    cells = re.findall(r'data-label="[^"]+"><a href="(/reports/open-items/[^"]+)">([^<]+)</a>', page)
    assert len(cells) > 4
    for url, amount in cells:
        items = client.get(unescape(url)).content.decode()
        feet = re.findall(r'data-label="(Open then|Of it [a-z ]+)">([^<]+)</td>', items.partition("<tfoot>")[2])
        assert (amount in [text for _, text in feet], url) == (True, url)


def test_in_the_companys_currency_there_is_one_row_and_one_total(office: Any, manager: User) -> None:
    answer = Program(manager).get("reports/ageing/", **ON, amounts="company").json()
    [aged] = answer["tables"]
    assert said(aged["rows"]) == [
        ("Annexe", "EUR", "80.00"),
        ("Corner shop", "EUR", "5.00"),
        ("Palace", "EUR", "100.00"),
    ]
    assert said(aged["foot"]) == [("Together", "EUR", "185.00")]
    assert [(proof["currency"], proof["difference"]) for proof in answer["proofs"]] == [("EUR", "0.00")]
    by_currency = table(manager, amounts="company", per="currency")
    assert said(by_currency["rows"]) == [("EUR", "EUR", "155.00"), ("USD", "EUR", "30.00")]


def test_the_companies_somebody_works_for_stand_beside_each_other(office: Any, manager: User, client: Client) -> None:
    second, third = world.make_company("USD", legal_name="Birch Inc"), world.make_company(legal_name="Cedar SA")
    manager.companies.add(second)
    world.issue(world.make_customer(second, "Yard"), "20.00", DAY)
    world.issue(world.make_customer(third, "Hidden"), "30.00", DAY)
    answer = Program(manager).get("reports/ageing/", **ON, per="company", company=office["parent"].company_id).json()
    rows = said(answer["tables"][0]["rows"])
    assert ("Birch Inc", "USD", "20.00") in rows
    assert {name for name, *_ in rows} == {"Alder Ltd", "Birch Inc"}
    assert {proof["difference"] for proof in answer["proofs"]} == {"0.00"}
    client.force_login(manager)
    assert b"Yard" in client.get("/reports/open-items/", {**ON, "of_company": second.pk}).content
    assert client.get("/reports/open-items/", {**ON, "of_company": third.pk}).status_code == 404


def test_a_group_of_companies_is_added_up_in_the_currency_of_the_one_worked_in(
    office: Any, manager: User, client: Client
) -> None:
    here, second, third = (
        office["parent"].company,
        *(world.make_company(code, legal_name=code) for code in ("USD", "CHF")),
    )
    manager.companies.add(second, third)
    for company, amount in ((second, "20.01"), (third, "7.00")):
        world.issue(world.make_customer(company, "Yard"), amount, DAY)
    set_exchange_rate(here, "USD", date(2026, 3, 31), Decimal("0.85"), by=None)

    answer = Program(manager).get("reports/ageing/", **ON, per="company", amounts="group", company=here.pk).json()
    [aged] = answer["tables"]
    assert said(aged["rows"]) == [("Alder Ltd", "EUR", "185.00"), ("CHF", "CHF", "7.00"), ("USD", "EUR", "17.01")]
    assert said(aged["foot"]) == [("Together", "EUR", "202.01"), ("Together", "CHF", "7.00")]
    assert answer["about"].endswith("1 USD is 0.85 EUR.")
    assert "Alder Ltd keeps no rate of CHF for Mar 31, 2026: CHF stands in its own." in answer["about"]
    assert {(proof["currency"], proof["difference"]) for proof in answer["proofs"]} == {
        ("EUR", "0.00"),
        ("USD", "0.00"),
        ("CHF", "0.00"),
    }
    client.force_login(manager)
    page = client.get("/reports/ageing/", {**ON, "per": "company", "amounts": "group"}).content.decode()
    assert f"of_company={second.pk}" not in page, "what was converted opens no items, which add up to something else"
    assert f"of_company={third.pk}" in page


def test_a_team_of_one_company_opens_no_figure_of_another(office: Any) -> None:
    sales, second = office["sales"], world.make_company("USD", legal_name="Birch Inc")
    mate = world.make_user(second, "sales")
    for person in (sales, mate):
        person.companies.add(second, office["parent"].company)
    world.issue(world.make_customer(second, "Yard", sales_owner_id=mate.pk), "20.00", DAY)
    set_team(office["parent"].company, None, "North", [sales.pk, mate.pk], by=sales)

    def rows_of_second() -> list[Any]:
        rows = table(sales, per="company", company=office["parent"].company_id)["rows"]
        return [row for row in said(rows) if row[0] == "Birch Inc"]

    assert rows_of_second() == []
    items = Program(sales).get("reports/open-items/", **ON, of_company=second.pk).json()
    assert items["tables"][0]["rows"] == []
    set_team(second, None, "North", [sales.pk, mate.pk], by=sales)
    assert rows_of_second() == [("Birch Inc", "USD", "20.00")]


def test_who_sees_their_own_customers_is_told_of_no_other(office: Any, client: Client) -> None:
    sales = office["sales"]
    for per in PER:
        answer = Program(sales).get("reports/ageing/", **ON, per=per).json()
        assert "Palace" not in str(answer), per
        assert answer["tables"][0]["foot"][0]["values"]["total"] == "50.00"
        assert (answer["proofs"], answer["not_compared"] != "") == ([], True)
    assert said(table(sales, per="parent")["rows"])[0] == ("Annexe", "EUR", "50.00")
    for cell in ({"customer": office["parent"].pk}, {"per": "parent", "part": office["parent"].pk}):
        answer = Program(sales).get("reports/open-items/", **ON, **cell).json()
        assert answer["tables"][0]["rows"] == []
        assert "Palace" not in answer["about"]


def test_buckets_are_those_that_somebody_types(office: Any, manager: User, client: Client) -> None:
    aged = table(manager, buckets="10, 49,50,199,200,3650")
    assert [column["label"] for column in aged["columns"]][1:8] == [
        "Not due",
        "1-10",
        "11-49",
        "50",
        "51-199",
        "200",
        "201-3650",
    ]
    feet = aged["foot"][0]["values"]
    assert [feet[key] for key in ("days_1_10", "days_50_50", "days_200_200", "over_3650")] == [
        "100.00",
        "50.00",
        "7.00",
        "0.00",
    ]
    client.force_login(manager)
    for typed, words in {
        "60,30": "Each bucket ends later",
        "0,30": "between 1 and 3650",
        "a": "Write the last day",
        "1,2,3,4,5,6,7,8,9": "There are 8 at most",
    }.items():
        page = client.get("/reports/ageing/", {**ON, "buckets": typed}).content.decode()
        assert words in page
        assert "Over 90" in page
    assert edges_in("1,2,3,4,5,6,7,8") == (1, 2, 3, 4, 5, 6, 7, 8)


def test_what_is_promised_stands_beside_until_its_days_are_over_or_it_is_withdrawn(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    details = PromiseDetails(DAY + timedelta(days=5), "Eva", "EUR", Decimal(80))
    made = record_promise(customer.pk, details, on=DAY, by=None)
    paid_on = DAY + timedelta(days=1)
    world.apply(world.receive(customer, "50.00", paid_on), invoice, "50.00", paid_on)

    def promised(days: int, known_at: Any = None) -> Decimal:
        on = DAY + timedelta(days=days)
        [total] = ageing(AgeingQuestion(customer.company_id, on, known_at=known_at)).totals
        return total.promised

    last = (made.counts_until - DAY).days
    assert [promised(days) for days in (0, 1, last, last + 1)] == [80, 50, 50, 0]
    withdraw_promise(made.pk, on=DAY + timedelta(days=3), by=None, reason="slip")
    made.refresh_from_db()
    assert [promised(days) for days in (2, 3)] == [50, 0]
    assert promised(3, made.withdrawn_at - timedelta(microseconds=1)) == 50
    assert promised(3, made.withdrawn_at) == 0


PUBLISHED = [
    ("solutioninn.com 10919353", (30, 60, 90, 120), "0 320000 110000 24000 18000 43000"),
    ("wizedu.com 44747", (30, 60, 90), "820000 328000 65600 32800 13120"),
    ("scribd 565785148", (30, 60, 90), "700000 120000 80000 30000 10000"),
]
"""Examples of text books, where they stand, with the last days of their buckets and the balances."""


@pytest.mark.parametrize(("source", "edges", "balances"), PUBLISHED)
def test_balances_by_bucket_are_those_of_published_examples(
    customer: Any, source: str, edges: tuple[int, ...], balances: str
) -> None:
    amounts = [Decimal(text) for text in balances.split()]
    for late, amount in zip((0, *edges, edges[-1] + 1), amounts, strict=True):
        if amount:
            world.issue(customer, str(amount), DAY - timedelta(days=late), net_days=0)
    [row] = ageing(AgeingQuestion(customer.company_id, DAY, edges=edges)).rows
    assert list(row.columns.values()) == [*amounts, 0], source
    assert row.total == sum(amounts)
