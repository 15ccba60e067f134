"""What the workers make of recurring invoices at a moment."""

from datetime import UTC, datetime

import time_machine

from billing.models import Invoice, RecurringInvoice
from billing.recurring import due_recurring
from billing.tasks import bill_recurring_invoice


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sweep_at(text: str) -> None:
    """What the workers do at a moment."""
    with time_machine.travel(moment(text), tick=False):
        for recurring_id in due_recurring():
            bill_recurring_invoice(recurring_id)


def made(recurring: RecurringInvoice) -> list[tuple[str, str, str]]:
    """Each document's date and the days it bills, oldest period first."""
    documents = Invoice.objects.filter(occurrences__recurring=recurring).order_by("period_from")
    return [(str(one.dated_on), str(one.period_from), str(one.period_to)) for one in documents]


def totals(recurring: RecurringInvoice) -> list[str]:
    documents = Invoice.objects.filter(occurrences__recurring=recurring).order_by("period_from")
    return [f"{one.total:.2f}" for one in documents]
