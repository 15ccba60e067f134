"""Random histories against a plain model: what was open on every day, and what was refused, must agree."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from ledger.balances import control_balance, open_items_on
from ledger.models import Allocation
from ledger.refusals import Refused
from payments.operations.apply_credits import undo_allocation
from payments.operations.reverse_receipt import reverse_receipt
from reports.book_check import check_book
from tests import world

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(60)]
amounts = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)
days = st.sampled_from(DAYS)
places = st.integers(0, 10_000)


@dataclass
class Paper:
    """An item of the model: a signed amount on a day, and the product's paper for it."""

    amount: Decimal
    day: date
    paper: object
    kind: str
    last_undone: date = FIRST
    is_gone: bool = False


@dataclass
class Applied:
    """An allocation of the model."""

    pk: int
    debit: Paper
    credit: Paper
    amount: Decimal
    day: date
    undone: date | None = None


@dataclass
class Model:
    """The book in plain Python: papers and what was applied, nothing else."""

    papers: list[Paper] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)

    def open_on(self, day: date) -> dict[int, Decimal]:
        """By place in `papers`, what was open at the end of a day."""
        settled: dict[int, Decimal] = defaultdict(Decimal)
        for one in self.applied:
            if one.day <= day and not (one.undone and one.undone <= day):
                settled[id(one.debit)] += one.amount
                settled[id(one.credit)] -= one.amount
        standing = {n: p.amount - settled[id(p)] for n, p in enumerate(self.papers) if p.day <= day}
        return {n: amount for n, amount in standing.items() if amount}

    def open_now(self, paper: Paper) -> Decimal:
        """What is open of a paper after all that was recorded, without its sign."""
        taken = sum(a.amount for a in self.applied if paper in (a.debit, a.credit) and not a.undone)
        return abs(paper.amount) - taken

    def pick(self, kinds: tuple[str, ...], place: int) -> Paper:
        """One of the papers of some kinds."""
        fitting = [paper for paper in self.papers if paper.kind in kinds]
        return fitting[place % len(fitting)]

    def has(self, *kinds: str) -> bool:
        return any(paper.kind in kinds for paper in self.papers)


class Histories(RuleBasedStateMachine):
    """Anything in any order, on any day, each example rolled back at its end."""

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.customer = world.make_customer(world.make_company())

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        try:
            assert check_book() == []
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def add(self, amount: Decimal, day: date, paper: object, kind: str) -> Paper:
        self.model.papers.append(Paper(amount, day, paper, kind))
        return self.model.papers[-1]

    @rule(amount=amounts, day=days)
    def issue(self, amount: Decimal, day: date) -> None:
        self.add(amount, day, world.issue(self.customer, str(amount), day), "invoice")

    @rule(amount=amounts, day=days)
    def receive(self, amount: Decimal, day: date) -> None:
        self.add(-amount, day, world.receive(self.customer, str(amount), day), "receipt")

    @rule(amount=amounts, day=days)
    def give_credit(self, amount: Decimal, day: date) -> None:
        self.add(-amount, day, world.issue_credit_memo(self.customer, str(amount), day), "memo")

    @precondition(lambda self: self.model.has("invoice") and self.model.has("receipt", "memo"))
    @rule(a=places, b=places, amount=amounts, day=days, exactly=st.booleans())
    def apply(self, a: int, b: int, amount: Decimal, day: date, exactly: bool) -> None:
        debit, credit = self.model.pick(("invoice",), a), self.model.pick(("receipt", "memo"), b)
        most = min(self.model.open_now(debit), self.model.open_now(credit))
        amount = most if exactly and most else amount
        allowed = amount <= most and day >= max(debit.day, credit.day, debit.last_undone, credit.last_undone)
        if not allowed:
            with pytest.raises(Refused):
                world.apply(credit.paper, debit.paper, str(amount), day)
            return
        done = world.apply(credit.paper, debit.paper, str(amount), day)
        self.model.applied.append(Applied(done.pk, debit, credit, amount, day))

    @precondition(lambda self: self.model.applied)
    @rule(place=places, day=days)
    def undo(self, place: int, day: date) -> None:
        one = self.model.applied[place % len(self.model.applied)]
        if one.undone or day < one.day or "mirror" in (one.debit.kind, one.credit.kind):
            with pytest.raises(Refused):
                undo_allocation(one.pk, dated_on=day, by=None, reason="undone")
            return
        undo_allocation(one.pk, dated_on=day, by=None, reason="undone")
        self.forget(one, day)

    def forget(self, one: Applied, day: date) -> None:
        one.undone = day
        one.debit.last_undone = max(one.debit.last_undone, day)
        one.credit.last_undone = max(one.credit.last_undone, day)

    @precondition(lambda self: self.model.has("invoice", "memo"))
    @rule(place=places, day=days)
    def void(self, place: int, day: date) -> None:
        paper = self.model.pick(("invoice", "memo"), place)
        touched = self.model.open_now(paper) != abs(paper.amount)
        if paper.is_gone or touched or day < max(paper.day, paper.last_undone):
            with pytest.raises(Refused):
                void_invoice(paper.paper.pk, reason="mistake", by=None, on=day)
            return
        void_invoice(paper.paper.pk, reason="mistake", by=None, on=day)
        self.settle_by_mirror(paper, day)

    @precondition(lambda self: self.model.has("receipt"))
    @rule(place=places, day=days)
    def reverse(self, place: int, day: date) -> None:
        paper = self.model.pick(("receipt",), place)
        standing = [one for one in self.model.applied if one.credit is paper and not one.undone]
        first_allowed = max([paper.day, paper.last_undone, *(one.day for one in standing)])
        if paper.is_gone or day < first_allowed:
            with pytest.raises(Refused):
                reverse_receipt(paper.paper.pk, dated_on=day, by=None, reason="returned")
            return
        reverse_receipt(paper.paper.pk, dated_on=day, by=None, reason="returned")
        for one in standing:
            self.forget(one, day)
        self.settle_by_mirror(paper, day)

    @precondition(lambda self: self.model.has("invoice"))
    @rule(place=places, day=days)
    def credit_whole(self, place: int, day: date) -> None:
        """A credit memo of the whole invoice settles what is open; only of an invoice that nothing has undone."""
        paper = self.model.pick(("invoice",), place)
        last = max([one.day for one in self.model.applied if one.debit is paper] + [paper.day, paper.last_undone])
        if paper.is_gone or day < paper.day:
            with pytest.raises(Refused):
                credit_invoice(paper.paper.pk, None, reason="returned", by=None, on=day)
            return
        if day < last:
            return
        paper.is_gone = True
        memo = self.add(
            -paper.amount, day, credit_invoice(paper.paper.pk, None, reason="back", by=None, on=day), "taken"
        )
        amount = self.model.open_now(paper)
        if amount:
            self.model.applied.append(Applied(0, paper, memo, amount, day, None))
            self.model.applied[-1].pk = self.last_allocation()

    def last_allocation(self) -> int:
        return Allocation.objects.latest("pk").pk

    def settle_by_mirror(self, paper: Paper, day: date) -> None:
        """The mirror stands against its paper, for the whole amount, and nobody may undo that in the model."""
        paper.is_gone = True
        mirror = self.add(-paper.amount, day, None, "mirror")
        debit, credit = (paper, mirror) if paper.amount > 0 else (mirror, paper)
        self.model.applied.append(Applied(self.last_allocation(), debit, credit, abs(paper.amount), day))

    @invariant()
    def every_day_agrees(self) -> None:
        if not hasattr(self, "model"):
            return
        company = self.customer.company
        for day in DAYS[::19] + DAYS[-1:]:
            expected = sorted(self.model.open_on(day).values())
            items = open_items_on(company.pk, day, customer_id=self.customer.pk)
            assert sorted(item.open for item in items) == expected
            control = control_balance(company.pk, day).get("EUR", (Decimal(0), Decimal(0)))
            assert control == (sum(expected, Decimal(0)),) * 2


@pytest.mark.django_db
def test_every_day_of_a_random_history_agrees_with_a_plain_model() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
