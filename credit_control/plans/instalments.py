"""The instalments of a plan: proposed from their number or amount, and whether they fit. Values in, values out."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from credit_control.plans.spread import ZERO, Instalment
from ledger.calendar import add_months
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.days import LAST_DAY

FEWEST, MOST = 2, 60
WEEKLY, BIWEEKLY, MONTHLY = "week", "two_weeks", "month"
RHYTHMS = [(MONTHLY, "Every month"), (BIWEEKLY, "Every two weeks"), (WEEKLY, "Every week")]
WEEKS = {WEEKLY: 1, BIWEEKLY: 2}


def days_of(first: date, rhythm: str, count: int) -> list[date]:
    """So many days from the first on: 31 January, 28 February, 31 March."""
    if rhythm == MONTHLY:
        return [add_months(first, place) for place in range(count)]
    return [first + timedelta(weeks=WEEKS[rhythm] * place) for place in range(count)]


def equal_instalments(
    amount: Decimal, currency: str, first: date, rhythm: str, count: int, first_amount: Decimal | None = None
) -> list[Instalment]:
    """So many instalments of the same amount, after a first one of its own where it is given; the last one takes what
    rounding leaves. Raises Refused where they cannot be."""
    _require_count(count)
    head = [] if first_amount is None else [first_amount]
    rest = amount - sum(head, ZERO)
    each = round_money(rest / (count - len(head)), currency)
    amounts = [*head, *[each] * (count - len(head) - 1)]
    return _laid(first, rhythm, [*amounts, amount - sum(amounts, ZERO)])


def instalments_of(
    amount: Decimal, currency: str, first: date, rhythm: str, each: Decimal, first_amount: Decimal | None = None
) -> list[Instalment]:
    """As many instalments of an amount as it takes; the last one is what is left."""
    if each <= 0:
        raise Refused("An instalment is above zero.", code="amount_invalid")
    head = [] if first_amount is None else [first_amount]
    rest = amount - sum(head, ZERO)
    whole, last = divmod(rest, each)
    if whole > MOST:
        raise Refused(f"A plan has at most {MOST} instalments: choose a larger amount.", code="too_many")
    return _laid(first, rhythm, [*head, *[each] * int(whole), *([last] if last else [])])


def _laid(first: date, rhythm: str, amounts: Sequence[Decimal]) -> list[Instalment]:
    _require_count(len(amounts))
    if first > LAST_DAY:
        raise Refused(f"{first} cannot be meant: look at the year.", code="bad_day")
    days = days_of(first, rhythm, len(amounts))
    return [Instalment(day, amount) for day, amount in zip(days, amounts, strict=True)]


def _require_count(count: int) -> None:
    if not FEWEST <= count <= MOST:
        raise Refused(f"A plan has between {FEWEST} and {MOST} instalments.", code="bad_count")


def check_instalments(
    instalments: Sequence[Instalment], amount: Decimal, currency: str, today: date, most_months: int
) -> None:
    """Raise Refused where instalments cannot be agreed on, or are not what is planned."""
    _require_count(len(instalments))
    _check_amounts([each.amount for each in instalments], amount, currency)
    days = [each.due_on for each in instalments]
    if days[0] < today:
        raise Refused(f"{days[0]} is past. The first instalment is due today or later.", code="day_past")
    for before, after in pairwise(days):
        if after <= before:
            raise Refused(f"{after} is not after {before}. Each instalment is due on a later day.", code="days_mixed")
    if days[-1] > add_months(today, most_months):
        raise Refused(
            f"{days[-1]} is more than {most_months} months ahead, longer than the company lets a plan last.",
            code="too_long_plan",
        )


def _check_amounts(amounts: Sequence[Decimal], wanted: Decimal, currency: str) -> None:
    if any(each <= 0 or each != round_money(each, currency) for each in amounts):
        raise Refused("Each instalment is above zero, in whole units of the currency.", code="amount_invalid")
    total = sum(amounts, ZERO)
    if total != wanted:
        raise Refused(
            f"The instalments come to {format_money(total, currency)}, the items to {format_money(wanted, currency)}.",
            code="sum_differs",
        )
