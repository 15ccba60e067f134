"""Making the documents of recurring invoices: each period once, in order, however often somebody looks.

Nobody watches it, so too many periods at once, and an invoice above what the company lets pass, wait for a person.
"""

import logging
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing.models import Invoice, Occurrence, Outcome, RecurringInvoice
from billing.operations.draft_invoice import draft_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.send_invoice import send_invoice
from billing.placeholders import period_words
from billing.recurring import (
    coming_periods,
    document_details,
    next_day,
    usage_until,
    used_by_meter,
    waiting_periods,
)
from billing.schedules import Period, periods
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import coming_from, record
from office.models import TaskKind, User
from office.operations.make_task import make_task
from office.rates.exchange import in_company_currency
from office.talk.topics import About
from office.work.retrying import DATABASE_AWAY

logger = logging.getLogger(__name__)
UNFORESEEN = "Something went wrong that nobody foresaw. Try again, and tell whoever runs Duebook if it stays."


def bill_recurring(recurring_id: int) -> list[Occurrence]:
    """Make every document that is due on the company's today and not made yet, in order, each in its own transaction.

    One that is refused is parked with its reason, and the next ones go on.
    """
    today = RecurringInvoice.objects.select_related("company").get(pk=recurring_id).company.today()
    made = []
    while occurrence := bill_next(recurring_id, on=today):
        made.append(occurrence)
    return made


@transaction.atomic
def bill_next(recurring_id: int, *, on: date) -> Occurrence | None:
    """Take on the earliest period due by this day and make its document, dated the day it was due.

    None where nothing is due, where so much is that a person is asked first, or somebody else is at it. The period and
    its document are written together: a worker that dies leaves neither.
    """
    recurring = _claimed(recurring_id, on)
    if recurring is None:
        return None
    coming = coming_periods(recurring, 1)
    if not coming or coming[0].due_on > on or _asks_first(recurring, coming[0], on):
        return None
    occurrence = take_on(recurring, coming[0])
    with coming_from("recurring"):
        _make(recurring, occurrence, coming[0], coming[0].due_on, by=None)
    recurring.next_on = next_day(recurring)
    recurring.save(update_fields=["next_on"])
    return occurrence


def _asks_first(recurring: RecurringInvoice, period: Period, on: date) -> bool:
    """Have somebody look, once, where too many periods are due from this one on."""
    waiting = waiting_periods(recurring, on)
    if period not in waiting:
        return False
    title = (
        f"{recurring}: {len(waiting)} documents are due at once, from {period.due_on} on. Have them made, or pause it."
    )
    address = settings.SITE_URL.rstrip("/") + reverse("billing:recurring", args=[recurring.pk])
    key = f"confirm_due_periods:{recurring.pk}:{period.first}"
    make_task(recurring.company, TaskKind.OTHER, title, key=key, by=None, note=address)
    return True


def take_on(recurring: RecurringInvoice, period: Period) -> Occurrence:
    """Claim a period; the database lets nobody claim it twice."""
    return Occurrence.objects.create(
        recurring=recurring, period_from=period.first, period_to=period.last, due_on=period.due_on
    )


@transaction.atomic
def bill_again(occurrence_id: int, *, by: User | None, on: date) -> Occurrence:
    """Make the document of a period that has none, dated this day: it was parked, its draft was thrown away, or it is
    void.

    Raises Refused where it has one, and where it cannot be made.
    """
    owner = RecurringInvoice.objects.filter(occurrences=occurrence_id)
    recurring = owner.select_for_update(no_key=True, of=("self",)).select_related("company", "customer").get()
    occurrence = recurring.occurrences.get(pk=occurrence_id)
    if not occurrence.may_be_made_again:
        raise Refused(f"{occurrence.invoice} was made for this period already.", code="already_made")
    _bill(recurring, occurrence, _period_of(recurring, occurrence), on, by)
    return occurrence


def _claimed(recurring_id: int, on: date) -> RecurringInvoice | None:
    """The recurring invoice with its row held until the transaction ends, if something of it is due."""
    due = RecurringInvoice.objects.filter(pk=recurring_id, next_on__lte=on)
    held = due.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return held.select_related("company", "customer").first()


def _make(recurring: RecurringInvoice, occurrence: Occurrence, period: Period, day: date, *, by: User | None) -> None:
    """Bill the period, or park it with the reason."""
    try:
        with transaction.atomic():
            _bill(recurring, occurrence, period, day, by)
            return
    except Refused as refusal:
        problem = refusal.message
    except DATABASE_AWAY:
        raise  # a deadlock or a lost connection: the sweep comes again
    except Exception:
        logger.exception("Recurring invoice %s could not be billed for %s", recurring.pk, period.first)
        problem = UNFORESEEN
    _write(occurrence, Outcome.PARKED, problem=problem)


def _bill(recurring: RecurringInvoice, occurrence: Occurrence, period: Period, day: date, by: User | None) -> None:
    usage_until(recurring, period.due_on).update(occurrence=occurrence)  # claimed first: what comes now is for the next
    used = used_by_meter(occurrence.usage.all())
    details = document_details(recurring, list(recurring.lines.all()), period, used, day)
    if not details.lines:
        _write(occurrence, Outcome.NOTHING)
        return
    invoice = draft_invoice(recurring.company, details, by=by)
    problem = _why_unissued(recurring, invoice) if by is None else ""
    if recurring.issues and not problem:
        invoice = issue_invoice(invoice.pk, by=by, on=day)
        problem = _mail(recurring, invoice, by)
    record(by, "bill_recurring", invoice, after={"recurring": recurring, "period": period_words(period)})
    _write(occurrence, Outcome.MADE, invoice, problem)


def _why_unissued(recurring: RecurringInvoice, draft: Invoice) -> str:
    """Why nobody but a person issues it, who is asked to; empty where it is issued by itself, or not meant to be."""
    company, most = recurring.company, recurring.company.most_issued_unseen
    amount = in_company_currency(company, draft.total, draft.exchange_rate)
    if not recurring.issues or most is None or amount <= most:
        return ""
    comes_to, limit = (format_money(each, company.currency, "en") for each in (amount, most))
    title = f"Look at a draft for {recurring.customer.name} and issue it: it comes to {comes_to}"
    key = f"bill_recurring:{draft.pk}"
    make_task(company, TaskKind.OTHER, title, key=key, by=None, about=About.of(draft))
    return f"Not issued: it comes to {comes_to}, and what is above {limit} waits for a person."


def _mail(recurring: RecurringInvoice, invoice: Invoice, by: User | None) -> str:
    """Mail it where that is wanted; why not, where it cannot be: the invoice stands all the same."""
    try:
        with transaction.atomic():
            if recurring.sends:
                send_invoice(invoice.pk, by=by)
    except Refused as refusal:
        return f"Issued, but not mailed: {refusal.message}"
    return ""


def _write(occurrence: Occurrence, outcome: Outcome, invoice: Invoice | None = None, problem: str = "") -> None:
    occurrence.outcome, occurrence.invoice, occurrence.problem = outcome, invoice, problem[:500]
    occurrence.save()


def _period_of(recurring: RecurringInvoice, occurrence: Occurrence) -> Period:
    """The period as it was taken on, with the part it is of a whole one; pauses since then do not undo it."""
    unpaused = replace(recurring.schedule, pauses=(), most=None, ends_on=occurrence.period_to)
    return next(period for period in periods(unpaused) if period.first == occurrence.period_from)
