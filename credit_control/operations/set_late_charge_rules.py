from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from credit_control.day_count import DayCount
from credit_control.models import LateChargeChoice, LateChargeRule, Reference
from credit_control.operations.choose_for import choose_for
from credit_control.operations.set_reference_rates import add_usual_rates
from credit_control.usual_rules import USUAL_RULES
from ledger.money import UnknownCurrency, round_money, round_rate
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

FIELDS: tuple[str, ...] = ("name", "reference", "percent", "day_count", "currency", "fee_steps", "fee_percent")
FIELDS += ("period_days", "grace_days", "smallest_claim", "due_from")
LARGEST, LONGEST = Decimal(10) ** 12, 3660


@transaction.atomic
def save_late_charge_rule(
    company: Company, wanted: Mapping[str, Any], *, by: User | None, rule_id: int | None = None
) -> LateChargeRule:
    """Add a rule, or change one for what is not charged yet; what is not named stays.

    Raises Refused for one that charges nothing, twice the same name, or amounts and rates that cannot be.
    """
    rules = LateChargeRule.objects.select_for_update(no_key=True).filter(company=company)
    rule = rules.get(pk=rule_id) if rule_id else LateChargeRule(company=company, currency=company.currency)
    before = {name: getattr(rule, name) for name in FIELDS}
    for name in set(FIELDS) & set(wanted):
        setattr(rule, name, wanted[name])
    rule.due_from = rule.due_from or company.today()
    rule.name = rule.name.strip()
    _check(rule)
    rule.fee_steps = _steps(rule)
    rule.save()
    after = {name: getattr(rule, name) for name in FIELDS if not rule_id or getattr(rule, name) != before[name]}
    if after:
        was = {name: before[name] for name in after} if rule_id else None
        record(by, "save_late_charge_rule", rule, before=was, after=after)
    return rule


@transaction.atomic
def add_usual_rule(company: Company, usual: str, *, by: User | None, due_from: date | None = None) -> LateChargeRule:
    """Add the rule that a law gives, and the rates it stands on as published. Raises Refused for no such rule."""
    if usual not in USUAL_RULES:
        raise Refused("Choose one of the usual rules.", code="no_such_rule")
    add_usual_rates(company, by=by)
    return save_late_charge_rule(company, {**USUAL_RULES[usual], "due_from": due_from or company.today()}, by=by)


def choose_late_charge_rule(company: Company, rule_id: int | None, **whose: Any) -> LateChargeChoice | None:
    """Say which rule holds for a customer, a group or else the company, as `choose_for` does; none charges nothing."""
    return choose_for(LateChargeChoice, "rule", company, rule_id, **whose)


def _check(rule: LateChargeRule) -> None:
    if not rule.name or len(rule.name) > 100:
        raise Refused("Give the rule a name of at most 100 characters.", code="name_missing")
    same = LateChargeRule.objects.filter(company=rule.company, name=rule.name).exclude(pk=rule.pk)
    if same.exists():
        raise Refused(f"There is a rule {rule.name} already.", code="name_taken")
    if rule.reference not in set(Reference) or rule.day_count not in set(DayCount):
        raise Refused("Choose what the rate stands on, and how days are counted.", code="bad_reference")
    for percent, most in ((rule.percent, 999), (rule.fee_percent, 100)):
        if not 0 <= percent <= most or percent != round_rate(percent):
            raise Refused(f"A percentage lies between 0 and {most}.", code="bad_percent")
    if not all(0 <= days <= LONGEST for days in (rule.period_days, rule.grace_days)):
        raise Refused(f"Days lie between 0 and {LONGEST}.", code="bad_days")
    _check_amounts(rule)
    if rule.reference == Reference.NONE and not (rule.percent or rule.fee_percent or rule.fee_steps):
        raise Refused("Such a rule charges nothing. Choose no rule instead.", code="charges_nothing")
    if rule.fee_percent and rule.fee_steps:
        raise Refused("A fee is an amount or a percentage, not both.", code="two_fees")


def _check_amounts(rule: LateChargeRule) -> None:
    try:
        amounts = [rule.smallest_claim, *(amount for step in rule.steps for amount in step)]
        good = all(0 <= amount < LARGEST and amount == round_money(amount, rule.currency) for amount in amounts)
    except (UnknownCurrency, ArithmeticError, ValueError, TypeError) as error:
        raise Refused("Give a currency such as EUR, and amounts of it.", code="bad_amounts") from error
    if not good:
        raise Refused(f"These are no amounts of {rule.currency}.", code="bad_amounts")


def _steps(rule: LateChargeRule) -> list[list[str]]:
    """The steps by size, as they are kept. Raises Refused where two begin at the same size."""
    steps = sorted(rule.steps)
    if len({size for size, _ in steps}) < len(steps):
        raise Refused("Two amounts begin at the same size of debt.", code="bad_amounts")
    return [[f"{size.normalize():f}", f"{amount.normalize():f}"] for size, amount in steps]
