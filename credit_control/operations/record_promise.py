from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max

from billing.disputes import undisputed
from credit_control.models import PaymentPromise, PromisedItem, policy_of
from credit_control.plans.reading import planned_now
from credit_control.promises import standing_promises
from customers.models import Customer
from ledger.bulk import insert_all
from ledger.models import OpenItem
from ledger.money import round_money
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import User
from office.written import plain_day

LONGEST_NAME, LONGEST_NOTE = 100, 500


@dataclass(frozen=True)
class PromiseDetails:
    """What was promised: for which items (none: those due first), how much (none: all of them that is not disputed),
    for which day."""

    pay_on: date
    said_by: str
    currency: str
    amount: Decimal | None = None
    item_ids: Sequence[int] = ()
    note: str = ""


@transaction.atomic
def record_promise(customer_id: int, details: PromiseDetails, *, on: date, by: User | None) -> PaymentPromise:
    """Record that a customer promised to pay; while the promise stands, its items are not reminded of.

    Raises Refused for a day that is past or too far ahead, without who said so, for more than is open, and for an item
    of which a promise stands already, or that is in a plan.
    """
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    policy = policy_of(customer.company)
    said_by, note = details.said_by.strip(), without_card_numbers(details.note.strip())
    _check_words(said_by, note)
    _check_day(details.pay_on, on, policy.promise_days)
    parts = _parts(_items(customer, details, on), details)
    promise = PaymentPromise.objects.create(
        company=customer.company,
        customer=customer,
        currency=details.currency,
        amount=sum((amount for _, amount in parts), Decimal(0)),
        made_on=on,
        pay_on=details.pay_on,
        counts_until=details.pay_on + timedelta(days=policy.promise_grace_days),
        newest_item=OpenItem.objects.filter(customer_id=customer.pk).aggregate(newest=Max("pk"))["newest"],
        said_by=said_by,
        note=note,
        created_by=by,
    )
    insert_all([PromisedItem(promise=promise, item=item, amount=amount) for item, amount in parts])
    after = {"amount": promise.amount, "currency": promise.currency, "pay_on": promise.pay_on, "said_by": said_by}
    record(by, "record_promise", customer, after=after | ({"note": note} if note else {}))
    return promise


def _check_words(said_by: str, note: str) -> None:
    if not said_by:
        raise Refused("Say who promised it.", code="said_by_missing")
    if len(said_by) > LONGEST_NAME or len(note) > LONGEST_NOTE:
        raise Refused(f"A name has at most {LONGEST_NAME} characters, a note {LONGEST_NOTE}.", code="too_long")


def _check_day(pay_on: date, today: date, most_days: int) -> None:
    if pay_on < today:
        raise Refused(f"{plain_day(pay_on)} is past. A promise is for today or later.", code="day_past")
    if pay_on > today + timedelta(days=most_days):
        raise Refused(
            f"{plain_day(pay_on)} is over {most_days} days ahead. Agree on a plan, or on an earlier day.",
            code="too_far_ahead",
        )


def _items(customer: Customer, details: PromiseDetails, today: date) -> list[OpenItem]:
    items = OpenItem.objects.filter(customer_id=customer.pk, currency=details.currency, balance__gt=0)
    chosen = set(details.item_ids)
    found = list((items.filter(pk__in=chosen) if chosen else items).order_by("due_on", F("dated_on"), "pk"))
    if len(found) < len(chosen):
        raise Refused("One of the items is settled already, or in another currency. Look again.", code="not_open")
    standing = standing_promises([item.pk for item in found], today)
    if chosen and standing:
        item = next(item for item in found if item.pk in standing)
        raise Refused(
            f"{item.reference} is promised already for {plain_day(standing[item.pk].pay_on)}."
            " Withdraw that promise first.",
            code="promised_already",
        )
    planned = planned_now([item.pk for item in found], today)
    if chosen and planned:
        item = next(item for item in found if item.pk in planned)
        raise Refused(f"{item.reference} is in {planned[item.pk].plan}. It goes by the plan's days.", code="planned")
    return [item for item in found if item.pk not in standing and item.pk not in planned]


def _parts(items: list[OpenItem], details: PromiseDetails) -> list[tuple[OpenItem, Decimal]]:
    """How much of each item, the one due first before the others; what is disputed only where more was promised than
    is not."""
    open_ = sum((item.balance for item in items), Decimal(0))
    free = undisputed(items)
    amount = (sum(free.values()) or open_) if details.amount is None else details.amount
    if not items:
        raise Refused(f"Nothing is open in {details.currency} and free to be promised.", code="nothing_open")
    if amount <= 0 or amount != round_money(amount, details.currency):
        raise Refused("The amount is above zero, in whole units of the currency.", code="amount_invalid")
    if amount > open_:
        raise Refused(f"{amount} {details.currency} is more than is open: {open_}.", code="more_than_open")
    parts = dict.fromkeys(free, Decimal(0))
    for most in (free, {item.pk: item.balance for item in items}):
        for item in items:
            more = min(most[item.pk] - parts[item.pk], amount)
            parts[item.pk] += more
            amount -= more
    return [(item, parts[item.pk]) for item in items if parts[item.pk]]
