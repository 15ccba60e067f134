"""What was not paid by its day is an event of that day, once; and everything that reads what is late moves that day."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from billing.models import Invoice, ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.queries import with_state as documents_with_state
from credit_control.missed.reading import with_state
from credit_control.models import CreditPolicy, MissedDay, MissedPayment
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.find_missed_payments import companies_to_look_at, find_missed_payments
from credit_control.operations.place_holds_by_rule import place_holds_by_rule
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.reminders.proposals import proposals_for
from credit_control.tasks import find_missed
from credit_control.worklist.reading import worklist
from customers.exposure import exposure_of
from customers.models import Customer
from customers.operations.set_hold_policy import set_hold_policy
from payments.exchanging import ExchangeDetails
from payments.models import PaymentMethod
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.reverse_receipt import reverse_receipt
from reports.ageing import AgeingQuestion, ageing_totals
from reports.forecast.reading import ForecastQuestion, owed_on
from reports.to_do import tasks
from tests import world
from tests.api.calling import Program
from tests.credit_control.planning import agreed, offer
from tests.credit_control.reminding import ladder

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)


@pytest.fixture
def due(company: Any, customer: Any, today: date) -> Invoice:
    """An invoice of 300.00 that is due today, in a company that looked today."""
    find_missed_payments(company, on=today)
    return world.issue(customer, "300.00", today - timedelta(days=30), due_on=today)


def found(company: Any, on: date) -> list[tuple[str, date, Decimal]]:
    """What is newly found on a day: how, missed on which day, and how much."""
    before = set(MissedPayment.objects.values_list("pk", flat=True))
    count = find_missed_payments(company, on=on)
    new = MissedPayment.objects.exclude(pk__in=before).order_by("pk")
    assert count == len(new)
    return [(row.kind, row.on, row.amount) for row in new]


def states(company: Any, on: date) -> list[str]:
    return [row.state for row in with_state(MissedPayment.objects.order_by("pk"), on)]


def _reason() -> int:
    return ReasonCode.objects.get(code="price_disputed").pk


def promise(customer: Any, day: date, made_on: date, **details: Any) -> Any:
    return record_promise(customer.pk, PromiseDetails(day, "Eva", "EUR", **details), on=made_on, by=None)


def test_a_due_day_that_passed_is_missed_the_day_after_and_once(company: Any, due: Invoice, today: date) -> None:
    tomorrow = today + ONE_DAY
    assert found(company, today) == []
    assert found(company, tomorrow) == [("due_day", tomorrow, 300)]
    assert found(company, tomorrow) == found(company, tomorrow + ONE_DAY) == []
    [row] = MissedPayment.objects.all()
    assert (row.due_on, row.reference, row.currency, row.item) == (today, due.number, "EUR", world.item_of(due))


def late_everywhere(company: Any, due: Invoice, on: date) -> tuple[Any, ...]:
    """What reads it as late: reminders, worklist, documents' list, ageing, the forecast's past days, and holds."""
    reminded = proposals_for(company, Customer.objects.all(), on)
    holds = place_holds_by_rule(company, on=on)
    return (
        [row.step.days for row in reminded],
        [work.overdue for work in worklist(company, on)],
        documents_with_state(Invoice.objects.filter(pk=due.pk), on).get().state,
        [row.late for row in ageing_totals(AgeingQuestion(company.pk, on))],
        sum(debt.open for debt in owed_on(ForecastQuestion(company.pk, on, "EUR")).debts if debt.pay_on < on),
        holds.placed,
    )


def test_the_day_after_it_is_late_in_reminders_worklist_lists_ageing_and_holds(
    company: Any, due: Invoice, today: date
) -> None:
    ladder(company, [1, 8])
    set_hold_policy(company, {"late_days": 1, "quiet_days": 14}, by=None)
    assert late_everywhere(company, due, today) == ([], [], "open", [0], 0, 0)
    assert late_everywhere(company, due, today + ONE_DAY) == ([1], [300], "overdue", [300], 300, 1)


def test_a_returned_payment_is_missed_at_once_and_late_everywhere_again(
    company: Any, customer: Any, due: Invoice, today: date
) -> None:
    ladder(company, [1, 8])
    set_hold_policy(company, {"late_days": 1, "quiet_days": 14}, by=None)
    receipt = world.receive(customer, "300.00", today - ONE_DAY, method=PaymentMethod.CHEQUE)
    world.apply(receipt, due, "300.00", today - ONE_DAY)
    assert late_everywhere(company, due, today + ONE_DAY)[:3] == ([], [], "paid")

    reverse_receipt(receipt.pk, dated_on=today, by=None, reason="No funds")
    [row] = MissedPayment.objects.all()
    assert (row.kind, row.on, row.amount, row.receipt, row.due_on) == ("return", today, 300, receipt, None)
    assert states(company, today) == ["open"]
    assert exposure_of(customer, today).total == 300
    assert late_everywhere(company, due, today + ONE_DAY) == ([1], [300], "overdue", [300], 300, 1)
    world.apply(world.receive(customer, "300.00", today), due, "300.00", today)
    assert states(company, today) == ["settled"]


def test_what_came_back_after_its_due_day_is_no_second_event(company: Any, customer: Any, today: date) -> None:
    paid = world.issue(customer, "50.00", today - timedelta(days=40), due_on=today - timedelta(days=10))
    receipt = world.receive(customer, "50.00", today - timedelta(days=10))
    world.apply(receipt, paid, "50.00", today - timedelta(days=10))
    assert found(company, today) == []
    reverse_receipt(receipt.pk, dated_on=today, by=None, reason="No funds")
    assert found(company, today + ONE_DAY) == []
    assert MissedPayment.objects.get().kind == "return"


def test_a_mistaken_receipt_is_nothing_that_came_back(company: Any, customer: Any, today: date) -> None:
    receipt = world.receive(customer, "50.00", today)
    reverse_receipt(receipt.pk, dated_on=today, by=None, reason="Another customer's", mistaken=True)
    assert not MissedPayment.objects.exists()


def test_of_a_chargeback_what_the_bank_took_is_missed(customer: Any, today: date) -> None:
    card = world.receive(customer, "90.00", today, method=PaymentMethod.CARD)
    open_chargeback(card.pk, ChargebackDetails(today, today, "10.4", "Not theirs", amount=Decimal(40)), by=None)
    assert MissedPayment.objects.get().amount == 40


@pytest.mark.parametrize(
    "agree",
    [
        lambda due, today: promise(due.customer, today + timedelta(days=4), today),
        lambda due, today: put_off_due_day(
            world.item_of(due).pk, today + timedelta(days=6), by=None, reason="Agreed by phone"
        ),
        lambda due, today: open_dispute(due.entry_id, DisputeDetails(_reason()), on=today, by=None),
        lambda due, today: agreed(due.customer, [due], (6, "100.00"), (40, "200.00")),
        lambda due, today: offer(due.customer, [due], (6, "100.00"), (40, "200.00")),
        lambda due, today: world.apply(world.receive(due.customer, "300.00", today), due, "300.00", today),
        lambda due, today: world.receive(due.customer, "300.00", today),
        lambda due, today: CreditPolicy.objects.create(company=due.company, smallest_reminder=Decimal("300.01")),
    ],
    ids=["promise", "put_off", "dispute", "plan", "offer", "paid", "free_credit", "too_small"],
)
def test_what_was_agreed_or_paid_by_its_day_is_not_missed(
    company: Any, due: Invoice, today: date, agree: Callable[[Invoice, date], Any]
) -> None:
    agree(due, today)
    assert found(company, today + ONE_DAY) == []
    assert found(company, today + timedelta(days=5)) == []


def test_a_broken_promise_is_missed_when_its_days_are_over_and_no_longer_excuses(
    company: Any, customer: Any, due: Invoice, today: date
) -> None:
    made = promise(customer, today + timedelta(days=4), today)
    broken = made.counts_until + ONE_DAY
    assert found(company, made.counts_until) == []
    assert found(company, broken) == [("due_day", broken, 300), ("promise", broken, 300)]
    assert states(company, broken) == ["open", "open"]


def test_of_a_promise_kept_in_part_the_rest_is_missed(company: Any, customer: Any, due: Invoice, today: date) -> None:
    made = promise(customer, today, today, amount=Decimal(200))
    world.receive(customer, "120.00", today)
    broken = made.counts_until + ONE_DAY
    assert [row for row in found(company, broken) if row[0] == "promise"] == [("promise", broken, 80)]


def test_of_a_promise_kept_in_another_currency_the_rest_is_missed(
    company: Any, customer: Any, due: Invoice, today: date
) -> None:
    made = promise(customer, today, today, amount=Decimal(200))
    dollars = world.receive(customer, "200.00", today, currency="USD", exchange_rate=Decimal("0.6"))
    exchange_receipt(dollars.pk, ExchangeDetails(Decimal(200), "EUR", today, Decimal(120)), by=None)
    broken = made.counts_until + ONE_DAY
    assert [row for row in found(company, broken) if row[0] == "promise"] == [("promise", broken, 80)]


def test_an_instalment_is_missed_after_its_days_of_grace(
    company: Any, customer: Any, due: Invoice, today: date
) -> None:
    plan = agreed(customer, [due], (2, "100.00"), (40, "200.00"))
    missed = today + timedelta(days=2 + 3 + 1)
    assert found(company, missed - ONE_DAY) == []
    assert found(company, missed) == [("instalment", missed, 100)]
    assert found(company, missed + ONE_DAY) == []
    assert states(company, missed) == ["open"]
    cancel_plan(plan.pk, "Not kept", on=missed, by=None)
    assert states(company, missed) == ["cancelled"]


def test_days_on_which_nobody_looked_are_made_up_for(company: Any, customer: Any, due: Invoice, today: date) -> None:
    world.issue(customer, "20.00", today, due_on=today + timedelta(days=2))
    later = today + timedelta(days=5)
    assert found(company, later) == [
        ("due_day", today + ONE_DAY, 300),
        ("due_day", today + timedelta(days=3), 20),
    ]
    assert MissedDay.objects.count() == 6


def test_who_paid_late_before_anybody_looked_missed_their_day(company: Any, customer: Any, today: date) -> None:
    last = today - timedelta(days=5)
    find_missed_payments(company, on=last)
    paid = world.issue(customer, "70.00", last - timedelta(days=30), due_on=last)
    world.apply(world.receive(customer, "70.00", today), paid, "70.00", today)
    assert found(company, today) == [("due_day", last + ONE_DAY, 70)]
    assert states(company, today) == ["settled"]


def test_a_payment_found_later_and_dated_in_time_leaves_the_event_and_says_so(
    company: Any, customer: Any, today: date
) -> None:
    day = today - timedelta(days=3)
    find_missed_payments(company, on=day)
    paid = world.issue(customer, "70.00", day - timedelta(days=30), due_on=day)
    assert found(company, today) == [("due_day", day + ONE_DAY, 70)]
    world.apply(world.receive(customer, "70.00", day), paid, "70.00", day)
    assert states(company, today) == ["in_time"]


def test_the_first_look_dates_what_is_late_by_its_own_day(company: Any, customer: Any, today: date) -> None:
    world.issue(customer, "10.00", today - timedelta(days=60), due_on=today - timedelta(days=30))
    assert found(company, today) == [("due_day", today - timedelta(days=29), 10)]


def test_only_what_was_open_when_its_day_was_over_is_missed(
    company: Any, customer: Any, due: Invoice, today: date
) -> None:
    world.apply(world.receive(customer, "120.00", today), due, "120.00", today)
    assert found(company, today + ONE_DAY) == [("due_day", today + ONE_DAY, 180)]


def test_other_companies_customers_stay_theirs(company: Any, due: Invoice, today: date) -> None:
    other = world.make_company(legal_name="Other Ltd")
    assert found(other, today + ONE_DAY) == []
    assert {each.pk for each in companies_to_look_at()} == set()


def test_the_task_looks_once_a_day_at_each_company(company: Any, customer: Any, today: date) -> None:
    world.issue(customer, "10.00", today - timedelta(days=60), due_on=today - ONE_DAY)
    assert [find_missed(), find_missed()] == [1, 0]
    assert MissedPayment.objects.count() == 1


def test_it_takes_one_statement_for_many_items(
    company: Any, customer: Any, today: date, django_assert_max_num_queries: Any
) -> None:
    find_missed_payments(company, on=today)
    for _ in range(6):
        world.issue(customer, "10.00", today - timedelta(days=60), due_on=today)
    with django_assert_max_num_queries(14):
        assert find_missed_payments(company, on=today + ONE_DAY) == 6


@pytest.mark.parametrize("change", [{"amount": Decimal(0)}, {"kind": "promise"}, {"due_on": None}, {"on": None}])
def test_the_database_refuses_an_event_that_says_nothing(
    company: Any, customer: Any, due: Invoice, today: date, change: dict[str, Any]
) -> None:
    values = {"kind": "due_day", "item": world.item_of(due), "due_on": today, "amount": Decimal(1), "on": today}
    more = {"company": company, "customer": customer, "currency": "EUR", "reference": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        MissedPayment.objects.create(**values | more | change)


def test_the_list_the_page_the_front_page_and_programs_tell_of_it(
    company: Any, customer: Any, due: Invoice, today: date, client: Client
) -> None:
    day = today - timedelta(days=3)
    world.issue(customer, "70.00", day - timedelta(days=30), due_on=day)
    other = world.make_company(legal_name="Other Ltd")
    clerk = world.make_user(company, "collector")
    client.force_login(clerk)
    with connection.cursor():
        MissedPayment.objects.create(
            company=company,
            customer=customer,
            kind="due_day",
            on=day + ONE_DAY,
            due_on=day,
            amount=Decimal(70),
            currency="EUR",
            reference="INV-7",
            item=customer.invoices.order_by("-pk")[0].entry.items.get(),
        )
    page = client.get(reverse("credit_control:missed_payment_list") + "?state=open&lately=1&kind=due_day")
    assert "INV-7" in page.content.decode()
    theirs = client.get(reverse("customers:customer", args=[customer.pk])).content.decode()
    assert theirs.count("Not paid when due: INV-7") == 2
    [waiting] = [task for task in tasks(clerk, company, today) if "missed" in task.words]
    assert (waiting.count, client.get(waiting.url).status_code) == (1, 200)
    [row] = Program(clerk).get("missed-payments/", kind="due_day").json()["results"]
    assert (row["state"], row["amount"], row["on"], row["reference"]) == ("open", "70.00", str(day + ONE_DAY), "INV-7")
    assert other.missed_payments.count() == 0
