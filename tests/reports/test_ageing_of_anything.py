"""Whatever happened, on any day and as known at any moment: the ageing is what plain Python makes of the book."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from billing.disputes import disputed_now
from billing.models import Dispute, DisputeOutcome, Invoice
from billing.operations.close_dispute import close_dispute
from billing.operations.void_invoice import void_invoice
from credit_control.models import CreditFile, PaymentPlan, PaymentPromise
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.withdraw_promise import withdraw_promise
from customers.models import Customer, CustomerGroup
from ledger.models import Allocation, OpenItem
from ledger.refusals import Refused
from payments.operations.apply_credits import undo_allocation
from reports.ageing import AgeingQuestion, Cell, ageing
from reports.ageing.items import items_and_sums
from reports.ageing.question import BESIDE
from tests import world
from tests.billing.disputing import dispute
from tests.conftest import empty_tables
from tests.credit_control.planning import agreed
from tests.reports.plain_ageing import Then, plain_ageing

PERS = ("customer", "parent", "group", "owner", "collector", "currency")
amounts = st.integers(1, 90_000).map(lambda cents: Decimal(cents) / 100)
rates = st.sampled_from([None, None, Decimal("0.9"), Decimal("1.37"), Decimal("0.8437")])
nets = st.sampled_from([0, 14, 30, 90])
ago = st.integers(-5, 120)
places = st.integers(0, 10_000)


def money(rate: Decimal | None) -> dict[str, Any]:
    """In euros, or in dollars at a rate."""
    return {"currency": "USD", "exchange_rate": rate} if rate else {"currency": "EUR"}


class Books(RuleBasedStateMachine):
    """Anything in any order; what is agreed with customers on days that only go forward.

    What the house refuses did not happen.
    """

    @initialize(
        ahead=st.integers(0, 100),
        seed=places,
        papers=st.lists(st.tuples(amounts, ago, places, rates, nets), min_size=5, max_size=8),
        money=st.lists(st.tuples(amounts, ago, places, rates), min_size=2, max_size=4),
    )
    def begin(self, ahead: int, seed: int, papers: list[Any], money: list[Any]) -> None:
        self.company = world.make_company()
        owner, collector = world.make_user(self.company), world.make_user(self.company, "collector")
        parent = world.make_customer(self.company, "Parent")
        group = CustomerGroup.objects.create(company=self.company, name="Hotels")
        owned, child = world.make_customer(self.company, "Owned"), world.make_customer(self.company, "Child")
        Customer.objects.filter(pk__in=[owned.pk, child.pk]).update(sales_owner=owner, group=group)
        Customer.objects.filter(pk=child.pk).update(parent=parent)
        CreditFile.objects.create(company=self.company, customer=child, collector=collector)
        self.owner, self.customers = owner, [parent, owned, child]
        self.last = self.company.today()
        self.today = self.last - timedelta(days=100 - ahead)
        self.moments: list[Any] = []
        self.chance = Random(seed)
        for paper in papers:
            self.issue_one(*paper)
        for came in money:
            self.receive_one(*came)

    def teardown(self) -> None:
        empty_tables()

    def act(self, do: Callable[[], Any]) -> None:
        """Do it unless the house refuses, and remember the moment after."""
        with suppress(Refused):
            do()
        self.moments.append(timezone.now())

    def pick(self, model: Any, place: int, **which: Any) -> Any:
        rows = list(model.objects.filter(**which).order_by("pk"))
        return rows[place % len(rows)] if rows else None

    @rule(days=st.integers(0, 30))
    def let_days_pass(self, days: int) -> None:
        self.today = min(self.today + timedelta(days=days), self.last)

    @rule(amount=amounts, days=ago, place=places, rate=rates, net=nets)
    def issue(self, **paper: Any) -> None:
        self.issue_one(**paper)

    def issue_one(self, amount: Decimal, days: int, place: int, rate: Decimal | None, net: int) -> None:
        customer = self.customers[place % 3]
        day = self.last - timedelta(days=max(days, 0))
        self.act(lambda: world.issue(customer, str(amount), day, net_days=net, **money(rate)))

    @rule(amount=amounts, days=ago, place=places, rate=rates)
    def receive(self, **came: Any) -> None:
        self.receive_one(**came)

    def receive_one(self, amount: Decimal, days: int, place: int, rate: Decimal | None) -> None:
        day = self.last - timedelta(days=max(days, 0))
        self.act(lambda: world.receive(self.customers[place % 3], str(amount), day, **money(rate)))

    @rule(amount=amounts, days=ago, place=places)
    def give_credit(self, amount: Decimal, days: int, place: int) -> None:
        day = self.last - timedelta(days=max(days, 0))
        self.act(lambda: world.issue_credit_memo(self.customers[place % 3], str(amount), day))

    @rule(a=places, b=places, amount=amounts, days=ago, is_whole=st.booleans())
    def apply(self, a: int, b: int, amount: Decimal, days: int, is_whole: bool) -> None:
        credit = self.pick(OpenItem, a, balance__lt=0)
        if not credit:
            return
        debit = self.pick(
            OpenItem, b, balance__gt=0, currency=credit.currency, customer_id=credit.customer_id, kind="invoice"
        )
        if not debit:
            return
        most = min(debit.balance, -credit.balance)
        day = max(debit.dated_on, credit.dated_on, self.last - timedelta(days=max(days, 0)))
        invoice = Invoice.objects.get(entry=debit.entry_id)
        part = most if is_whole else min(amount, most)
        self.act(lambda: world.apply(OfItem(credit), invoice, str(part), day))

    @rule(place=places, days=st.integers(0, 60))
    def undo(self, place: int, days: int) -> None:
        done = self.pick(Allocation, place, reverses=None)
        if done:
            day = min(done.dated_on + timedelta(days=days), self.last)
            self.act(lambda: undo_allocation(done.pk, dated_on=day, by=None, reason="slip"))

    @rule(place=places)
    def void(self, place: int) -> None:
        if invoice := self.pick(Invoice, place, status="issued"):
            self.act(lambda: void_invoice(invoice.pk, reason="mistake", by=None, on=self.last))

    @rule(place=places, amount=amounts)
    def object(self, place: int, amount: Decimal) -> None:
        item = self.pick(OpenItem, place, balance__gt=0, kind="invoice", dated_on__lte=self.today)
        if item:
            part = min(item.balance, amount)
            self.act(lambda: dispute(Invoice.objects.get(entry=item.entry_id), str(part), on=self.today))

    @rule(place=places)
    def decide(self, place: int) -> None:
        if found := self.pick(Dispute, place, closed_on=None):
            self.act(lambda: close_dispute(found.pk, DisputeOutcome.REFUSED, on=self.today, by=None, note="No"))

    @rule(place=places, first=st.integers(1, 99))
    def plan(self, place: int, first: int) -> None:
        item = self.pick(OpenItem, place, balance__gt=0, kind="invoice", dated_on__lte=self.today)
        others = OpenItem.objects.filter(
            balance__gt=0, kind="invoice", customer_id=item and item.customer_id, currency=item and item.currency
        )
        items = list(others.filter(dated_on__lte=self.today)[:2])
        if not items:
            return
        held = disputed_now([each.pk for each in items])
        whole = sum((each.balance - held.get(each.pk, Decimal(0)) for each in items), Decimal(0))
        begin = (whole * first / 100).quantize(Decimal("0.01"))
        parts = [(7, str(begin)), (40, str(whole - begin))]
        customer = Customer.objects.get(pk=item.customer_id)
        papers = [OfItem(each) for each in items]
        self.act(lambda: agreed(customer, papers, *parts, on=self.today, currency=item.currency))

    @rule(place=places)
    def end_plan(self, place: int) -> None:
        if found := self.pick(PaymentPlan, place, status="accepted"):
            self.act(lambda: cancel_plan(found.pk, "Missed", on=self.today, by=None))

    @rule(place=places, amount=amounts, days=st.integers(0, 20))
    def promise(self, place: int, amount: Decimal, days: int) -> None:
        if item := self.pick(OpenItem, place, balance__gt=0, dated_on__lte=self.today):
            details = PromiseDetails(
                self.today + timedelta(days=days), "Eva", item.currency, min(amount, item.balance), [item.pk]
            )
            self.act(lambda: record_promise(item.customer_id, details, on=self.today, by=None))

    @rule(place=places)
    def take_promise_back(self, place: int) -> None:
        if found := self.pick(PaymentPromise, place, withdrawn_on=None):
            self.act(lambda: withdraw_promise(found.pk, on=self.today, by=None, reason="slip"))

    @rule(place=places, days=st.integers(1, 60))
    def put_off(self, place: int, days: int) -> None:
        if item := self.pick(OpenItem, place, balance__gt=0):
            self.act(lambda: put_off_due_day(item.pk, item.due_on + timedelta(days=days), by=None, reason="Asked"))

    @invariant()
    def a_question_is_answered_right(self) -> None:
        if not hasattr(self, "moments"):
            return
        chance = self.chance
        self.compare(
            AgeingQuestion(
                self.company.pk,
                self.last - timedelta(days=chance.choice([0, 0, chance.randint(-60, 120)])),
                known_at=chance.choice([None, *self.moments]) if chance.random() < 0.4 else None,
                by=chance.choice(["due_on", "dated_on"]),
                owner_ids=chance.choice([None, None, [self.owner.pk]]),
                per=chance.choice(PERS),
                edges=tuple(sorted(chance.sample(range(1, 100), chance.randint(1, 8)))),
                own=chance.choice(["", "EUR"]),
            )
        )

    def compare(self, question: AgeingQuestion) -> None:
        then = Then(self.company, question.on, question.known_at)
        expected = plain_ageing(
            then,
            by=question.by,
            edges=question.edges,
            per=question.per,
            own=question.own,
            owner_ids=question.owner_ids,
        )
        answer = ageing(question, limit=None)
        shown = {
            (row.name if question.per == "currency" else row.id, row.currency): figures(row) for row in answer.rows
        }
        names = [*question.columns, "total", *BESIDE]
        assert shown == {key: {name: row.get(name, 0) for name in names} for key, row in expected.items()}
        for total in answer.totals:
            rows = [row for row in answer.rows if row.currency == total.currency]
            for name, amount in figures(total).items():
                assert amount == sum(figures(row)[name] for row in rows)
            assert total.total == sum(total.columns.values())
        assert all(answer.difference(currency) == 0 for currency in answer.control)
        if answer.rows:
            self.compare_items(question, self.chance.choice(answer.rows))

    def compare_items(self, question: AgeingQuestion, row: Any) -> None:
        """Each figure of a row is the sum of the items that it leads to."""
        part_id = None if question.per == "currency" else row.id
        currency = row.name if question.per == "currency" else "" if question.own else row.currency
        for name, amount in self.chance.sample(list(figures(row).items()), 4):
            column = "" if name == "total" else name
            asked = replace(question, per="customer") if question.per == "currency" else question
            items, sums = items_and_sums(asked, Cell(column, part_id, None, currency))
            value = name if name in BESIDE else "value"
            assert sum((getattr(item, value) for item in items), Decimal(0)) == amount
            assert sum((getattr(each, value) for each in sums), Decimal(0)) == amount


class OfItem:
    """What names an item where a test names its paper."""

    def __init__(self, item: OpenItem) -> None:
        self.entry = self
        self.items = self
        self.item = item

    def get(self) -> OpenItem:
        return self.item


def figures(row: Any) -> dict[str, Decimal]:
    beside = {"disputed": row.disputed, "planned": row.planned, "promised": row.promised}
    return {**row.columns, "total": row.total, **beside}


@pytest.mark.django_db(transaction=True)
def test_each_figure_of_any_book_is_what_plain_python_makes_of_it() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
