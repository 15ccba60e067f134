"""Billing's background work. Each task takes ids, does one thing and may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from billing.operations.bill_recurring import bill_recurring
from billing.operations.check_accuracy import begin_sweep, companies_due
from billing.operations.escalate_dispute import due_to_escalate, escalate_dispute
from billing.recurring import due_recurring
from office.work.rounds import each_of


@shared_task
def bill_recurring_invoice(recurring_id: int) -> None:
    """Make what is due of one recurring invoice."""
    bill_recurring(recurring_id)


@shared_task
def escalate_late_disputes() -> int:
    """Raise every dispute whose day for our answer is past, and say how many; runs each quarter of an hour."""
    return each_of(due_to_escalate(), escalate_dispute)


@shared_task
def bill_due_recurring() -> int:
    """Ring for every recurring invoice of which something is due, and say for how many; runs each minute."""
    due = list(due_recurring())
    for recurring_id in due:
        bill_recurring_invoice.delay(recurring_id)
    return len(due)


@shared_task
def check_accuracies() -> int:
    """Begin the nightly accuracy checks of each company that is due, and say of how many; a failure stops no other."""
    now = timezone.now()
    return each_of(companies_due(now), lambda company: begin_sweep(company, now=now))
