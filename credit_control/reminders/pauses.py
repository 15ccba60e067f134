"""What keeps an item from being reminded of: for many items in as many queries as for one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.disputes import disputed_now
from billing.opening.waiting import not_live_among
from credit_control.hand_overs import agencies_of
from credit_control.models import PaymentPromise, PlannedItem, PlanStatus
from credit_control.plans.reading import planned_now
from credit_control.promises import standing_promises
from credit_control.told_paid import told_until
from customers.models import Mandate
from ledger.models import OpenItem
from office.models import Company
from office.written import plain_day
from payments.debiting import CURRENCY_OF, mandates_by_customer
from payments.models import DebitPart

ZERO = Decimal(0)


@dataclass(frozen=True)
class Pauses:
    """What is known of these items."""

    disputed: Mapping[int, Decimal]
    promised: Mapping[int, PaymentPromise]
    debited: Collection[int]
    mandates: Mapping[tuple[int, str], Mandate]
    agencies: Mapping[int, str]
    planned: Mapping[int, PlannedItem] = field(default_factory=dict)
    told: Mapping[int, date] = field(default_factory=dict)
    """The last day on which we look for a payment that the customer told of."""
    not_live: Collection[int] = ()
    """What was taken over and is not compared with the other product's totals yet."""

    def asked(self, item: OpenItem) -> Decimal:
        """What of the item is open, not disputed, and in no plan."""
        row = self.planned.get(item.pk)
        in_plan = row.amount if row and row.plan.status == PlanStatus.ACCEPTED else ZERO
        return max(item.balance - self.disputed.get(item.pk, ZERO) - in_plan, ZERO)

    def why(self, item: OpenItem) -> str:
        """Why the item is not reminded of at all; empty where it is."""
        if not item.balance:
            return "It is settled."
        if item.pk in self.not_live:
            return "It was taken over, and the opening is not live."
        if item.balance <= self.disputed.get(item.pk, ZERO):
            return "It is disputed."
        if (row := self.planned.get(item.pk)) and row.plan.status == PlanStatus.OFFERED:
            return f"A plan is offered until {plain_day(row.plan.valid_until)}."
        if not self.asked(item):
            return "It is in a plan."
        if agency := self.agencies.get(item.pk):
            return f"It is with {agency}."
        if promise := self.promised.get(item.pk):
            return f"It is promised for {plain_day(promise.pay_on)}."
        if until := self.told.get(item.pk):
            return f"They say it is paid: it waits until {plain_day(until)}."
        if item.pk in self.debited:
            return "It is in a debit run."
        if (item.customer_id, item.currency) in self.mandates:
            return "It is collected by direct debit."
        return ""


def read_pauses(company: Company, items: Collection[OpenItem], today: date) -> Pauses:
    """What pauses these items on a day."""
    ids = [item.pk for item in items]
    parts = DebitPart.objects.filter(item__in=ids, is_under_way=True)
    return Pauses(
        disputed_now(ids),
        standing_promises(ids, today),
        set(parts.values_list("item", flat=True)),
        {
            (customer_id, currency): mandate
            for currency in sorted(set(CURRENCY_OF.values()) & {item.currency for item in items})
            for customer_id, mandate in mandates_by_customer(company, currency, today).items()
        },
        agencies_of(ids),
        planned_now(ids, today),
        told_until(company, ids, today),
        not_live_among(ids),
    )
