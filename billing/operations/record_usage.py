"""Keeping what customers used until a recurring invoice bills it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction

from billing.models import UsageRecord
from customers.access import customers_for
from customers.models import Customer
from ledger.refusals import Refused
from office.audit import record
from office.days import FIRST_DAY
from office.models import Company, User
from office.written import plain_day

LARGEST = Decimal(10) ** 12
TOLD = ("customer_id", "meter", "used_on", "quantity")


@dataclass(frozen=True)
class UsageDetails:
    """So much used on a day. The reference is the sender's own and makes it count once."""

    customer_id: int
    meter: str
    used_on: date
    quantity: Decimal
    reference: str


@dataclass
class Recorded:
    """How many records were new, how many were here already, and the places of those refused, with why."""

    new: int = 0
    known: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)


@transaction.atomic
def record_usage(company: Company, batch: Sequence[UsageDetails], *, by: User | None) -> Recorded:
    """Keep records, all of them or none; those sent before add nothing.

    Raises Refused for one that cannot be, and for a reference that was used for something else.
    """
    outcome = keep_usage(company, batch, by=by)
    for place, refusal in sorted(outcome.refused.items()):
        raise Refused(f"Record {place + 1}: {refusal.message}", code=refusal.code)
    note_usage(company, outcome.new, outcome.known, by=by)
    return outcome


def note_usage(company: Company, new: int, known: int, *, by: User | None) -> None:
    """Keep in the audit trail how many records were kept, if any."""
    if new:
        record(by, "record_usage", company, after={"new": new, "known": known})


@transaction.atomic
def keep_usage(company: Company, batch: Sequence[UsageDetails], *, by: User | None) -> Recorded:
    """Keep the records that can be kept, and tell of each other one why not, by its place; the caller notes it."""
    outcome, good = Recorded(), {}
    customers = customers_for(by) if by else Customer.objects.all()
    asked = {details.customer_id for details in batch}
    seen = set(customers.filter(company=company, pk__in=asked).values_list("pk", flat=True))
    for place, details in enumerate(batch):
        try:
            good[place] = _row(company, details, seen)
        except Refused as refusal:
            outcome.refused[place] = refusal
    before = _known(company, good.values())
    UsageRecord.objects.bulk_create(good.values(), ignore_conflicts=True)
    kept = _known(company, good.values())
    for place, row in good.items():
        if any(getattr(row, name) != getattr(kept[row.reference], name) for name in TOLD):
            outcome.refused[place] = Refused(
                f"The reference {row.reference} was used for other usage. Give each record its own.",
                code="reference_used",
            )
    _count(good, before, outcome)
    return outcome


def _count(good: dict[int, UsageRecord], before: dict[str, UsageRecord], outcome: Recorded) -> None:
    known = set(before)
    for place, row in good.items():
        if place in outcome.refused:
            continue
        outcome.known += row.reference in known
        outcome.new += row.reference not in known
        known.add(row.reference)


def _known(company: Company, rows: Iterable[UsageRecord]) -> dict[str, UsageRecord]:
    references = [row.reference for row in rows]
    return {row.reference: row for row in UsageRecord.objects.filter(company=company, reference__in=references)}


def _row(company: Company, details: UsageDetails, seen: set[int]) -> UsageRecord:
    meter, reference = details.meter.strip(), details.reference.strip()
    if details.customer_id not in seen:
        raise Refused("There is no such customer here.", code="unknown_customer")
    if not meter or len(meter) > 40:
        raise Refused("A meter has a name of 1 to 40 letters, as the invoice's line names it.", code="bad_meter")
    if not reference or len(reference) > 100:
        raise Refused("Give each record a reference of its own, of 1 to 100 letters.", code="bad_reference")
    if not FIRST_DAY <= details.used_on <= company.today():
        raise Refused(f"{plain_day(details.used_on)} is in the future or long past: look at the day.", code="bad_day")
    if abs(details.quantity) >= LARGEST or details.quantity != round(details.quantity, 6):
        raise Refused("A quantity has at most six places and is below a million million.", code="bad_quantity")
    return UsageRecord(
        company=company,
        customer_id=details.customer_id,
        meter=meter,
        used_on=details.used_on,
        quantity=details.quantity,
        reference=reference,
    )
