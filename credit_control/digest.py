"""What happened to the customers of somebody in sales between two moments, as far as they may see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from billing.models import Dispute
from credit_control.models import MissedKind, MissedPayment
from customers.models import CreditHold
from ledger.money import format_money
from office.models import Company, User
from office.written import plain_day

NEWS = timedelta(days=7)
"""What was missed longer ago, and found only now, is no news."""


@dataclass(frozen=True)
class Told:
    """One line: its words, and the page that it leads to."""

    words: str
    path: str


@dataclass(frozen=True)
class Section:
    """Lines of one kind."""

    title: str
    lines: list[Told]


def sections_of(person: User, company: Company, since: datetime, until: datetime) -> list[Section]:
    """What is new to them; only what there is. Nothing of it is read for who may not see it."""
    asked = _Asked(person, company, since, until)
    sections = [
        Section("New disputes", asked.disputes()),
        Section("Newly late", asked.late()),
        Section("Broken promises", asked.promises()),
        Section("Put on hold", asked.holds()),
    ]
    return [section for section in sections if section.lines]


@dataclass(frozen=True)
class _Asked:
    person: User
    company: Company
    since: datetime
    until: datetime

    def _rows(self, rows: QuerySet[Any], right: str, moment: str) -> Iterable[Any]:
        if not self.person.has_perm(right):
            return []
        span = {f"{moment}__gt": self.since, f"{moment}__lte": self.until}
        theirs = rows.filter(company=self.company, customer__sales_owner=self.person, **span)
        return theirs.select_related("customer").order_by("customer__sort_name", "customer", "pk")

    def disputes(self) -> list[Told]:
        rows = Dispute.objects.select_related("reason_code", "entry")
        return [
            Told(
                f"{row.customer.name}: {row.entry.reference}, {format_money(row.amount, row.currency)},"
                f" {row.reason_code.words}",
                reverse("billing:dispute", args=[row.pk]),
            )
            for row in self._rows(rows, "billing.view_dispute", "opened_at")
        ]

    def _missed(self, *, promises: bool) -> Iterable[MissedPayment]:
        rows = MissedPayment.objects.filter(on__gt=self.until.date() - NEWS)
        of_promises = rows.filter(kind=MissedKind.PROMISE)
        rows = of_promises if promises else rows.exclude(kind=MissedKind.PROMISE)
        return self._rows(rows, "credit_control.view_missedpayment", "found_at")

    def late(self) -> list[Told]:
        """Each customer once, with all they missed."""
        names: dict[int, str] = {}
        sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        papers: dict[int, list[str]] = defaultdict(list)
        for row in self._missed(promises=False):
            names[row.customer_id] = row.customer.name
            sums[row.customer_id][row.currency] += row.amount
            papers[row.customer_id].append(row.reference)
        return [
            Told(
                f"{name}: {', '.join(format_money(each, currency) for currency, each in sums[pk].items())}"
                f" ({', '.join(papers[pk][:5])}{', …' if len(papers[pk]) > 5 else ''})",
                reverse("customers:customer", args=[pk]),
            )
            for pk, name in names.items()
        ]

    def promises(self) -> list[Told]:
        return [
            Told(
                f"{row.customer.name}: {format_money(row.amount, row.currency)}, promised for"
                f" {plain_day(row.due_on) if row.due_on else ''}",
                reverse("customers:customer", args=[row.customer_id]),
            )
            for row in self._missed(promises=True)
        ]

    def holds(self) -> list[Told]:
        rows = CreditHold.objects.filter(released_on=None)
        return [
            Told(f"{row.customer.name}: {row.words}", reverse("customers:customer_holds", args=[row.customer_id]))
            for row in self._rows(rows, "customers.view_customer", "placed_at")
        ]
