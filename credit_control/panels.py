"""What a customer's page shows of getting paid."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from credit_control.access import missed_payments_for, plans_for, promises_for, reminders_for
from credit_control.due_days import put_off
from credit_control.missed.reading import with_state as with_missed_state
from credit_control.models import CreditFile, PlanStatus
from credit_control.plans.reading import planned_now, plans_now
from credit_control.plans.reading import with_state as with_plan_state
from credit_control.promises import with_state
from credit_control.reminders.coming import next_reminder, with_mail
from credit_control.worklist.habits import habit_bars
from customers.models import Customer
from customers.panels import MOST_EVENTS, Event, Panel
from ledger.models import OpenItem
from ledger.money import format_money
from office.models import OutgoingMail, User
from office.written import plain_day

LATEST = 5


def missed(user: User, customer: Customer) -> dict[str, Any] | None:
    """What they missed lately; nothing where they never did."""
    if not user.has_perm("credit_control.view_missedpayment"):
        return None
    rows = with_missed_state(missed_payments_for(user).filter(customer=customer), customer.company.today())
    latest = list(rows.order_by("-on", "-pk")[:LATEST])
    return {"rows": latest} if latest else None


def missed_events(user: User, customer: Customer) -> list[Event]:
    """What they missed, for their timeline."""
    if not user.has_perm("credit_control.view_missedpayment"):
        return []
    rows = missed_payments_for(user).filter(customer=customer).order_by("-found_at")[:MOST_EVENTS]
    return [
        Event(
            row.found_at,
            f"{row.get_kind_display()}: {row.reference}",
            f"{format_money(row.amount, row.currency)}, missed on {plain_day(row.on)}",
        )
        for row in rows
    ]


def promises(user: User, customer: Customer) -> dict[str, Any] | None:
    """What they promised to pay lately."""
    if not user.has_perm("credit_control.view_paymentpromise"):
        return None
    rows = with_state(promises_for(user).filter(customer=customer), customer.company.today())
    return {"rows": rows.order_by("-pk")[:LATEST]}


def plans(user: User, customer: Customer) -> dict[str, Any] | None:
    """The plans that stand or may be answered, and the latest others."""
    if not user.has_perm("credit_control.view_paymentplan"):
        return None
    today = customer.company.today()
    plans = with_plan_state(plans_for(user).filter(customer=customer), customer.company, today)
    rows = list(plans.select_related("company").order_by("-pk")[:LATEST])
    now = plans_now(rows, today)
    return {"rows": [(row, now[row.pk]) for row in rows]}


def agreed_days(items: Sequence[OpenItem], today: date) -> dict[int, str]:
    """When items are to be paid that are in a plan or were put off, in words."""
    said = {pk: f"Put off to {plain_day(day)}" for pk, day in put_off(items).items()}
    rows = planned_now([item.pk for item in items], today)
    held = {row.plan.pk: row.plan for row in rows.values()}
    for plan_id, now in plans_now(held.values(), today).items():
        plan = held[plan_id]
        for each in reversed(now.overlaps if plan.status == PlanStatus.ACCEPTED else []):
            said[each.item_id] = f"{plan}: {plain_day(each.due_on)}"
    return said


def reminders(user: User, customer: Customer) -> dict[str, Any] | None:
    """What they were reminded of lately, and when the next one goes, or why none does."""
    if not user.has_perm("credit_control.view_reminder"):
        return None
    rows = with_mail(reminders_for(user).filter(customer=customer)).order_by("-pk")[:LATEST]
    return {"rows": rows} | next_reminder(customer)


def notes(user: User, customer: Customer) -> dict[str, Any] | None:
    """What was said with them lately, and when they are asked again."""
    if not user.has_perm("credit_control.work_list"):
        return None
    file = CreditFile.objects.filter(customer=customer).first()
    rows = customer.contact_notes.select_related("created_by").order_by("-pk")[:LATEST]
    return {"rows": rows, "next_contact_on": file and file.next_contact_on}


def mails(user: User, customer: Customer) -> dict[str, Any] | None:
    """What was mailed to them lately, and whether it arrived."""
    if not user.has_perm("office.read_mail"):
        return None
    rows = OutgoingMail.objects.filter(company=customer.company, customer_id=customer.pk).defer("kept_message")
    return {"rows": rows.order_by("-pk")[:LATEST]}


def habit(user: User, customer: Customer) -> dict[str, Any] | None:
    """How they paid in the last year."""
    bars = habit_bars(customer, customer.company.today())
    return {"bars": bars} if bars else None


PANELS = [
    Panel("credit_control/_missed.html", missed),
    Panel("credit_control/_promises.html", promises),
    Panel("credit_control/_plans.html", plans),
    Panel("credit_control/_reminders.html", reminders),
    Panel("credit_control/_notes.html", notes),
    Panel("credit_control/_mails.html", mails),
    Panel("credit_control/_habit.html", habit),
]
