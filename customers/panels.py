"""What other rooms show on a customer's page, such as what they promised to pay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from customers.models import Customer
from customers.told_facts import Fact, told_facts
from ledger.models import OpenItem
from office.models import AuditRecord, User


@dataclass(frozen=True)
class Panel:
    """A card: its template, and what it shows of a customer to a person; without anything it is left out."""

    template: str
    read: Callable[[User, Customer], dict[str, Any] | None]


PANELS: list[Panel] = []


def register_panel(panel: Panel) -> None:
    """Let every customer's page show this card."""
    if panel not in PANELS:
        PANELS.append(panel)


def panels_of(user: User, customer: Customer) -> list[tuple[str, dict[str, Any]]]:
    """The cards of a customer's page, each as its template and what it shows."""
    read = [(panel.template, panel.read(user, customer)) for panel in PANELS]
    return [(template, shown) for template, shown in read if shown is not None]


DAYS: list[Callable[[Sequence[OpenItem], date], dict[int, str]]] = []


def register_days(words: Callable[[Sequence[OpenItem], date], dict[int, str]]) -> None:
    """Let a room say, by item, when open items are to be paid, where that is not their due day."""
    if words not in DAYS:
        DAYS.append(words)


def days_of(items: Sequence[OpenItem], today: date) -> dict[int, str]:
    """What rooms say of these items' days, by item."""
    return {pk: said for words in DAYS for pk, said in words(items, today).items()}


MOST_EVENTS = 50


@dataclass(frozen=True)
class Event:
    """Something that happened to a customer: when it was noted, what, and more of it.

    `record` is the row of the audit trail that it is, if it is one, and `facts` what became of what by it.
    """

    at: datetime
    words: str
    note: str = ""
    record: AuditRecord | None = None
    facts: Sequence[Fact] = ()


EVENTS: list[Callable[[User, Customer], Sequence[Event]]] = []


def register_events(events: Callable[[User, Customer], Sequence[Event]]) -> None:
    """Let every customer's timeline tell of what a room knows; of each room the newest."""
    if events not in EVENTS:
        EVENTS.append(events)


def timeline_of(user: User, customer: Customer) -> list[Event]:
    """What happened to a customer, and to whoever was merged into them, the newest first."""
    theirs = [customer.pk, *customer.merged.values_list("pk", flat=True)]
    records = AuditRecord.objects.filter(subject_type="customers.customer", subject_id__in=theirs)
    newest = list(records.select_related("by").order_by("-id")[:MOST_EVENTS])
    facts = told_facts(user, newest)
    found = [Event(record.recorded_at, record.action, record.reason, record, facts[record.pk]) for record in newest]
    found += [event for events in EVENTS for event in events(user, customer)]
    return sorted(found, key=lambda event: event.at, reverse=True)[:MOST_EVENTS]
