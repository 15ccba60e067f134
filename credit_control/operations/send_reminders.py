from collections.abc import Collection
from datetime import date

from django.db import transaction

from credit_control.models import Channel, CreditFile, Reminder, ReminderItem
from credit_control.reminders.arriving import never_arrived
from credit_control.reminders.mail import KIND, subject_of
from credit_control.reminders.proposals import Proposal, proposals_for
from customers.models import Address, AddressKind, Contact, Customer
from ledger.bulk import insert_all
from ledger.money import format_money
from office.audit import record_all
from office.mail import MailToQueue, queue_mails
from office.models import Company, TaskKind, User
from office.operations.make_task import make_task
from office.talk.topics import About

TASK_OF = {Channel.CALL: TaskKind.CALL, Channel.LETTER: TaskKind.LETTER}


@transaction.atomic
def send_reminders(
    company: Company, customer_ids: Collection[int], *, on: date, by: User | None, only: Collection[int] | None = None
) -> tuple[list[Reminder], list[Proposal]]:
    """Remind customers of what is at a step on a day, each once and by one paper; also those who were not, and why.

    `only` keeps it to these items. Done again, it sends nothing: an item is reminded of once at a step.
    """
    locked = lock_customers(company, customer_ids)
    proposals = proposals_for(company, locked, on, only=only)
    wanted = [row for row in proposals if not row.why_not]
    return _enter(company, wanted, on, by) if wanted else [], [row for row in proposals if row.why_not]


def lock_customers(company: Company, customer_ids: Collection[int]) -> list[Customer]:
    """These customers, whom nobody else reminds until the transaction ends: two would not see each other's."""
    people = Customer.objects.filter(company=company, pk__in=customer_ids).order_by("pk")
    locked = list(people.select_for_update(no_key=True))
    for customer in locked:
        customer.company = company
    return locked


def _enter(company: Company, proposals: list[Proposal], on: date, by: User | None) -> list[Reminder]:
    reminders = [_reminder(company, row, on, by) for row in proposals]
    insert_all(reminders)
    _free_steps(proposals)
    insert_all(
        ReminderItem(reminder=reminder, item=asked.item, days=asked.step.days, amount=asked.amount)
        for reminder, row in zip(reminders, proposals, strict=True)
        for asked in row.asked
    )
    places = _places([row.customer.pk for row in proposals])
    queue_mails(
        _mail(reminder, contact, places.get(reminder.customer_id))
        for reminder, row in zip(reminders, proposals, strict=True)
        if reminder.channel == Channel.MAIL
        for contact in row.people
    )
    for reminder, row in zip(reminders, proposals, strict=True):
        if reminder.channel != Channel.MAIL:
            _make_task(reminder, row, by)
    customers = [reminder.customer for reminder in reminders]
    record_all(by, "send_reminders", customers, after=[_after(row) for row in proposals])
    return reminders


def _free_steps(proposals: list[Proposal]) -> None:
    """Let what no mail brought to anybody be reminded of at its step again."""
    rows = ReminderItem.objects.filter(item__in=[asked.item.pk for row in proposals for asked in row.asked], dropped="")
    ids = list(never_arrived(rows).values_list("pk", flat=True))
    ReminderItem.objects.filter(pk__in=ids).update(dropped="Its mail did not arrive.")


def _reminder(company: Company, row: Proposal, on: date, by: User | None) -> Reminder:
    return Reminder(
        company=company,
        customer=row.customer,
        reminded_on=on,
        channel=row.step.channel,
        tone=row.step.tone,
        has_letter=row.step.has_letter,
        created_by=by,
    )


def _places(customer_ids: Collection[int]) -> dict[int, Address]:
    addresses = Address.objects.filter(customer__in=customer_ids, kind=AddressKind.BILLING)
    return {address.customer_id: address for address in addresses}


def _mail(reminder: Reminder, contact: Contact, place: Address | None) -> MailToQueue:
    return MailToQueue(
        key=f"reminder:{reminder.customer_id}:{reminder.tone}:{reminder.reminded_on}:{reminder.pk}:{contact.pk}",
        kind=KIND,
        company=reminder.company,
        customer_id=reminder.customer_id,
        contact_id=contact.pk,
        about=reminder,
        to_email=contact.email,
        subject=subject_of(reminder),
        country=place.country if place else "",
        region=place.region if place else "",
    )


def _make_task(reminder: Reminder, row: Proposal, by: User | None) -> None:
    """What is no mail is somebody's to do: the collector's whose customer it is, else everybody's."""
    file = CreditFile.objects.filter(customer=reminder.customer, collector__is_active=True).first()
    totals = " + ".join(format_money(total, currency) for currency, total in row.totals.items())
    make_task(
        reminder.company,
        TASK_OF[Channel(reminder.channel)],
        f"{reminder.get_channel_display()} to {reminder.customer.name}: {reminder.get_tone_display()}, {totals}",
        key=f"reminder:{reminder.pk}",
        by=by,
        about=About.of(reminder),
        due_on=reminder.reminded_on,
        assignee=file.collector if file else None,
    )


def _after(row: Proposal) -> dict[str, str]:
    return {
        "step": str(row.step),
        "by": row.step.get_channel_display(),
        "items": ", ".join(asked.item.reference for asked in row.asked),
    }
