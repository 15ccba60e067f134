"""Billing's background work. Each task takes ids, does one thing and may run twice without harm."""

from celery import shared_task

from billing.operations.bill_recurring import bill_recurring
from billing.operations.escalate_dispute import due_to_escalate, escalate_dispute
from billing.recurring import due_recurring


@shared_task
def bill_recurring_invoice(recurring_id: int) -> None:
    """Make what is due of one recurring invoice."""
    bill_recurring(recurring_id)


@shared_task
def escalate_late_disputes() -> None:
    """Raise every dispute whose day for our answer is past; runs each quarter of an hour, and may run twice."""
    for dispute_id in due_to_escalate():
        escalate_dispute(dispute_id)


@shared_task
def bill_due_recurring() -> None:
    """Ring for every recurring invoice of which something is due; runs each minute."""
    for recurring_id in due_recurring():
        bill_recurring_invoice.delay(recurring_id)
