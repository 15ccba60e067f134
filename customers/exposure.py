"""What a customer would owe us if all that is under way were billed, held against their limit.

It is a sum of named parts: what is open, and whatever other rooms add by `register_part`, such as drafts. A figure that
no room registers is not there. Amounts in other currencies count at the company's rates of the day, each part rounded
once; where no rate is kept, nothing is guessed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F, Max, QuerySet, Sum
from django.db.models.expressions import Combinable

from customers.models import Customer, HoldPolicy, hold_policy_of
from ledger.models import OpenItem
from ledger.money import format_money, round_money
from office.models import Company, ExchangeRate
from office.rates.exchange import STALE

ZERO = Decimal(0)
Rates = dict[str, Decimal]
"""What one of each currency is in the company's own."""
Amounts = dict[int, dict[str, Decimal]]
"""By customer and currency."""


def always(policy: HoldPolicy) -> bool:
    """Of what counts in every company."""
    return True


@dataclass(frozen=True)
class Part:
    """Something that counts: rows with a customer and a currency, and what each comes to; and whether a company, by its
    policy, lets it count."""

    name: str
    label: str
    rows: Callable[[], QuerySet]
    amount: Combinable
    counts: Callable[[HoldPolicy], bool] = always


PARTS: dict[str, Part] = {}


def register_part(part: Part) -> None:
    """Let something more count; called when the room that owns it is ready."""
    PARTS[part.name] = part


def parts_of(policy: HoldPolicy) -> list[Part]:
    """What counts in a company of this policy."""
    return [part for part in PARTS.values() if part.counts(policy)]


register_part(Part("open", "Open", lambda: OpenItem.objects.exclude(balance=0), F("balance")))


@dataclass(frozen=True)
class Exposure:
    """The parts in the customer's own currency, and the limit of the day.

    `without` holds what could not be counted, as no rate is kept for it: amounts by currency. `worth` is all of it in
    the company's currency, or nothing where a rate is missing.
    """

    currency: str
    parts: dict[str, Decimal]
    limit: Decimal | None
    worth: Decimal | None
    without: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.parts.values(), ZERO)

    @property
    def left(self) -> Decimal | None:
        """What is left of the limit; below zero where it is passed, nothing without one."""
        return None if self.limit is None else self.limit - self.total

    @property
    def distance(self) -> Decimal | None:
        """How far it is from the limit, on either side."""
        return None if self.left is None else abs(self.left)

    @property
    def is_over(self) -> bool:
        """Whether the limit is passed."""
        return self.limit is not None and self.total > self.limit

    @property
    def percent(self) -> int | None:
        """How much of the limit is used, in whole percent, rounded down; nothing without a limit above zero."""
        return int(max(self.total, ZERO) * 100 / self.limit) if self.limit else None

    @property
    def rows(self) -> list[dict[str, Decimal | str]]:
        """The parts, as programs read them."""
        return [{"name": name, "amount": amount, "currency": self.currency} for name, amount in self.parts.items()]

    @property
    def uncounted(self) -> list[dict[str, Decimal | str]]:
        """What is left out, as programs read it."""
        return [{"currency": currency, "amount": amount} for currency, amount in sorted(self.without.items())]

    @property
    def labelled(self) -> list[tuple[str, Decimal]]:
        """The parts with their words."""
        return [(PARTS[name].label, amount) for name, amount in self.parts.items()]

    @property
    def without_words(self) -> str:
        """What is left out, as "without £300.00, no rate"."""
        amounts = ", ".join(format_money(amount, currency) for currency, amount in sorted(self.without.items()))
        return f"without {amounts}, no rate" if amounts else ""


def exposure_of(customer: Customer, on: date) -> Exposure:
    """The exposure of one customer on a day."""
    return exposures_of(customer.company, [customer], on)[customer.pk]


def exposures_of(company: Company, customers: Iterable[Customer], on: date) -> dict[int, Exposure]:
    """The exposures of many customers of a company, in as many queries as of one."""
    customers = list(customers)
    ids = [customer.pk for customer in customers]
    read = {part.name: _amounts(part, ids) for part in parts_of(hold_policy_of(company))}
    in_use = {customer.currency for customer in customers}
    in_use |= {currency for amounts in read.values() for each in amounts.values() for currency in each}
    rates = rates_on(company, on) if in_use - {company.currency} else {company.currency: Decimal(1)}
    found = {}
    for customer in customers:
        of_customer = {name: amounts.get(customer.pk, {}) for name, amounts in read.items()}
        found[customer.pk] = _exposure(customer, of_customer, company.currency, rates, on)
    return found


def rates_on(company: Company, on: date) -> Rates:
    """What one of each currency is in the company's own: the last rate kept until a day, if it is not stale."""
    kept = ExchangeRate.objects.filter(company=company, on__range=(on - STALE, on)).order_by()
    days = dict(kept.values("currency").annotate(newest=Max("on")).values_list("currency", "newest"))
    rows = kept.filter(on__in=set(days.values())).values_list("currency", "on", "rate") if days else []
    return {currency: rate for currency, day, rate in rows if days[currency] == day} | {company.currency: Decimal(1)}


def counted(amounts: dict[str, Decimal], currency: str, rates: Rates) -> tuple[Decimal, dict[str, Decimal]]:
    """What amounts come to in a currency, rounded once, and those that have no rate."""
    others = {other: amount for other, amount in amounts.items() if other != currency and amount}
    known = {other for other in others if other in rates and currency in rates}
    sum_ = sum((others[other] * rates[other] for other in known), ZERO)
    exchanged = round_money(sum_ / rates[currency], currency) if known else ZERO
    return amounts.get(currency, ZERO) + exchanged, {other: others[other] for other in others if other not in known}


def _amounts(part: Part, customer_ids: list[int]) -> Amounts:
    rows = part.rows().filter(customer_id__in=customer_ids).order_by().values_list("customer_id", "currency")
    found: Amounts = {}
    for customer_id, currency, amount in rows.annotate(sum=Sum(part.amount)):
        found.setdefault(customer_id, {})[currency] = amount
    return found


def _exposure(customer: Customer, amounts: dict[str, dict[str, Decimal]], own: str, rates: Rates, on: date) -> Exposure:
    parts: dict[str, Decimal] = {}
    without: dict[str, Decimal] = {}
    worth: Decimal | None = ZERO
    for name, by_currency in amounts.items():
        parts[name], left_out = counted(by_currency, customer.currency, rates)
        for currency, amount in left_out.items():
            without[currency] = without.get(currency, ZERO) + amount
        in_own, unknown = counted(by_currency, own, rates)
        worth = None if unknown or worth is None else worth + in_own
    return Exposure(customer.currency, parts, customer.limit_on(on), worth, without)
