"""Expected credit loss: by the published examples, by plain sums over a book of everything, the same later."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import DisputeOutcome
from billing.operations.close_dispute import close_dispute
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.set_provisions import set_provision_rates, set_specific_provision
from credit_control.providing import band_words, bands_of, provision_on
from office.operations.set_exchange_rates import set_exchange_rate
from payments.operations.refund_credit import RefundDetails, refund_credit
from tests import world
from tests.api.calling import Program
from tests.billing.disputing import dispute
from tests.credit_control.planning import agreed
from tests.credit_control.reminding import late
from tests.credit_control.samples import DATA, NEEDS_DATA, rows

pytestmark = pytest.mark.django_db
RATES = [(0, Decimal("0.5")), (1, Decimal("1.95")), (31, Decimal("6.45")), (61, Decimal("32.5")), (91, Decimal(67))]
PLACES = {"EUR": Decimal("0.01"), "USD": Decimal("0.01"), "JPY": Decimal(1)}
WORTH = {"EUR": Decimal(1), "USD": Decimal("0.9137"), "JPY": Decimal("0.00613")}


def rated(company: Any, rates: Any = None) -> None:
    """Rates that hold for a year."""
    today = company.today()
    set_provision_rates(company, today - timedelta(days=400), rates or RATES, late_days=90, on=today, by=None)


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(PLACES[currency], ROUND_HALF_UP)


PUBLISHED = rows("ageing.csv") if DATA.exists() else []


@NEEDS_DATA
@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["source"])
def test_the_published_examples_come_out(company: Any, customer: Any, row: dict[str, str]) -> None:
    """Bands such as "not due", "0-30" or ">120"; where a published sum is off, its remark says by what."""
    firsts = [int(digits[0]) for digits in (re.findall(r"\d+", name) or ["0"] for name in row["buckets"].split("|"))]
    firsts[-1] += 1
    percents, balances, expected = (
        [Decimal(text) for text in row[name].split("|")] for name in ("percent", "balances", "expected_amounts")
    )
    rated(company, list(zip(firsts, percents, strict=True)))
    for first, balance in zip(firsts, balances, strict=True):
        late(customer, str(balance), first)
    found = provision_on(company, company.today())
    assert [band.open for band in found.bands] == balances
    assert [band.expected for band in found.bands] == expected
    assert found.required == Decimal(row["expected_total"]) == sum(expected)


@dataclass
class Debt:
    """What is known of an invoice: its customer, what of it is open and disputed, and since when it is to be paid."""

    paper: Any
    currency: str
    open: Decimal
    pay_on: date
    disputed: Decimal = Decimal(0)
    judged: Decimal | None = None


def book_of(company: Any, seed: int) -> tuple[list[Debt], dict[str, Decimal]]:
    """A book with everything that moves a provision; and by currency what waits, below zero."""
    luck, today = Random(seed), company.today()
    customers = [
        world.make_customer(company, f"{name} AG", currency=currency)
        for name, currency in (("Ash", "EUR"), ("Elm", "USD"), ("Oak", "JPY"), ("Yew", "EUR"))
    ]
    for currency in ("USD", "JPY"):
        set_exchange_rate(company, currency, today, WORTH[currency], by=None)
    debts = []
    for _ in range(24):
        customer = luck.choice(customers)
        currency = customer.currency
        amount = rounded(Decimal(luck.randrange(10_000, 999_999)) / 100, currency)
        days = luck.choice([-20, 0, 1, 30, 31, 60, 61, 90, 91, luck.randrange(0, 200)])
        rate = {} if currency == "EUR" else {"exchange_rate": Decimal("0.5")}
        paper = late(customer, str(amount), days, currency=currency, **rate)
        debts.append(Debt(paper, currency, amount, today - timedelta(days=days)))
        change(debts[-1], luck, today)
    for debt in debts[::5]:
        set_specific_provision(
            debt.paper.customer,
            Decimal("33.3"),
            reason="Judged",
            on=today,
            by=None,
            item_id=world.item_of(debt.paper).pk,
        )
        debt.judged = Decimal("33.3")
    set_specific_provision(customers[3], Decimal(80), reason="Insolvent", on=today, by=None)
    for debt in debts:
        debt.judged = debt.judged or (Decimal(80) if debt.paper.customer_id == customers[3].pk else None)
    waits = {}
    for customer in customers[:3]:
        rate = {} if customer.currency == "EUR" else {"exchange_rate": Decimal("0.5")}
        world.receive(customer, "77", today, currency=customer.currency, **rate)
        waits[customer.currency] = Decimal(-77)
    return debts, waits


def change(debt: Debt, luck: Random, today: date) -> None:
    """One thing that happens to a debt: paid in part, disputed, put off, in a plan, or nothing."""
    part = rounded(debt.open / 3, debt.currency)
    what = luck.choice(["", "paid", "disputed", "dispute_over", "put_off", "planned"])
    if what == "paid":
        rate = {} if debt.currency == "EUR" else {"exchange_rate": Decimal("0.5")}
        receipt = world.receive(debt.paper.customer, str(part), today, currency=debt.currency, **rate)
        world.apply(receipt, debt.paper, str(part), today)
        debt.open -= part
    elif what == "disputed":
        dispute(debt.paper, str(part), on=today)
        debt.disputed = part
    elif what == "dispute_over":
        made = dispute(debt.paper, str(part), on=today)
        close_dispute(made.pk, DisputeOutcome.REFUSED, on=today, by=None, note="It is right")
    elif what == "put_off":
        debt.pay_on = today + timedelta(days=5)
        put_off_due_day(world.item_of(debt.paper).pk, debt.pay_on, reason="Agreed", by=None)
    elif what == "planned":
        parts = ((10, str(part)), (40, str(debt.open - part)))
        accepted = max(debt.paper.dated_on, today - timedelta(days=60))
        agreed(debt.paper.customer, [debt.paper], *parts, on=accepted, currency=debt.currency)
        debt.pay_on = accepted + timedelta(days=10)


def plain_provision(debts: list[Debt], today: date) -> tuple[dict[tuple[str, int], list[Decimal]], Decimal]:
    """By currency and first day of the band what is open, disputed and lost; and all of it in euros."""
    sums: dict[tuple[str, int], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    total = Decimal(0)
    for debt in debts:
        if debt.judged is not None:
            lost = rounded((debt.open - debt.disputed) * debt.judged / 100, debt.currency)
            total += rounded(lost * WORTH[debt.currency], "EUR")
            continue
        days = max((today - debt.pay_on).days, 0)
        first = max(first for first, _ in RATES if first <= days)
        sums[debt.currency, first][0] += debt.open
        sums[debt.currency, first][1] += debt.disputed
    for (currency, first), row in sums.items():
        lost = rounded((row[0] - row[1]) * dict(RATES)[first] / 100, currency)
        row.append(lost)
        total += rounded(lost * WORTH[currency], "EUR")
    return dict(sums), total


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_what_plain_sums_say_and_a_past_day_comes_out_the_same(company: Any, manager: Any, seed: int) -> None:
    rated(company)
    today = company.today()
    debts, waits = book_of(company, seed)
    found = provision_on(company, today)
    by_band, total = plain_provision(debts, today)

    told = {
        (band.currency, band.days_from): [band.open, band.disputed, band.expected] for band in found.bands if band.open
    }
    assert told == by_band
    assert {case.item_id: (case.open, case.disputed, case.percent) for case in found.cases} == {
        world.item_of(debt.paper).pk: (debt.open, debt.disputed, debt.judged)
        for debt in debts
        if debt.judged is not None
    }
    assert found.required == total
    assert {each.currency: each.credits for each in found.beside} == waits
    answer = Program(manager).get("reports/provision/", on=str(today)).json()
    assert {proof["difference"] for proof in answer["proofs"]} == {"0.00", "0"}

    with time_machine.travel(debts[0].paper.issued_at + timedelta(days=3), tick=True):
        later = company.today()
        for debt in debts[:6]:
            rate = {} if debt.currency == "EUR" else {"exchange_rate": Decimal("0.5")}
            receipt = world.receive(debt.paper.customer, "50", later, currency=debt.currency, **rate)
            world.apply(receipt, debt.paper, "50", later)
        set_specific_provision(debts[0].paper.customer, Decimal(1), reason="Better", on=later, by=None)
        set_provision_rates(company, later, [(0, Decimal(90))], late_days=5, on=later, by=None)
        again = provision_on(company, today)
        assert (again.bands, again.cases, again.beside) == (found.bands, found.cases, found.beside)
        assert provision_on(company, later).required != total


def test_before_the_first_rate_and_without_a_table_nothing_is_expected_to_be_lost() -> None:
    late_sums = [("EUR", 0, 1, Decimal(50), Decimal(0)), ("EUR", 45, 2, Decimal(100), Decimal(20))]
    own = {"EUR": Decimal(1)}
    bands = bands_of([(31, Decimal(10))], late_sums, own, "EUR")
    assert [(band.label, band.count, band.open, band.expected) for band in bands] == [
        ("Up to 30 days late", 1, 50, 0),
        ("31 days late or more", 2, 100, 8),
    ]
    [band] = bands_of([], late_sums, own, "EUR")
    assert (band.label, band.open, band.disputed, band.expected) == ("All, however late", 150, 20, 0)


def test_a_sum_is_rounded_once_and_half_up() -> None:
    """Three items of 0.10 at 5 percent: 0.015 is 0.02, where each of them alone would be 0.01."""
    [band] = bands_of([(0, Decimal(5))], [("EUR", 1, 3, Decimal("0.30"), Decimal(0))], {"EUR": Decimal(1)}, "EUR")
    assert band.expected == Decimal("0.02")


@pytest.mark.parametrize(
    ("days", "words"),
    [((0, 0), "Not due"), ((0, 30), "Up to 30 days late"), ((1, 1), "1 day late"), ((31, 60), "31 to 60 days late")],
)
def test_bands_are_said_in_words(days: tuple[int, int], words: str) -> None:
    assert band_words(*days) == words


def test_refunds_stand_beside_and_so_does_what_has_no_rate(
    company: Any, customer: Any, manager: Any, client: Any
) -> None:
    rated(company)
    today = company.today()
    memo = world.issue_credit_memo(customer, "50.00", today)
    refund_credit(customer, RefundDetails(world.item_of(memo).pk, Decimal(20), today, "asked for"), by=None)
    late(customer, "10.00", 1, currency="USD", exchange_rate=Decimal("0.5"))
    found = provision_on(company, today)
    assert (found.lacking, found.required) == (["USD"], None)
    assert sum(each.debts + each.credits for each in found.beside) == -30
    client.force_login(manager)
    page = client.get("/reports/provision/").content.decode()
    assert "No rate of USD is kept for that day." in page
    assert page.count("add up to the receivable account (") == 2
    assert f"/reports/unapplied/?on={today}" in page


def test_a_bands_figure_leads_to_its_items(company: Any, customer: Any, manager: Any, client: Any) -> None:
    rated(company)
    papers = [late(customer, f"{100 + number}.00", 31 + number) for number in range(3)]
    judged = late(customer, "9.00", 31)
    set_specific_provision(
        customer, Decimal(5), reason="No", on=company.today(), by=None, item_id=world.item_of(judged).pk
    )
    client.force_login(manager)
    page = client.get("/reports/provision/").content.decode()
    [address] = re.findall(r'href="(/reports/provision-items/[^"]+)"', page)
    items = client.get(address.replace("&amp;", "&")).content.decode()
    assert [paper.number in items for paper in papers] == [True, True, True]
    assert judged.number not in items
    assert "€303.00" in items
    program = Program(manager)
    first = program.get("reports/provision-items/", limit="2").json()["tables"][0]
    rest = program.get("reports/provision-items/", limit="2", after=first["next"]).json()["tables"][0]
    found = [row["values"]["reference"] for row in first["rows"] + rest["rows"]]
    assert found == [paper.number for paper in reversed(papers)]


def test_many_items_cost_as_many_queries_as_one(company: Any, customer: Any) -> None:
    rated(company)
    counts = []
    for _ in range(2):
        for number in range(1, 6):
            late(customer, "10.00", 40 * number)
        with CaptureQueriesContext(connection) as queries:
            provision_on(company, company.today())
        counts.append(len(queries))
    assert counts[0] == counts[1]
