"""What one late debt owes under a rule: lines of interest and fees that are not claimed yet. Values in, values out."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from credit_control.debts import Debt
from credit_control.interest import Terms, interest_due, value_on
from credit_control.models import LateChargeLine, LateChargeRule, LineKind
from ledger.money import round_money

ZERO = Decimal(0)


def lines_due(debt: Debt, rule: LateChargeRule, terms: Terms, until: date) -> list[LateChargeLine]:
    """The unsaved lines of a claim up to the end of a day; none within the days of grace, or where nothing is new."""
    if debt.days_late(until) <= rule.grace_days:
        return []
    return [*_interest(debt, terms, until), *_fees(debt, rule, until)]


def _interest(debt: Debt, terms: Terms, until: date) -> Iterator[LateChargeLine]:
    found = interest_due(debt.late, until, terms)
    if found.total <= 0:
        return
    for span in found.spans:
        yield LateChargeLine(
            item=debt.item,
            kind=LineKind.INTEREST,
            from_on=span.from_on,
            to_on=span.to_on,
            principal=span.principal,
            percent=span.percent,
            amount=span.amount,
        )
    if found.correction:
        yield LateChargeLine(
            item=debt.item,
            kind=LineKind.CORRECTION,
            from_on=debt.charged[0].from_on,
            to_on=max(each.to_on for each in debt.charged),
            principal=ZERO,
            percent=ZERO,
            amount=found.correction,
        )


def _fees(debt: Debt, rule: LateChargeRule, until: date) -> Iterator[LateChargeLine]:
    due_on = debt.due_on
    if not rule.period_days:
        yield from _fee(debt, rule, 0, due_on, due_on + timedelta(days=1))
        return
    for period in range(1, debt.days_late(until) // rule.period_days + 1):
        start = due_on + timedelta(days=(period - 1) * rule.period_days)
        yield from _fee(debt, rule, period, start, start + timedelta(days=rule.period_days))


def _fee(debt: Debt, rule: LateChargeRule, period: int, start: date, end: date) -> Iterator[LateChargeLine]:
    """The fee of a period, unless it was charged, by whichever rule, or the rule has none for such a debt."""
    of = debt.original if rule.fee_percent else value_on(debt.late.principal, debt.due_on)
    amount = round_money(of * rule.fee_percent / 100, debt.item.currency) or _step(debt, rule, of)
    is_charged = period in debt.periods or (debt.fees_until is not None and start < debt.fees_until)
    if is_charged or not amount:
        return
    yield LateChargeLine(
        item=debt.item,
        kind=LineKind.FEE,
        from_on=start,
        to_on=end,
        principal=of,
        percent=rule.fee_percent,
        period=period,
        amount=amount,
    )


def _step(debt: Debt, rule: LateChargeRule, size: Decimal) -> Decimal:
    """The amount for a debt of this size, in the rule's currency only."""
    if rule.currency != debt.item.currency:
        return ZERO
    place = bisect_right(rule.steps, size, key=lambda step: step[0])
    return rule.steps[place - 1][1] if place else ZERO
