"""Who will be debited on a day, and who will not and why. It reads; `prepare_debit_run` writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from billing.disputes import disputes_of
from customers.mandates import WORDS, MandateWithState, with_state
from customers.models import Customer, Mandate, MandateUse
from ledger.models import OpenItem
from ledger.money import format_money
from office.models import Company
from office.written import plain_day
from payments.debiting import CURRENCY_OF, debts
from payments.models import DebitNoticeLine, DebitPart
from payments.paid_notices import open_notices


@dataclass(frozen=True)
class Debit:
    """What is to be taken from one customer: whole items, under one mandate."""

    mandate: Mandate
    items: tuple[OpenItem, ...]

    @property
    def amount(self) -> Decimal:
        """All of it."""
        return sum((item.balance for item in self.items), Decimal(0))

    @property
    def currency(self) -> str:
        """Of all its items."""
        return self.items[0].currency

    @property
    def sequence(self) -> str:
        """Whether it is the only, the first or a further one under the mandate, as SEPA calls it."""
        if self.mandate.use == MandateUse.ONE_OFF:
            return "OOFF"
        return "RCUR" if self.mandate.last_used_on else "FRST"


@dataclass(frozen=True)
class NotDebited:
    """An item that stays, and why."""

    customer: Customer
    item: OpenItem
    reason: str


@dataclass
class Choice:
    """Who will, and what will not and why."""

    currency: str
    debits: list[Debit] = field(default_factory=list)
    others: list[NotDebited] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What all debits come to."""
        return sum((debit.amount for debit in self.debits), Decimal(0))


def choose_debits(company: Company, scheme: str, collect_on: date, *, only: Sequence[int] | None = None) -> Choice:
    """What is due by a day of customers who ever gave a mandate of a scheme; `only` these items, where it is said."""
    currency = CURRENCY_OF[scheme]
    mandates = _mandates(company, scheme, collect_on)
    due = debts(company, currency, collect_on).filter(customer_id__in=mandates)
    by_customer: dict[int, list[OpenItem]] = defaultdict(list)
    for item in due.filter(pk__in=only) if only is not None else due:
        by_customer[item.customer_id].append(item)
    facts = _Facts(company, currency, collect_on, list(by_customer), [each.pk for each in mandates.values()])
    choice = Choice(currency)
    for customer_id, items in by_customer.items():
        _choose(choice, facts, mandates[customer_id], items)
    choice.debits.sort(key=lambda debit: (debit.mandate.customer.sort_name, debit.mandate.pk))
    choice.others.sort(key=lambda other: (other.customer.sort_name, other.item.due_on, other.item.pk))
    return choice


def _mandates(company: Company, scheme: str, on: date) -> dict[int, MandateWithState]:
    """Each customer's mandate of a scheme: one that is live, else the newest."""
    found: dict[int, MandateWithState] = {}
    rows = with_state(Mandate.objects.filter(company=company, scheme=scheme), on)
    for mandate in rows.select_related("customer", "account").order_by("pk"):
        known = found.get(mandate.customer_id)
        if known is None or not (is_live(known) and not is_live(mandate)):
            found[mandate.customer_id] = mandate
    return found


def is_live(mandate: MandateWithState) -> bool:
    """Whether money may be moved under a mandate that was read with its state."""
    return mandate.state == "live" and not mandate.account.reason_not_to_use


def parts_under_way(customers: Collection[int], currency: str) -> QuerySet[DebitPart]:
    """What debits on their way take of customers in a currency."""
    return DebitPart.objects.filter(is_under_way=True, item__customer_id__in=customers, item__currency=currency)


def left_to_debit(customers: Collection[int], currency: str, under_way: Iterable[DebitPart]) -> dict[int, Decimal]:
    """What each of these customers owes in all, their free credit taken off, beside what is under way."""
    sums = _open_items(customers, currency).order_by().values_list("customer_id").annotate(Sum("balance"))
    owed: dict[int, Decimal] = dict(sums)
    for part in under_way:
        customer_id = part.item.customer_id
        owed[customer_id] = owed.get(customer_id, Decimal(0)) - part.amount
    return owed


def _open_items(customers: Collection[int], currency: str) -> QuerySet[OpenItem]:
    return OpenItem.objects.filter(customer_id__in=customers, currency=currency).exclude(balance=0)


class _Facts:
    """What has to be known of many customers at once."""

    def __init__(
        self, company: Company, currency: str, on: date, customers: Sequence[int], mandates: Sequence[int]
    ) -> None:
        self.currency, self.on = currency, on
        self.must_announce = company.debit_notice_days > 0
        lines = DebitNoticeLine.objects.filter(mandate__in=mandates).select_related("notice")
        self.announced = {(line.mandate_id, line.item_id): line for line in lines}
        parts = parts_under_way(customers, currency).select_related("collection__run", "item")
        self.under_way = {part.item_id: part for part in parts}
        items = _open_items(customers, currency)
        self.owed = left_to_debit(customers, currency, parts)
        disputes = disputes_of(items.values("pk"))
        self.disputed = {item_id: dispute.reason_code.words for item_id, dispute in disputes.items()}
        self.said = open_notices(items.filter(balance__gt=0).values_list("pk", flat=True))
        credits_ = items.filter(balance__lt=0).order_by().values_list("customer_id").annotate(Sum("balance"))
        self.free: dict[int, Decimal] = {customer_id: -amount for customer_id, amount in credits_}

    def reason(self, mandate: Mandate, item: OpenItem, left: Decimal) -> str:
        """Why an item is not debited, in words; nothing where it is."""
        if part := self.under_way.get(item.pk):
            return f"it is in {str(part.collection.run).lower()} already"
        if words := self.disputed.get(item.pk):
            return f"it is disputed: {words}"
        if item.pk in self.said:
            return "they say that they paid it: look for that first"
        if item.balance > left:
            free = format_money(self.free.get(item.customer_id, Decimal(0)), self.currency)
            return f"it is more than they owe in all: apply their free credit of {free} first"
        return self._not_announced(mandate, item)

    def _not_announced(self, mandate: Mandate, item: OpenItem) -> str:
        if not self.must_announce:
            return ""
        line = self.announced.get((mandate.pk, item.pk))
        if line is None:
            return "it was not announced to them"
        if line.notice.collect_on > self.on:
            return f"it was announced for {plain_day(line.notice.collect_on)}"
        return "more is open than was announced" if item.balance > line.amount else ""


def _choose(choice: Choice, facts: _Facts, mandate: MandateWithState, items: Sequence[OpenItem]) -> None:
    """Sort one customer's items: the oldest are debited, as long as they come to no more than is owed in all."""
    why = WORDS.get(mandate.state) or mandate.account.reason_not_to_use
    if not why and mandate.signed_on > facts.on:
        why = f"the mandate was signed on {plain_day(mandate.signed_on)}"
    left, chosen = facts.owed.get(mandate.customer_id, Decimal(0)), []
    for item in items:
        if reason := why or facts.reason(mandate, item, left):
            choice.others.append(NotDebited(mandate.customer, item, reason))
        else:
            chosen.append(item)
            left -= item.balance
    if chosen:
        choice.debits.append(Debit(mandate, tuple(chosen)))
