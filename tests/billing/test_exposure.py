"""What a customer would owe with all that is drafted, held against their limit: one figure wherever it is shown."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.issue_checks import concerns_of, drafts_to_check
from billing.models import Invoice, IssueCheck
from billing.operations.bill_shipments import bill_shipments
from billing.operations.credit_invoice import credit_invoice
from billing.operations.end_order import end_order
from billing.operations.issue_invoice import issue_invoice
from credit_control.hold_rules import reasons_on
from customers.exposure import Exposure, exposure_of, exposures_of
from customers.limits import over_limit, used_words, with_limit_used
from customers.models import Customer, hold_policy_of
from customers.operations.set_hold_policy import set_hold_policy
from office.models import Company, ExchangeRate
from tests import world
from tests.api.calling import Program
from tests.billing.ordering import make_order, order_line, ship

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def keep_rate(company: Company, currency: str, rate: str, on: date) -> None:
    ExchangeRate.objects.create(company=company, currency=currency, on=on, rate=Decimal(rate))


@pytest.fixture
def today(time_machine: Any) -> date:
    time_machine.move_to("2026-03-10T10:00Z", tick=False)
    return date(2026, 3, 10)


@pytest.fixture
def in_three_currencies(company: Company, today: date) -> Customer:
    """In dollars: open 100 and 30 in credit; open 50 euros, 70 pounds in a draft, 10 francs without a rate."""
    keep_rate(company, "USD", "0.8", today)
    keep_rate(company, "GBP", "1.15", today - timedelta(days=3))
    keep_rate(company, "GBP", "9.99", today - timedelta(days=4))
    keep_rate(company, "CHF", "1.05", today - timedelta(days=11))
    customer = world.make_customer(company, currency="USD", credit_limit=Decimal("250.00"))
    at = {"exchange_rate": Decimal("0.9")}
    world.issue(customer, "100.00", DAY, currency="USD", **at)
    world.issue_credit_memo(customer, "30.00", DAY, currency="USD", **at)
    world.issue(customer, "50.00", DAY, currency="EUR")
    world.draft(customer, "70.00", currency="GBP", **at)
    world.draft(customer, "0.01", currency="GBP", kind="credit_memo", **at)
    world.issue(customer, "10.00", DAY, currency="CHF", **at)
    return customer


def in_the_list(customer: Customer, on: date) -> Customer:
    return with_limit_used(Customer.objects.filter(pk=customer.pk), customer.company, on).get()


def test_all_currencies_count_at_the_days_rates_and_nothing_is_guessed(
    in_three_currencies: Customer, today: date
) -> None:
    exposure = exposure_of(in_three_currencies, today)

    # 100 - 30 + 50/0.8 = 132.50; 69.99 x 1.15 / 0.8 = 100.610625
    assert exposure.parts == {"open": Decimal("132.50"), "draft": Decimal("100.61")}
    assert (exposure.total, exposure.left, exposure.percent, exposure.is_over) == (
        Decimal("233.11"),
        Decimal("16.89"),
        93,
        False,
    )
    assert (exposure.without_words, exposure.worth) == ("without CHF\xa010.00, no rate", None)


def test_the_list_shows_the_very_same_figure(in_three_currencies: Customer, today: date) -> None:
    row = in_the_list(in_three_currencies, today)
    assert (row.exposure, used_words(row), row.limit_now) == (Decimal("233.11"), "93 %", Decimal(250))
    assert list(over_limit(with_limit_used(Customer.objects.all(), row.company, today))) == []

    world.draft(in_three_currencies, "16.90", currency="USD", exchange_rate=Decimal(1))
    [over] = over_limit(with_limit_used(Customer.objects.all(), row.company, today))
    assert (over.exposure, exposure_of(over, today).total) == (Decimal("250.01"), Decimal("250.01"))


def test_what_they_owe_is_worth_so_much_in_the_companys_currency(company: Company, today: date) -> None:
    keep_rate(company, "USD", "0.8", today)
    customer = world.make_customer(company, currency="USD")
    world.issue(customer, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    world.draft(customer, "5.00", currency="EUR")
    assert exposure_of(customer, today).worth == Decimal("85.00")


def test_without_a_limit_nothing_is_left_or_passed(customer: Customer, today: date) -> None:
    world.issue(customer, "5.00", DAY)
    exposure = exposure_of(customer, today)
    assert (exposure.limit, exposure.left, exposure.percent, exposure.is_over) == (None, None, None, False)
    assert used_words(in_the_list(customer, today)) == ""


def test_a_limit_of_nothing_is_passed_by_anything(company: Company, today: date) -> None:
    customer = world.make_customer(company, credit_limit=Decimal(0))
    assert used_words(in_the_list(customer, today)) == "0 %"
    world.issue(customer, "0.01", DAY)
    assert (exposure_of(customer, today).is_over, used_words(in_the_list(customer, today))) == (True, "over")


def test_many_customers_take_as_many_queries_as_one(company: Company, today: date) -> None:
    keep_rate(company, "USD", "0.8", today)
    customers = [world.make_customer(company, number=f"C-{n}", credit_limit=Decimal(9)) for n in range(12)]
    for customer in customers:
        world.issue(customer, "10.00", DAY)
    asked = []
    for some in (customers[:1], customers):
        with CaptureQueriesContext(connection) as queries:
            found = exposures_of(company, some, today)
        asked.append(len(queries))
    assert (asked[0], {exposure.total for exposure in found.values()}) == (asked[1], {Decimal("10.00")})
    assert isinstance(found[customers[0].pk], Exposure)


def limit_words(*drafts: Invoice) -> list[tuple[int, str]]:
    found = concerns_of(drafts_to_check([draft.pk for draft in drafts]))
    return [(each.invoice_id, each.message) for each in found if each.check == IssueCheck.CREDIT_LIMIT]


def test_a_draft_is_held_against_the_limit_with_the_drafts_before_it(company: Company, today: date) -> None:
    keep_rate(company, "USD", "0.5", today)
    customer = world.make_customer(company, credit_limit=Decimal(100))
    world.issue(customer, "60.00", DAY)
    first = world.draft(customer, "39.00")
    second = world.draft(customer, "4.00", currency="USD", exchange_rate=Decimal("0.9"))
    third = world.draft(customer, "5.00", currency="CHF", exchange_rate=Decimal("0.9"))

    assert limit_words(first) == []
    told = (second.pk, "Bramble GmbH would owe €101.00; the limit is €100.00.")
    assert limit_words(second) == [told]
    no_rate = (third.pk, "No rate of CHF is kept, so Bramble GmbH's limit cannot be checked.")
    assert limit_words(first, second, third) == [told, no_rate]


def test_a_draft_that_does_not_fit_takes_nothing_from_those_after_it(company: Company, today: date) -> None:
    customer = world.make_customer(company, credit_limit=Decimal(100))
    drafts = [world.draft(customer, amount) for amount in ("60.00", "90.00", "40.00", "0.01")]
    told = [
        (drafts[1].pk, "Bramble GmbH would owe €150.00; the limit is €100.00."),
        (drafts[3].pk, "Bramble GmbH would owe €100.01; the limit is €100.00."),
    ]
    assert limit_words(*drafts) == told
    assert [limit_words(draft) for draft in drafts] == [[], [told[0]], [], [told[1]]]


@pytest.mark.parametrize(("on", "limit"), [("2026-03-10", "500"), ("2026-03-11", "100")])
def test_a_temporary_limit_holds_to_its_last_day(company: Company, today: date, on: str, limit: str) -> None:
    customer = world.make_customer(company, credit_limit=Decimal(100))
    Customer.objects.update(temporary_limit=Decimal(500), temporary_limit_until=today)
    customer.refresh_from_db()
    day = date.fromisoformat(on)
    assert exposure_of(customer, day).limit == in_the_list(customer, day).limit_now == Decimal(limit)


def test_screens_and_programs_tell_it(company: Company, client: Client, manager: Any, today: date) -> None:
    customer = world.make_customer(company, credit_limit=Decimal(100))
    world.issue(customer, "60.00", DAY)
    world.draft(customer, "41.00")
    client.force_login(manager)

    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Over the limit" in page
    assert "€101.00" in page
    assert "101 %" in client.get("/customers/?over=1&sort=-limit_used").content.decode()
    world.hold(customer, "Court")
    line = client.get(f"/customers/standing/?customer={customer.pk}").content.decode()
    assert "over the limit of" in line
    assert "Court" in line
    assert client.get("/customers/standing/?customer=x").content.decode().strip() == ""
    world.make_customer(company, "Other AG")
    for narrowed in ("over_limit=true", "held=true"):
        assert [row["id"] for row in Program(manager).get(f"customers/?{narrowed}").json()["results"]] == [customer.pk]
    told = Program(manager).get(f"customers/{customer.pk}/").json()["exposure"]
    assert (told["total"], told["limit"], told["left"], told["without"]) == ("101.00", "100.00", "-1.00", [])
    assert told["parts"] == [
        {"name": "open", "amount": "60.00", "currency": "EUR"},
        {"name": "draft", "amount": "41.00", "currency": "EUR"},
    ]


def ordered(customer: Customer, on: date) -> Decimal:
    """What is ordered, as it counts, the same in the list."""
    exposure = exposure_of(customer, on)
    assert in_the_list(customer, on).exposure == exposure.total
    return exposure.parts["ordered"]


def test_orders_count_where_the_company_says_so_as_far_as_they_are_not_billed(company: Company, today: date) -> None:
    customer = world.make_customer(company, credit_limit=Decimal("100.00"))
    order = make_order(customer, order_line("10", "12.50", discount_percent=Decimal(10)), order_line("3", "0.335"))
    assert "ordered" not in exposure_of(customer, today).parts

    set_hold_policy(company, {"counts_orders": True}, by=None)
    assert ordered(customer, today) == Decimal("113.51")
    [draft] = bill_shipments(company, [ship(order, "4", "0").pk], by=None)
    assert ordered(customer, today) == Decimal("68.51")
    assert exposure_of(customer, today).parts["draft"] == 45
    invoice = issue_invoice(draft.pk, by=None, on=today, override="Agreed")
    assert ordered(customer, today) == Decimal("68.51")
    credit_invoice(invoice.pk, {invoice.lines.get().pk: Decimal(1)}, reason="Broken", by=None, on=today)
    assert ordered(customer, today) == Decimal("79.76")
    end_order(order.pk, "closed", reason="Done", on=today, by=None)
    assert ordered(customer, today) == 0


def test_of_a_blanket_order_counts_what_is_left_of_its_amount(company: Company, today: date) -> None:
    set_hold_policy(company, {"counts_orders": True}, by=None)
    keep_rate(company, "JPY", "0.006", today)
    customer = world.make_customer(company, credit_limit=Decimal("100.00"))
    order = make_order(customer, blanket_amount=Decimal(10000), currency="JPY")
    assert ordered(customer, today) == 60
    line = world.line("2500", "1", order_id=order.pk)
    world.draft(customer, [line], currency="JPY", exchange_rate=Decimal("0.006"))
    assert ordered(customer, today) == 45
    world.draft(customer, [world.line("9000", "1", order_id=order.pk)], currency="JPY", exchange_rate=Decimal("0.006"))
    assert ordered(customer, today) == 0


def test_who_orders_beyond_their_limit_is_held_where_orders_count(company: Company, today: date) -> None:
    customer = world.make_customer(company, credit_limit=Decimal("100.00"))
    make_order(customer, order_line("9", "12.50"))
    policy = hold_policy_of(company)
    policy.over_percent = 0
    assert reasons_on(company, policy, today) == {}
    policy.counts_orders = True
    assert reasons_on(company, policy, today) == {
        (customer.pk, "over_limit"): "€112.50 with drafts and orders is over the limit of €100.00."
    }


def test_programs_and_pages_say_what_is_ordered(company: Company, manager: Any, today: date) -> None:
    administrator = world.make_user(company, "administrator")
    assert Program(administrator).put("hold-policy/", {"counts_orders": True}).json()["counts_orders"] is True
    customer = world.make_customer(company, credit_limit=Decimal("100.00"))
    make_order(customer, order_line("2", "12.50"))
    client = Client()
    client.force_login(manager)
    assert "Ordered" in client.get(f"/customers/{customer.pk}/holds/").content.decode()
