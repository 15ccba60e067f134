"""What statements of some customers would say: their own, or a parent's over all its subsidiaries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max

from credit_control.models import Statement
from credit_control.statements.figures import Figures, Part, Section
from credit_control.statements.reading import parts_of
from customers.models import Customer
from ledger.refusals import Refused
from ledger.snapshot import snapshot
from office.models import Company

EARLIEST = date(1900, 1, 1)
Key = tuple[int, bool]


@dataclass(frozen=True)
class Period:
    """The days that a statement tells of; the last is the one as of which it stands."""

    company: Company
    from_on: date
    on: date

    def require_sensible(self) -> None:
        """Raise Refused for a period that ends before it begins, or ahead of today."""
        if not EARLIEST <= self.from_on <= self.on:
            raise Refused("The first day of a statement comes before its last.", code="bad_period")
        if self.on > self.company.today():
            raise Refused("A statement tells of days that are over, or of today.", code="future_day")


@dataclass(frozen=True)
class Asked:
    """A statement that is wanted: for whom, in which form, and over whose accounts, the addressee's first."""

    customer: Customer
    form: str
    members: Sequence[Customer]
    is_combined: bool = False

    @property
    def key(self) -> Key:
        """By which its earlier statements are found."""
        return self.customer.pk, self.is_combined


def own(customer: Customer, form: str) -> Asked:
    """A statement of a customer's own account and no other."""
    return Asked(customer, form, [customer])


def combined(parent: Customer, form: str, subsidiaries: Iterable[Customer]) -> Asked:
    """One statement over a parent's account and those of its subsidiaries."""
    return Asked(parent, form, [parent, *subsidiaries], is_combined=True)


def figures_of(period: Period, asked: Sequence[Asked]) -> list[Figures]:
    """The figures of each statement; all of them together cost as many queries as one.

    What was entered after the last statement, and is dated in its days, is a movement of this one: so each opens where
    the one before closed. With what another account brought in that was merged into it since, it is not compared.
    """
    told = last_told(period, asked)
    merged = _last_merged({member.pk for each in asked if each.key in told for member in each.members})
    with snapshot():
        parts = {
            is_combined: _parts(period, [each for each in asked if each.is_combined == is_combined], told)
            for is_combined in {each.is_combined for each in asked}
        }
    return [_figures(period, each, parts[each.is_combined], told.get(each.key), merged) for each in asked]


def _parts(period: Period, asked: Sequence[Asked], told: dict[Key, Statement]) -> dict[int, list[Part]]:
    members = {member.pk for each in asked for member in each.members}
    known_at: dict[int, datetime] = {}
    for each in asked:
        if before := told.get(each.key):
            known_at |= {member.pk: before.read_at for member in each.members if str(member.pk) in before.closing}
    return parts_of(period.company.pk, members, from_on=period.from_on, on=period.on, known_at=known_at)


def _figures(
    period: Period,
    asked: Asked,
    parts: dict[int, list[Part]],
    before: Statement | None,
    merged: Mapping[int, datetime],
) -> Figures:
    sections = [Section(one.pk, one.number, one.name, parts[one.pk]) for one in asked.members]
    if before:
        for section in sections:
            merged_at = merged.get(section.customer_id)
            if merged_at is None or merged_at < before.read_at:
                _compare(section, before.closing.get(str(section.customer_id)))
    if asked.is_combined:
        sections = [section for section in sections if section.parts]
    return Figures(asked.form, period.from_on, period.on, sections, asked.is_combined)


def _compare(section: Section, closed: dict[str, str] | None) -> None:
    """Mark where an account does not open at what the last statement closed with."""
    if closed is None:
        return
    parts = {part.currency: part for part in section.parts}
    for currency in sorted({*parts, *closed}):
        part, wanted = parts.get(currency), Decimal(closed.get(currency, "0"))
        if part is None and wanted:
            section.parts.append(Part(currency, opened_elsewhere=wanted))
        elif part is not None and part.opening != wanted:
            part.opened_elsewhere = wanted


def _last_merged(customer_ids: Collection[int]) -> dict[int, datetime]:
    """When another account last became part of each of these."""
    rows = Customer.objects.filter(merged_into__in=customer_ids).order_by()
    return dict(rows.values_list("merged_into").annotate(Max("merged_at"))) if customer_ids else {}


def last_told(period: Period, asked: Sequence[Asked]) -> dict[Key, Statement]:
    """The latest statement of each that ended the day before this one begins; one that an account brought along which
    was merged into it tells of that account."""
    rows = Statement.objects.filter(
        customer__in=[each.customer.pk for each in asked], on=period.from_on - timedelta(days=1)
    ).only("customer_id", "is_combined", "closing", "read_at")
    own_ones = (row for row in rows.order_by("pk") if row.is_combined or str(row.customer_id) in row.closing)
    return {(row.customer_id, row.is_combined): row for row in own_ones}
