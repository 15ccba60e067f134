"""A long history of one company beside a plain model of it: who reads the book at any month end must read the model.

Everything is drawn from one seed, so a seed and a length name a history for good. The model knows papers and what was
applied, as sums and lists, and is asked by nothing of the product.
"""

import random
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from customers.models import Customer
from ledger.balances import control_balance, open_items_on
from ledger.periods import close_month
from ledger.refusals import Refused
from office.models import Company
from payments.operations.apply_credits import undo_allocation
from payments.operations.reverse_receipt import reverse_receipt
from tests import world

BEGIN = date(2024, 1, 1)
MONTHS = 24
ZERO = Decimal(0)


@dataclass(eq=False)
class Paper:
    """An item: a signed amount of a customer on a day, what is left of it without its sign, and the product's paper."""

    customer: int
    amount: Decimal
    day: date
    kind: str
    paper: Any
    left: Decimal
    last: date = date.min
    is_gone: bool = False
    standing: list["Applied"] = field(default_factory=list)

    def touched(self, day: date) -> None:
        """Nothing of this paper may be done on an earlier day once something of it was undone."""
        self.last = max(self.last, day)

    @property
    def last_act(self) -> date:
        """The last day on which something was done with it that stands or was undone."""
        return max([self.last, *(one.day for one in self.standing)])


@dataclass(eq=False)
class Applied:
    """So much of a credit applied to a debit on a day."""

    key: int
    debit: Paper
    credit: Paper
    amount: Decimal
    day: date


@dataclass
class LongHistory:
    """Acts one after the other over 24 months of one company; `carry_out` compares at the end of each."""

    company: Company
    customers: list[Customer]
    seed: int
    operations: int
    papers: dict[str, list[Paper]] = field(default_factory=lambda: defaultdict(list))
    applied: list[Applied] = field(default_factory=list)
    owed: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    ends: dict[date, dict[int, Decimal]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.acts: dict[Callable[[], bool], int] = {
            self.issue: 30,
            self.receive: 22,
            self.give_credit: 4,
            self.apply: 26,
            self.undo: 5,
            self.void: 4,
            self.reverse: 4,
            self.credit_whole: 3,
            self.act_in_a_closed_month: 2,
        }

    def carry_out(self) -> None:
        """Carry all of it out; an AssertionError names the first month end at which the book says something else."""
        for month in range(MONTHS):
            first = date(BEGIN.year + month // 12, month % 12 + 1, 1)
            self.days = [first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1])]
            count = self.operations // MONTHS + (month < self.operations % MONTHS)
            for n in range(count):
                self.today = self.days[n * len(self.days) // count]
                self.act()
            self.end_month()

    def act(self) -> None:
        """One act that there is something for, carried out or rightly refused."""
        while True:
            [act] = self.chance.choices(list(self.acts), list(self.acts.values()))
            if act():
                self.done[act.__name__] += 1
                return

    def day(self) -> date:
        """A day of this month up to today, today more often than not."""
        return self.today if self.chance.random() < 0.7 else self.chance.choice(self.days[: self.today.day])

    def money(self) -> Decimal:
        return Decimal(self.chance.randint(1, 500_000)) / 100

    def pick(self, *kinds: str) -> Paper | None:
        """Some paper of these kinds, mostly one of the newest."""
        among = self.papers[self.chance.choice(kinds)]
        if not among:
            return None
        return self.chance.choice(among[-300:] if self.chance.random() < 0.9 else among)

    def add(self, customer: int, amount: Decimal, day: date, kind: str, paper: Any) -> Paper:
        made = Paper(customer, amount, day, kind, paper, abs(amount), day)
        self.papers[kind].append(made)
        self.owed[customer] += amount
        return made

    def refused(self, act: Callable[[], object]) -> bool:
        with pytest.raises(Refused):
            act()
        self.done["refused"] += 1
        return True

    def issue(self) -> bool:
        return self.write(world.issue, "invoice", 1)

    def give_credit(self) -> bool:
        return self.write(world.issue_credit_memo, "memo", -1)

    def receive(self) -> bool:
        return self.write(world.receive, "receipt", -1)

    def write(self, write: Callable[..., Any], kind: str, sign: int) -> bool:
        customer, amount, day = self.chance.choice(self.customers), self.money(), self.day()
        self.add(customer.pk, sign * amount, day, kind, write(customer, str(amount), day))
        return True

    def apply(self) -> bool:
        debit, credit = self.pick("invoice"), self.pick("receipt", "memo")
        if not debit or not credit:
            return False
        if debit.customer != credit.customer:
            others = [each for each in self.papers["invoice"][-2000:] if each.customer == credit.customer and each.left]
            if not others:
                return False
            debit = self.chance.choice(others)
        most = min(debit.left, credit.left)
        amount = most if most and self.chance.random() < 0.8 else self.money()
        day = self.day()
        done = self.tried(
            lambda: world.apply(credit.paper, debit.paper, str(amount), day),
            is_allowed=amount <= most and day >= max(debit.last, credit.last),
        )
        if done:
            self.note(done.pk, debit, credit, amount, day)
        return True

    def tried(self, act: Callable[[], Any], *, is_allowed: bool) -> Any:
        """What an act answers, or nothing where the model says that it must be refused, and it is."""
        if is_allowed:
            return act()
        self.refused(act)
        return None

    def note(self, key: int, debit: Paper, credit: Paper, amount: Decimal, day: date) -> None:
        debit.left -= amount
        credit.left -= amount
        self.applied.append(Applied(key, debit, credit, amount, day))
        for paper in (debit, credit):
            paper.standing.append(self.applied[-1])

    def undo(self) -> bool:
        if not self.applied:
            return False
        place = self.chance.randrange(max(0, len(self.applied) - 300), len(self.applied))
        one, day = self.applied[place], self.day()
        done = self.tried(
            lambda: undo_allocation(one.key, dated_on=day, by=None, reason="mistake") or True,
            is_allowed=day >= one.day,
        )
        if done:
            self.forget(one, day)
        return True

    def forget(self, one: Applied, day: date) -> None:
        self.applied.remove(one)
        for paper in (one.debit, one.credit):
            paper.standing.remove(one)
            paper.left += one.amount
            paper.touched(day)

    def void(self) -> bool:
        paper, day = self.pick("invoice", "memo"), self.day()
        if not paper:
            return False
        done = self.tried(
            lambda: void_invoice(paper.paper.pk, reason="mistake", by=None, on=day) or True,
            is_allowed=not paper.is_gone and paper.left == abs(paper.amount) and day >= paper.last,
        )
        if done:
            self.take_back(paper)
        return True

    def reverse(self) -> bool:
        paper, day = self.pick("receipt"), self.day()
        if not paper:
            return False
        done = self.tried(
            lambda: reverse_receipt(paper.paper.pk, dated_on=day, by=None, reason="returned") or True,
            is_allowed=not paper.is_gone and day >= paper.last_act,
        )
        if done:
            for one in list(paper.standing):
                self.forget(one, day)
            self.take_back(paper)
        return True

    def take_back(self, paper: Paper) -> None:
        """A paper whose mirror stands against all of it."""
        paper.is_gone, paper.left = True, ZERO
        self.owed[paper.customer] -= paper.amount

    def credit_whole(self) -> bool:
        """A credit memo of a whole invoice: it settles what is open, and what is over stays as a credit."""
        paper, day = self.pick("invoice"), self.day()
        if not paper or (paper.day <= day < paper.last_act and not paper.is_gone):
            return False
        memo = self.tried(
            lambda: credit_invoice(paper.paper.pk, None, reason="returned", by=None, on=day),
            is_allowed=not paper.is_gone and day >= paper.day,
        )
        if not memo:
            return True
        made = self.add(paper.customer, -paper.amount, day, "taken", memo)
        made.left, paper.left, paper.is_gone = made.left - paper.left, ZERO, True
        return True

    def act_in_a_closed_month(self) -> bool:
        """Nothing comes into a month that is closed."""
        if not self.ends:
            return False
        customer, day = self.chance.choice(self.customers), max(self.ends)
        write = self.chance.choice([world.issue, world.receive, world.issue_credit_memo])
        return self.refused(lambda: write(customer, "10.00", day))

    def end_month(self) -> None:
        """Close the month, and compare it and three that were closed before with what they were."""
        end = self.days[-1]
        with transaction.atomic():
            close_month(self.company.pk, end.replace(day=1))
        self.ends[end] = {customer: amount for customer, amount in self.owed.items() if amount}
        earlier = self.chance.sample(sorted(self.ends), min(3, len(self.ends)))
        for day in {end, *earlier}:
            self.compare(day)

    def compare(self, day: date) -> None:
        """What each customer owed on a day, of open items and by the control account."""
        expected, found = self.ends[day], defaultdict(Decimal)
        for item in open_items_on(self.company.pk, day):
            found[item.customer_id] += item.open
        assert {customer: amount for customer, amount in found.items() if amount} == expected, f"at {day}"
        whole = sum(expected.values(), ZERO)
        assert control_balance(self.company.pk, day).get("EUR", (ZERO, ZERO)) == (whole, whole), f"at {day}"
        self.done["compared"] += 1
