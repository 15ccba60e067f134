from datetime import date
from decimal import Decimal

import pytest

from ledger.models import OpenItem
from tests import world
from tests.api.calling import Program, refused

AMOUNTS = ["current", "days_1_30", "days_31_60", "days_61_90", "over_90", "unapplied", "total"]


def figures(row):
    return [row["values"][column] for column in AMOUNTS]


def table(program, report="ageing", **query):
    [only] = program.get(f"reports/{report}/", **query).json()["tables"]
    return only


def items(program, **query):
    return [row["values"] for row in table(program, "open-items", **query)["rows"]]


def test_age_01_an_invoice_that_was_paid_later_stands_in_an_earlier_months_ageing(program, customer):
    invoice = world.issue(customer, "1000.00", date(2026, 3, 30), due_on=date(2026, 4, 30))
    world.apply(world.receive(customer, "1000.00", date(2026, 5, 31)), invoice, "1000.00", date(2026, 5, 31))

    def rows(on):
        return [figures(row) for row in table(program, on=on)["rows"]]

    in_first_month = ["0.00", "1000.00", "0.00", "0.00", "0.00", "0.00", "1000.00"]
    assert rows("2026-05-01") == rows("2026-05-30") == [in_first_month]
    assert rows("2026-05-31") == []


def test_age_02_what_is_not_yet_due_has_a_column_and_the_columns_add_up(program, customer):
    for due, amount in [((12, 30), "200.00"), ((12, 29), "50.00"), ((11, 29), "70.00")]:
        world.issue(customer, amount, date(2025, 11, 1), due_on=date(2025, *due))
    world.issue(customer, "300.00", date(2025, 11, 1), due_on=date(2026, 1, 15))

    answer = program.get("reports/ageing/", on="2025-12-30").json()

    expected = ["500.00", "50.00", "70.00", "0.00", "0.00", "0.00", "620.00"]
    [aged] = answer["tables"]
    assert [figures(row) for row in aged["rows"]] == [expected]
    assert [figures(row) for row in aged["foot"]] == [expected]
    assert [(proof["currency"], proof["difference"]) for proof in answer["proofs"]] == [("EUR", "0.00")]
    late = items(program, on="2025-12-30", column="days_31_60", customer=customer.pk)
    assert [(item["value"], item["age"], item["customer"]) for item in late] == [("70.00", 31, customer.name)]


def test_age_04_a_credit_memo_is_neither_a_payment_nor_invisible(program, customer):
    day = date(2026, 3, 1)
    invoice = world.issue(customer, "100.00", day)
    world.apply(world.issue_credit_memo(customer, "50.00", day), invoice, "50.00", day)
    world.issue_credit_memo(customer, "30.00", day)

    [row] = table(program, on="2026-03-01")["rows"]

    assert figures(row) == ["50.00", "0.00", "0.00", "0.00", "0.00", "-30.00", "20.00"]
    account = program.get(f"invoices/{invoice.pk}/").json()["account"]
    said = [account[name] for name in ("total", "paid", "withheld", "credited", "due", "to_pay")]
    assert said == ["100.00", "0.00", "0.00", "50.00", "50.00", "50.00"]


def test_the_ageing_is_given_by_document_day_too(program, customer):
    world.issue(customer, "10.00", date(2026, 3, 1), due_on=date(2026, 3, 31))

    [row] = table(program, on="2026-03-31", by="dated_on")["rows"]

    assert figures(row)[:2] == ["0.00", "10.00"]


def test_the_ageing_is_given_as_the_book_knew_it(program, customer, superuser_cursor):
    world.issue(customer, "10.00", date(2026, 3, 1))
    known_at = OpenItem.objects.get().recorded_at.isoformat()
    world.issue(customer, "20.00", date(2026, 3, 1))

    before = table(program, on="2026-03-01", known_at=known_at)
    now = table(program, on="2026-03-01")

    assert [row["values"]["total"] for row in before["foot"]] == ["10.00"]
    assert [row["values"]["total"] for row in now["foot"]] == ["30.00"]


def test_the_pages_of_the_ageing_hold_every_customer_in_every_currency_once(program, company):
    for name in ("Aspen", "Beech", "Cedar"):
        customer = world.make_customer(company, name)
        for currency, rate in (("EUR", Decimal(1)), ("USD", Decimal("0.9"))):
            world.issue(customer, "10.00", date(2026, 3, 1), currency=currency, exchange_rate=rate)

    seen, query = [], {"on": "2026-03-01", "limit": 3}
    while query.get("after") is not None or not seen:
        page = table(program, **query)
        seen += [(row["values"]["name"], row["currency"]) for row in page["rows"]]
        assert [row["values"]["total"] for row in page["foot"]] == ["30.00", "30.00"]
        query["after"] = page["next"]

    assert seen == [(name, currency) for name in ("Aspen", "Beech", "Cedar") for currency in ("EUR", "USD")]


@pytest.mark.parametrize(
    "query",
    [
        {"on": "yesterday"},
        {"by": "name"},
        {"known_at": "then"},
        {"limit": 1001},
        {"per": "planet"},
        {"amounts": "shells"},
        {"buckets": "60,30"},
        {"buckets": "0"},
        {"buckets": "3651"},
        {"buckets": "1,2,3,4,5,6,7,8,9"},
        {"buckets": "30;60"},
        {"buckets": "30,,60"},
        {"buckets": "30,60.5"},
        {"buckets": "³0"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(program, query):
    answer = program.get("reports/ageing/", **query)

    assert refused(answer) == (400, "invalid_input")
    assert set(answer.json()["errors"]) == set(query)


def test_who_may_not_read_reports_reads_none(company):
    sales = Program(world.make_user(company, "sales"))

    assert refused(sales.get("reports/ageing/")) == (403, "permission_denied")
    assert refused(sales.get("reports/open-items/")) == (403, "permission_denied")


def test_another_companys_figures_are_not_in_the_ageing(stranger, customer):
    world.issue(customer, "10.00", date(2026, 3, 1))

    aged = table(stranger, on="2026-03-01")

    assert (aged["rows"], aged["foot"]) == ([], [])
    assert items(stranger, on="2026-03-01", customer=customer.pk) == []
    assert stranger.get("reports/open-items/", of_company=customer.company_id).status_code == 404
    about = stranger.get("reports/open-items/", on="2026-03-01", customer=customer.pk).json()["about"]
    assert customer.name not in about


def test_a_day_that_nobody_means_is_refused(company):
    answer = Program(world.make_user(company, "manager")).get("doubtful-items/", on="0001-01-01")
    assert (answer.status_code, answer.json()["errors"]) == (400, {"on": ["Look at the year."]})
