from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from credit_control.models import Reference, ReferenceRate
from credit_control.published_rates import published_rates
from ledger.money import round_rate
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User


@transaction.atomic
def set_reference_rate(
    company: Company, reference: str, from_on: date, percent: Decimal, *, by: User | None, source: str = ""
) -> ReferenceRate:
    """Say what a central bank's rate is for the half-year that begins on a day; what was said before gives way.

    Charges keep the rate they were made with. Raises Refused for another day than 1 January or 1 July.
    """
    if reference not in set(Reference) - {Reference.NONE}:
        raise Refused("Choose whose rate it is.", code="bad_reference")
    if (from_on.month, from_on.day) not in ((1, 1), (7, 1)):
        raise Refused("Such a rate holds for a half-year: from 1 January or 1 July.", code="not_a_half_year")
    if not -100 < percent < 1000 or percent != round_rate(percent):
        raise Refused(f"{percent} is no percentage that a bank would publish.", code="bad_percent")
    same: dict[str, Any] = {"company": company, "reference": reference, "from_on": from_on}
    before = ReferenceRate.objects.filter(**same).first()
    values = {"percent": percent, "source": source.strip()[:100], "set_by": by}
    row, _ = ReferenceRate.objects.update_or_create(**same, defaults=values)
    record(by, "set_reference_rate", company, before={"rate": str(before or "")}, after={"rate": str(row)})
    return row


@transaction.atomic
def add_usual_rates(company: Company, *, by: User | None) -> int:
    """Add the published rates that are known here where the company has none of its own, and say how many."""
    kept = set(ReferenceRate.objects.filter(company=company).values_list("reference", "from_on"))
    rows = [
        ReferenceRate(
            company=company, reference=reference, from_on=day, percent=percent, source="As published", set_by=by
        )
        for reference, day, percent in published_rates()
        if (reference, day) not in kept
    ]
    ReferenceRate.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        record(by, "add_usual_rates", company, after={"rates": len(rows)})
    return len(rows)
