from datetime import date

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.days import FIRST_DAY, LAST_DAY
from office.models import Company, OwnDay, User
from office.written import plain_day


@transaction.atomic
def set_own_day(company: Company, day: date, *, is_worked: bool, name: str, by: User | None) -> OwnDay:
    """Say that a day is worked, or not, whatever the calendar says; what was said of that day before gives way.

    Raises Refused without a name, and for a day that can only be a slip.
    """
    name = name.strip()
    if not name:
        raise Refused("Say why, such as company outing.", code="name_missing")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(f"{plain_day(day)} cannot be meant: look at the year.", code="bad_day")
    before = OwnDay.objects.filter(company=company, day=day).first()
    row, _ = OwnDay.objects.update_or_create(
        company=company, day=day, defaults={"is_worked": is_worked, "name": name[:100]}
    )
    record(by, "set_own_day", row, before=_said(before), after=_said(row))
    return row


@transaction.atomic
def remove_own_day(own_day_id: int, *, by: User | None) -> None:
    """Let the calendar say again what the day is. Raises Refused where somebody else did so already."""
    row = OwnDay.objects.select_for_update(no_key=True).filter(pk=own_day_id).first()
    if row is None:
        raise Refused("This day is in the list no more.", code="unknown_own_day")
    record(by, "remove_own_day", row, before=_said(row))
    row.delete()


def _said(row: OwnDay | None) -> dict[str, object]:
    return {"day": row.day, "worked": row.is_worked, "name": row.name} if row else {}
