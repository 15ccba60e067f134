"""Promises of the demo office, one that stands and one that is broken, and its ladder with the first reminders."""

from datetime import date, timedelta
from decimal import Decimal

from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.send_reminders import send_reminders
from credit_control.operations.set_reminder_ladders import add_usual_ladder, choose_ladder
from credit_control.reminders.proposals import customers_at_a_step
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


def add_reminders(company: Company, today: date, by: User) -> None:
    """The usual ladder for all customers, by which two of them were reminded today; the others are to look at."""
    choose_ladder(company, add_usual_ladder(company, by=by).pk, by=by)
    for customer_id in customers_at_a_step(company, today):
        sent, _ = send_reminders(company, [customer_id], on=today, by=by)
        if sent and sent[0].pk != company.reminders.order_by("pk")[0].pk:
            return
