"""The same statement twice: who has it from a run already is sent it again only where a person said so of that one."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from credit_control.models import Statement
from credit_control.statements.asking import Asked, Key, Period
from office.written import plain_day


def sent_already(period: Period, asked: Sequence[Asked]) -> dict[Key, Statement]:
    """The latest statement of the same days and form that a run made, of each who has one."""
    forms = {each.key: each.form for each in asked}
    made = Statement.objects.filter(
        customer__in=[each.customer.pk for each in asked], run__isnull=False, from_on=period.from_on, on=period.on
    ).only("customer_id", "is_combined", "form", "made_at")
    same = (row for row in made.order_by("pk") if forms.get((row.customer_id, row.is_combined)) == row.form)
    return {(row.customer_id, row.is_combined): row for row in same}


def why_held(period: Period, before: Statement) -> str:
    """What a person reads who may send it again."""
    day = before.made_at.astimezone(ZoneInfo(period.company.time_zone)).date()
    return f"They have this statement already, sent on {plain_day(day)}."
