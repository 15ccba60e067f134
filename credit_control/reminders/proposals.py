"""Who would be reminded of what today, and who would not and why: the preview, and what a run enters."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Q, QuerySet, Sum

from credit_control.due_days import due_days
from credit_control.models import (
    Channel,
    CreditPolicy,
    DueDayChange,
    ReminderItem,
    ReminderStep,
    Tone,
    policy_of,
)
from credit_control.reminders.arriving import never_arrived
from credit_control.reminders.contacts import people_reminded
from credit_control.reminders.free import free_beside
from credit_control.reminders.ladders import Ladders, read_ladders
from credit_control.reminders.pauses import Pauses, read_pauses
from credit_control.reminders.steps import Reached, next_step
from credit_control.reminders.waiting_money import customers_in_the_queue
from customers.models import Contact, Customer
from ledger.models import Allocation, ItemKind, OpenItem
from ledger.money import format_money
from office.models import Company

ZERO = Decimal(0)
REMINDED = (ItemKind.INVOICE, ItemKind.DEBIT_NOTE, ItemKind.FEE, ItemKind.INTEREST, ItemKind.OPENING)
TONES = list(Tone)


@dataclass(frozen=True)
class Asked:
    """An item that is to be reminded of: at which step, and how much of it."""

    item: OpenItem
    due_on: date
    step: ReminderStep
    amount: Decimal


@dataclass(frozen=True)
class Held:
    """An item that would be at a step, and why it is not reminded of."""

    item: OpenItem
    why: str


@dataclass
class Proposal:
    """What one customer would be sent; with `why_not` they are not, with `is_wrong` somebody has to look first."""

    customer: Customer
    asked: list[Asked] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    people: list[Contact] = field(default_factory=list)
    free: dict[str, Decimal] = field(default_factory=dict)
    why_not: str = ""
    is_wrong: bool = False
    reaches_nobody: bool = False

    @cached_property
    def step(self) -> ReminderStep:
        """The sternest step of its items: it says the way and the words."""
        return max((row.step for row in self.asked), key=lambda step: (TONES.index(Tone(step.tone)), step.days))

    @property
    def totals(self) -> dict[str, Decimal]:
        """What is asked for, by currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.asked:
            sums[row.item.currency] += row.amount
        return dict(sums)


def customers_at_a_step(company: Company, today: date) -> list[int]:
    """The ids of the customers of whom something may be at a step, by name: of the others nothing is."""
    until = today + timedelta(days=read_ladders(company).earliest)
    items = open_debts(company).filter(Q(due_on__lte=until) | Q(pk__in=DueDayChange.objects.values("item")))
    seen = Customer.objects.filter(company=company, pk__in=items.values("customer_id"))
    return list(seen.order_by("sort_name", "pk").values_list("pk", flat=True))


def proposals_for(
    company: Company, customers: Iterable[Customer], today: date, *, only: Collection[int] | None = None
) -> list[Proposal]:
    """What each of these customers would be sent today, by name; `only` for these items, where it is said."""
    people = {customer.pk: customer for customer in customers}
    items = list(open_debts(company).filter(customer_id__in=people).order_by("due_on", "dated_on", "pk"))
    if only is not None:
        items = [item for item in items if item.pk in only]
    facts = _Facts(company, list(people), items, today)
    by_customer = defaultdict(list)
    for item in items:
        by_customer[item.customer_id].append(item)
    found = (facts.proposal(people[customer_id], own) for customer_id, own in by_customer.items())
    return sorted((row for row in found if row), key=lambda row: (row.customer.sort_name, row.customer.pk))


def reached_steps(item_ids: Collection[int]) -> dict[int, Reached]:
    """The last step of each of these items that reached its customer."""
    rows = ReminderItem.objects.filter(item__in=item_ids, dropped="").order_by("days")
    rows = rows.exclude(pk__in=never_arrived(rows))
    return {item: Reached(days, on) for item, days, on in rows.values_list("item", "days", "reminder__reminded_on")}


class _Facts:
    """What has to be known of many customers at once."""

    def __init__(self, company: Company, customer_ids: list[int], items: list[OpenItem], today: date) -> None:
        self.today = today
        self.policy: CreditPolicy = policy_of(company)
        self.ladders: Ladders = read_ladders(company)
        self.due = due_days(items)
        self.reached = reached_steps([item.pk for item in items])
        self.pauses: Pauses = read_pauses(company, items, today)
        self.people, self.stopped = people_reminded(customer_ids)
        self.queue = customers_in_the_queue(company) if self.policy.waits_for_bank else {}
        self.free = free_beside(customer_ids, today)
        self.wrong = _wrong(items)

    def proposal(self, customer: Customer, items: list[OpenItem]) -> Proposal | None:
        """What the customer would be sent; none where nothing of theirs is at a step."""
        row = Proposal(customer, people=self.people.get(customer.pk, []), free=self.free.get(customer.pk, {}))
        steps = self.ladders.steps_of(customer)
        for item in items:
            step = next_step(steps, self.due[item.pk], self.reached.get(item.pk), self.today)
            if step is None:
                continue
            if why := self.pauses.why(item):
                row.held.append(Held(item, why))
            else:
                row.asked.append(Asked(item, self.due[item.pk], step, self.pauses.asked(item)))
        if not row.asked and not row.held:
            return None
        row.is_wrong = any(item.pk in self.wrong for item in items)
        row.why_not = self._why_not(row)
        return row

    def _why_not(self, row: Proposal) -> str:
        if row.is_wrong:
            return "What is open and what the book adds up to differ. Look at the book's checks first."
        if not row.asked:
            return "All that is late waits."
        if words := self.queue.get(row.customer.pk):
            return words
        for currency, total in row.totals.items():
            free = row.free.get(currency, ZERO)
            if free >= total:
                return f"They have {format_money(free, currency)} of free credit: apply it first."
        if all(total < self.policy.smallest_reminder for total in row.totals.values()):
            return f"Less than {self.policy.smallest_reminder.normalize():f}: too little to remind of."
        return self._why_nobody(row)

    def _why_nobody(self, row: Proposal) -> str:
        """Whether a mail would reach anybody."""
        if row.step.channel != Channel.MAIL or row.people:
            return ""
        row.reaches_nobody = True
        if row.customer.pk in self.stopped:
            return "Mail to their address came back. Change it first."
        return "Nobody there gets reminders by mail. Add a contact first."


def open_debts(company: Company) -> QuerySet[OpenItem]:
    """What customers owe and can be reminded of."""
    return OpenItem.objects.filter(company_id=company.pk, kind__in=REMINDED, balance__gt=0)


def _wrong(items: Collection[OpenItem]) -> set[int]:
    """The items whose balance is not what their allocations leave."""
    sums = Allocation.objects.filter(debit__in=[item.pk for item in items]).order_by()
    settled = dict(sums.values_list("debit").annotate(Sum("amount")))
    return {item.pk for item in items if item.balance != item.amount - settled.get(item.pk, ZERO)}
