"""Who would be charged what for paying late, and who would not, and why: the preview, and what a claim enters."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from credit_control.charging import lines_due
from credit_control.debts import Debt, late_items, read_debts
from credit_control.models import LateChargeLine, LateChargeRule, LineKind, policy_of
from credit_control.reminders.waiting_money import customers_in_the_queue
from credit_control.rules import Rules, read_rules
from customers.models import Customer
from customers.queries import free_credits
from ledger.money import format_money
from office.days import require_bookable_day
from office.models import Company
from office.rates.exchange import kept_rate
from office.written import plain_day

ZERO = Decimal(0)


@dataclass
class Proposal:
    """What one customer would be charged in one currency; with `why_not` they are not.

    `free` is what they have paid that is not applied yet, and so does not lower what is late; where it is as much as is
    open of it, or a payment of theirs waits in the bank queue, they are not charged before that is applied.
    """

    customer: Customer
    currency: str
    debts: list[Debt]
    rule: LateChargeRule | None = None
    lines: list[LateChargeLine] = field(default_factory=list)
    why_not: str = ""
    free: Decimal = ZERO

    @property
    def interest(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.kind != LineKind.FEE), ZERO)

    @property
    def fee(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.kind == LineKind.FEE), ZERO)

    @property
    def total(self) -> Decimal:
        return self.interest + self.fee

    @property
    def open(self) -> Decimal:
        """What of their late debts is open and not disputed."""
        return sum((max(debt.item.balance - debt.disputed, ZERO) for debt in self.debts), ZERO)

    @property
    def disputed(self) -> Decimal:
        """What of their late debts is left out because they dispute it."""
        return sum((debt.disputed for debt in self.debts), ZERO)


def late_customers(company: Company, until: date) -> list[int]:
    """The ids of the customers of whom something was due and open after its day, as far back as any rule looks.

    Raises Refused for a day ahead.
    """
    require_bookable_day(company, until)
    earliest = read_rules(company).earliest
    if earliest is None:
        return []
    items = late_items(company.pk, until, earliest)
    return list(items.order_by("customer_id").values_list("customer_id", flat=True).distinct())


def proposals_for(company: Company, customers: Iterable[Customer], until: date) -> list[Proposal]:
    """What each of these customers would be charged up to the end of a day, by name and currency."""
    rules = read_rules(company)
    people = {customer.pk: customer for customer in customers}
    items = late_items(company.pk, until, rules.earliest or until).filter(customer_id__in=people)
    found: dict[tuple[int, str], list[Debt]] = defaultdict(list)
    for debt in read_debts(items.order_by("due_on", "pk")):
        found[debt.item.customer_id, debt.item.currency].append(debt)
    free = free_credits(people)
    queue = customers_in_the_queue(company) if found and policy_of(company).waits_for_bank else {}
    proposals = [
        _proposal(
            Proposal(people[key[0]], key[1], debts, free=free.get(key[0], {}).get(key[1], ZERO)), rules, until, queue
        )
        for key, debts in found.items()
    ]
    return sorted(proposals, key=lambda row: (row.customer.sort_name, row.customer.pk, row.currency))


def _proposal(row: Proposal, rules: Rules, until: date, queue: Mapping[int, str]) -> Proposal:
    row.rule = rule = rules.rule_of(row.customer)
    if rule is None:
        row.why_not = "No rule is chosen for them."
        return row
    row.debts = [debt for debt in row.debts if debt.item.due_on >= rule.due_from]
    for debt in row.debts:
        terms = rules.terms_of(rule, debt.due_on, until)
        if isinstance(terms, str):
            row.lines, row.why_not = [], terms
            return row
        row.lines += lines_due(debt, rule, terms, until)
    row.why_not = _why_not(row, rule, until) or (_why_paid(row, queue) if row.lines else "")
    return row


def _why_not(row: Proposal, rule: LateChargeRule, until: date) -> str:
    company = row.customer.company
    if not row.lines:
        return _why_nothing(row, rule, until)
    if row.currency == rule.currency and row.total < rule.smallest_claim:
        return f"It comes to {row.total} {row.currency}, less than the smallest claim. It waits until it has grown."
    if row.currency != company.currency and kept_rate(company, row.currency, until) is None:
        return f"No exchange rate of {row.currency} is kept for {plain_day(until)}."
    return ""


def _why_paid(row: Proposal, queue: Mapping[int, str]) -> str:
    """Whether they paid what is late already, as far as money shows that nobody applied or matched: for how long it was
    late is known then."""
    if words := queue.get(row.customer.pk):
        return words
    if row.open and row.free >= row.open:
        return f"They have {format_money(row.free, row.currency)} of free credit: apply it first."
    return ""


def _why_nothing(row: Proposal, rule: LateChargeRule, until: date) -> str:
    if not row.debts:
        return f"Nothing of theirs was due on {plain_day(rule.due_from)} or later."
    if all(not debt.original for debt in row.debts):
        return "All that is late is disputed."
    if all(debt.days_late(until) <= rule.grace_days for debt in row.debts):
        return f"Within the {rule.grace_days} days of grace." if rule.grace_days else "Paid in time."
    return f"All is charged up to {plain_day(until)}, or too little to charge yet."
