"""Saying what is likely lost: by how late it is, or of one item or customer."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from credit_control.models import ProvisionRate, ProvisionTable, SpecificProvision
from customers.models import Customer
from ledger.bulk import insert_all
from ledger.models import OpenItem
from ledger.money import round_rate
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import Company, User

MOST_RATES, MOST_DAYS, LONGEST = 20, 3650, 300
Rates = Sequence[tuple[int, Decimal]]


@transaction.atomic
def set_provision_rates(
    company: Company, from_on: date, rates: Rates, *, late_days: int, on: date, by: User | None
) -> ProvisionTable:
    """From a day on, what is likely lost by days late, and from when an item is doubtful for that alone.

    Raises Refused for rates that cannot be, or fall while days rise; and, after the first table, for a past day: what
    was read as of it would read otherwise.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if from_on < on and ProvisionTable.objects.filter(company=company).exists():
        raise Refused("What held on past days stays: choose today or a later day.", code="past_day")
    _check(rates, late_days)
    table = ProvisionTable.objects.create(company=company, from_on=from_on, late_days=late_days, set_by=by)
    insert_all([ProvisionRate(table=table, days_from=days, percent=percent) for days, percent in rates])
    said = ", ".join(f"{percent.normalize():f} % from {days}" for days, percent in rates)
    record(by, "set_provision_rates", company, after={"from": from_on, "late days": late_days, "rates": said})
    return table


def _check(rates: Rates, late_days: int) -> None:
    days, percents = [row[0] for row in rates], [row[1] for row in rates]
    if not 1 <= len(rates) <= MOST_RATES or not 0 <= late_days <= MOST_DAYS:
        raise Refused(f"Give 1 to {MOST_RATES} rates, and up to {MOST_DAYS} days.", code="bad_number")
    if days != sorted(set(days)) or not days[0] >= 0 or days[-1] > MOST_DAYS:
        raise Refused("Each rate begins at more days late than the one before.", code="bad_days")
    if any(not _is_percent(percent) for percent in percents) or percents != sorted(percents):
        raise Refused("A rate is 0 to 100 percent, and does not fall as days pass.", code="bad_percent")


@transaction.atomic
def set_specific_provision(
    customer: Customer, percent: Decimal | None, *, reason: str, on: date, by: User | None, item_id: int | None = None
) -> SpecificProvision:
    """Say what is likely lost of one open item, or of all a customer owes; without a percentage, take that back.

    It goes before the table of rates, an item's before its customer's. Raises Refused without a reason, for an item
    that is settled or another customer's, and where there is nothing to take back.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    reason = without_card_numbers(reason.replace("\0", "").strip())
    if not reason or len(reason) > LONGEST:
        raise Refused(f"Say why, in up to {LONGEST} characters.", code="reason_missing")
    if percent is not None and not _is_percent(percent):
        raise Refused("What is likely lost is 0 to 100 percent.", code="bad_percent")
    if item_id and not OpenItem.objects.filter(pk=item_id, customer_id=customer.pk, balance__gt=0).exists():
        raise Refused("This item is settled, or another customer's.", code="not_open")
    before = SpecificProvision.objects.filter(customer=customer, item=item_id).first()
    if percent is None and (before is None or before.percent is None):
        raise Refused("There is nothing to take back.", code="nothing_set")
    made = SpecificProvision.objects.create(
        company=customer.company,
        customer=customer,
        item_id=item_id,
        percent=percent,
        reason=reason,
        set_on=on,
        set_by=by,
    )
    was = {"percent": before.percent} if before else {}
    record(by, "set_specific_provision", customer, before=was, after={"of": str(made)}, reason=reason)
    return made


def _is_percent(percent: Decimal) -> bool:
    return 0 <= percent <= 100 and percent == round_rate(percent)
