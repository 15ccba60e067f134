"""What a customer would owe us if all that is under way were billed, held against their limit.

It is a sum of named parts. Another room adds one by `register_part`, such as drafts; a figure that nobody registers is
not there.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum

from customers.models import Customer
from ledger.models import OpenItem
from ledger.money import format_money, round_money
from office.exchange import STALE
from office.models import Company, ExchangeRate

Amounts = dict[int, dict[str, Decimal]]
"""By customer and currency."""


@dataclass(frozen=True)
class Part:
    """Something that counts: its name, its words, and what it comes to for many customers."""

    name: str
    label: str
    read: Callable[[Collection[int]], Amounts]


@dataclass(frozen=True)
class Exposure:
    """The parts in the customer's own currency, at the company's rates of the day, and the limit of that day.

    `without` holds what could not be counted, as no rate is kept for it: amounts by currency. `in_company_currency` is
    all of it, or nothing where a rate is missing.
    """

    currency: str
    parts: dict[str, Decimal]
    limit: Decimal | None
    in_company_currency: Decimal | None
    without: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.parts.values(), Decimal(0))

    @property
    def left(self) -> Decimal | None:
        """What is left of the limit; below zero where it is passed, nothing without one."""
        return None if self.limit is None else self.limit - self.total

    @property
    def is_over(self) -> bool:
        """Whether the limit is passed."""
        return self.limit is not None and self.total > self.limit

    @property
    def percent(self) -> int | None:
        """How much of the limit is used, in whole percent, rounded down; nothing without a limit above zero."""
        return int(max(self.total, 0) * 100 / self.limit) if self.limit else None

    @property
    def without_words(self) -> str:
        """What is left out, as "without €300.00, no rate"."""
        amounts = ", ".join(format_money(amount, currency) for currency, amount in sorted(self.without.items()))
        return f"without {amounts}, no rate" if amounts else ""


def open_amounts(customer_ids: Collection[int]) -> Amounts:
    """What is open, less credits that are free."""
    items = OpenItem.objects.filter(customer_id__in=list(customer_ids)).exclude(balance=0).order_by()
    return by_customer(items.values_list("customer_id", "currency").annotate(Sum("balance")))


def by_customer(rows: Iterable[tuple[int, str, Decimal]]) -> Amounts:
    """Rows of customer, currency and amount, added up."""
    found: Amounts = {}
    for customer_id, currency, amount in rows:
        of_customer = found.setdefault(customer_id, {})
        of_customer[currency] = of_customer.get(currency, Decimal(0)) + amount
    return found


PARTS: dict[str, Part] = {"open": Part("open", "Open", open_amounts)}


def register_part(part: Part) -> None:
    """Let something more count; called when the room that owns it is ready."""
    PARTS[part.name] = part


def exposure_of(customer: Customer, on: date) -> Exposure:
    """The exposure of one customer on a day."""
    return exposures_of([customer], on)[customer.pk]


def exposures_of(customers: Iterable[Customer], on: date) -> dict[int, Exposure]:
    """The exposures of many customers of one company, in as many queries as of one."""
    customers = list(customers)
    if not customers:
        return {}
    ids = [customer.pk for customer in customers]
    read = {part.name: part.read(ids) for part in PARTS.values()}
    rates = rates_on(customers[0].company, on)
    return {customer.pk: _exposure(customer, read, rates, on) for customer in customers}


def rates_on(company: Company, on: date) -> dict[str, Decimal]:
    """What one of each currency is in the company's own: the last rate kept until a day, if it is not stale."""
    kept = ExchangeRate.objects.filter(company=company, on__range=(on - STALE, on)).order_by()
    newest = kept.values("currency").annotate(newest=Max("on")).values_list("currency", "newest")
    days = dict(newest)
    rows = kept.filter(on__in=set(days.values())).values_list("currency", "on", "rate") if days else []
    return {currency: rate for currency, day, rate in rows if days[currency] == day} | {company.currency: Decimal(1)}


def exchanged(amount: Decimal, currency: str, wanted: str, rates: dict[str, Decimal]) -> Decimal | None:
    """The amount in another currency, rounded; nothing where a rate is missing."""
    if currency == wanted:
        return amount
    if currency not in rates or wanted not in rates:
        return None
    return round_money(amount * rates[currency] / rates[wanted], wanted)


def _exposure(customer: Customer, read: dict[str, Amounts], rates: dict[str, Decimal], on: date) -> Exposure:
    own, parts = customer.currency, {}
    without: dict[str, Decimal] = {}
    of_customer = {name: amounts.get(customer.pk, {}) for name, amounts in read.items()}
    for name, amounts in of_customer.items():
        parts[name] = Decimal(0)
        for currency, amount in amounts.items():
            counted = exchanged(amount, currency, own, rates)
            if counted is None:
                without[currency] = without.get(currency, Decimal(0)) + amount
            else:
                parts[name] += counted
    worth = _worth(of_customer.values(), customer.company.currency, rates)
    return Exposure(own, parts, customer.limit_on(on), worth, {c: amount for c, amount in without.items() if amount})


def _worth(amounts: Iterable[dict[str, Decimal]], wanted: str, rates: dict[str, Decimal]) -> Decimal | None:
    """All of it in a currency; nothing where a rate is missing."""
    found = [exchanged(amount, currency, wanted, rates) for each in amounts for currency, amount in each.items()]
    return None if None in found else sum(found, Decimal(0))
