"""Promises of the demo office, one that stands and one that is broken; payment plans, one that is kept, one of which an
instalment is missed, and one that is offered; and its ladder with the first reminders."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from credit_control.models import PromisedItem
from credit_control.operations.offer_plan import PlanDetails, offer_plan
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.send_reminders import send_reminders
from credit_control.operations.set_provisions import set_provision_rates
from credit_control.operations.set_reminder_ladders import add_usual_ladder, choose_ladder
from credit_control.plans.instalments import MONTHLY, equal_instalments
from credit_control.reminders.pauses import read_pauses
from credit_control.reminders.proposals import customers_at_a_step, open_debts
from ledger.models import OpenItem
from office.models import Company, User


def add_promises(company: Company, today: date, by: User) -> None:
    """What the two customers who are late the longest said."""
    late = OpenItem.objects.filter(company_id=company.pk, balance__gt=0, due_on__lt=today, currency=company.currency)
    debtors = list(dict.fromkeys(late.order_by("due_on", "pk").values_list("customer_id", flat=True)))
    said = [
        (today - timedelta(days=12), 4, Decimal(50), "Will pay half of it when their bank is open again"),
        (today, 6, None, "Waits for a payment of their own"),
    ]
    for customer_id, (on, days, amount, note) in zip(debtors, said, strict=False):
        details = PromiseDetails(on + timedelta(days=days), "Accounts, by phone", company.currency, amount, note=note)
        record_promise(customer_id, details, on=on, by=by)


def add_plans(company: Company, today: date, by: User) -> None:
    """What three customers who are late pay in instalments: one keeps it, one missed the first, one has to answer."""
    agreed = [(today - timedelta(days=20), "Accounts, by phone"), (today - timedelta(days=40), "Their director")]
    said = [*agreed, (today, "")]
    for (customer_id, items), (on, who) in zip(_askable(company, today), said, strict=False):
        total = sum((item.balance for item in items), Decimal(0))
        instalments = equal_instalments(total, company.currency, on + timedelta(days=30), MONTHLY, 3)
        details = PlanDetails(company.currency, [item.pk for item in items], instalments, agreed_by=who)
        offer_plan(customer_id, details, on=on, by=by)


def _askable(company: Company, today: date) -> list[tuple[int, list[OpenItem]]]:
    """The customers who owe something late that is neither promised, disputed nor in a debit run, with those items."""
    items = list(open_debts(company).filter(due_on__lt=today, currency=company.currency).order_by("due_on", "pk"))
    pauses, found = read_pauses(company, items, today), defaultdict(list)
    broken = set(PromisedItem.objects.values_list("item", flat=True))
    for item in items:
        if not pauses.why(item) and item.pk not in broken and pauses.asked(item) == item.balance:
            found[item.customer_id].append(item)
    return list(found.items())[-3:]


def add_reminders(company: Company, today: date, by: User) -> None:
    """The usual ladder for all customers, by which two of them were reminded today; the others are to look at."""
    choose_ladder(company, add_usual_ladder(company, by=by).pk, by=by)
    for customer_id in customers_at_a_step(company, today):
        sent, _ = send_reminders(company, [customer_id], on=today, by=by)
        if sent and sent[0].pk != company.reminders.order_by("pk")[0].pk:
            return


def add_provision_rates(company: Company, today: date, by: User) -> None:
    """What is likely lost by how late it is."""
    rates = [(1, Decimal(2)), (31, Decimal(5)), (91, Decimal(25)), (181, Decimal(50)), (361, Decimal(100))]
    set_provision_rates(company, today.replace(month=1, day=1), rates, late_days=90, on=today, by=by)
