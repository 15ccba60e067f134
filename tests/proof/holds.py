"""What must hold at the end of each day, whatever happened in it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from billing.models import Dispute, Invoice
from credit_control.models import PaymentPromise, Reminder, Statement
from customers.models import Customer
from ledger.balances import owed_on
from ledger.models import Allocation, Entry, OpenItem
from office.audit.check import check_chain
from office.models import (
    Company,
    MailStatus,
    NumberSeries,
    OutgoingMail,
    Run,
    RunStatus,
    WebhookDelivery,
    WebhookEvent,
)
from office.operations.seal_audit import chains
from payments.models import Receipt
from reports.book_check import check_book
from reports.models import ClosePack

WAITING = (MailStatus.QUEUED, MailStatus.SENDING, MailStatus.HANDED_OVER)
DAY_RUNS = ("load_opening", "statements", "send_reminders", "close_pack")
Facts = dict[str, Any]


def is_settled() -> bool:
    """Whether nothing is left that waits for a worker: no mail, no run, no program to be told."""
    return not any(
        rows.exists()
        for rows in (
            OutgoingMail.objects.filter(status__in=WAITING),
            Run.objects.filter(status__in=[RunStatus.WAITING, RunStatus.RUNNING]),
            WebhookEvent.objects.filter(spread_at=None),
            WebhookDelivery.objects.filter(finished_at=None),
        )
    )


def facts() -> Facts:
    """What the day left behind, without moments and without what may differ: the same for each day of the same work."""
    company = Company.objects.get()
    day = company.today()
    names = dict(Customer.objects.values_list("pk", "name"))
    owed = {name: dict(owed_on(company.pk, day, customer_id=pk)) for pk, name in sorted(names.items())}
    return {
        "owed": owed,
        "documents": list(Invoice.objects.order_by("pk").values_list("number", "kind", "status", "total")),
        "receipts": list(Receipt.objects.order_by("pk").values_list("number", "amount")),
        "entries": dict(Counter(Entry.objects.values_list("kind", flat=True))),
        "items": sorted(OpenItem.objects.values_list("kind", "reference", "amount", "balance")),
        "allocated": (Allocation.objects.count(), Allocation.objects.aggregate(all=Sum("amount"))["all"] or Decimal(0)),
        "disputes": Dispute.objects.count(),
        "promises": PaymentPromise.objects.count(),
        "statements": sorted(names[pk] for pk in Statement.objects.values_list("customer", flat=True)),
        "reminders": sorted(names[pk] for pk in Reminder.objects.values_list("customer", flat=True)),
        "packs": list(ClosePack.objects.values_list("version", "file_count")),
        "numbers": sorted(NumberSeries.objects.values_list("kind", "year", "last")),
        "mails": dict(Counter(_mails_to_customers())),
    }


def broken(taken: Iterable[str], told: Iterable[str], expected: Facts | None) -> list[str]:
    """Every promise that was not kept, in words; `taken` are the Message-IDs that the relay took, `told` the events."""
    return [
        *(f"the book: {each.check}: {each.subject}: {each.detail}" for each in check_book()),
        *_wrong_with_audit(),
        *_wrong_with_mails(Counter(taken)),
        *_wrong_with_numbers(),
        *_wrong_with_runs(),
        *_wrong_with_webhooks(set(told)),
        *_differences(expected),
    ]


def uncertain() -> int:
    """How many mails nobody knows of, which a person is shown."""
    return OutgoingMail.objects.filter(status=MailStatus.UNCERTAIN).exclude(explanation="").count()


def _mails_to_customers() -> Iterator[str]:
    for kind, about in OutgoingMail.objects.exclude(customer_id=None).values_list("kind", "about_type"):
        yield f"{kind} of {about}"


def _wrong_with_audit() -> Iterator[str]:
    for company in chains():
        for found in check_chain(company).breaks:
            yield f"the audit trail: {found.place}{found.words}"


def _wrong_with_mails(taken: Counter[str]) -> Iterator[str]:
    known = {mail.message_id: mail for mail in OutgoingMail.objects.all()}
    for message_id in taken.keys() - known.keys():
        yield f"mails: {message_id} left and stands nowhere"
    for message_id, mail in known.items():
        times = taken[message_id]
        fits = {MailStatus.SENT: times == 1, MailStatus.UNCERTAIN: times <= 1 and bool(mail.explanation)}
        if not fits.get(mail.status, times == 0):
            yield f"mails: {mail.kind} {mail.pk} is {mail.status} and left {times} times"
        if mail.status in WAITING:
            yield f"mails: {mail.kind} {mail.pk} is {mail.status} for good: {mail.explanation}"


def _wrong_with_numbers() -> Iterator[str]:
    for series in NumberSeries.objects.filter(kind__in=Invoice.objects.values("kind")):
        found = Invoice.objects.filter(company=series.company, kind=series.kind).exclude(number="")
        sequences = sorted(found.values_list("sequence", flat=True))
        if sequences != list(range(1, series.last + 1)):
            yield f"numbers: {series} has {sequences} and ended at {series.last}"


def _wrong_with_runs() -> Iterator[str]:
    for run in Run.objects.exclude(status=RunStatus.DONE):
        yield f"runs: {run.kind} is {run.status}: {run.explanation}"


def _wrong_with_webhooks(told: set[str]) -> Iterator[str]:
    deliveries = WebhookDelivery.objects.select_related("event")
    for delivery in deliveries:
        if delivery.state != "delivered" or f"msg_{delivery.event.uid.hex}" not in told:
            yield f"webhooks: {delivery.event.kind} {delivery.event.pk} is {delivery.state}"


def _differences(expected: Facts | None) -> Iterator[str]:
    found = facts()
    for name in found if expected is not None else ():
        if found[name] != expected[name]:
            yield f"{name}: {found[name]} instead of {expected[name]}"
