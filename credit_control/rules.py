"""Which rule each customer has, and the rates it stands on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from credit_control.interest import Terms
from credit_control.models import LateChargeChoice, LateChargeRule, Reference, ReferenceRate
from customers.models import Customer
from office.models import Company

ZERO = Decimal(0)


@dataclass
class Rules:
    """A company's choices and rates, read once."""

    by_customer: dict[int, LateChargeRule | None] = field(default_factory=dict)
    by_group: dict[int, LateChargeRule | None] = field(default_factory=dict)
    usual: LateChargeRule | None = None
    rates: dict[tuple[str, date], Decimal] = field(default_factory=dict)

    def rule_of(self, customer: Customer) -> LateChargeRule | None:
        """The customer's own rule, else the group's, else the company's."""
        if customer.pk in self.by_customer:
            return self.by_customer[customer.pk]
        if customer.group_id in self.by_group:
            return self.by_group[customer.group_id]
        return self.usual

    def terms_of(self, rule: LateChargeRule, start: date, until: date) -> Terms | str:
        """The percent of each day after `start` up to `until`, or which rate is missing, in words."""
        if rule.reference == Reference.NONE:
            return Terms([(start, rule.percent)], rule.day_count)
        steps: list[tuple[date, Decimal]] = []
        for half in half_years(start + timedelta(days=1), until):
            kept = self.rates.get((rule.reference, half))
            if kept is None:
                return f"No rate is kept for the half-year from {half}: {rule.get_reference_display()}."
            steps.append((half - timedelta(days=1), max(kept + rule.percent, ZERO)))
        return Terms(steps, rule.day_count)

    @property
    def earliest(self) -> date | None:
        """The first due day that any rule in use charges for."""
        used = [*self.by_customer.values(), *self.by_group.values(), self.usual]
        return min((rule.due_from for rule in used if rule), default=None)


def read_rules(company: Company) -> Rules:
    """The company's choices and reference rates."""
    rates = ReferenceRate.objects.filter(company=company).values_list("reference", "from_on", "percent")
    rules = Rules(rates={(reference, day): percent for reference, day, percent in rates})
    for choice in LateChargeChoice.objects.filter(company=company).select_related("rule"):
        if choice.customer_id:
            rules.by_customer[choice.customer_id] = choice.rule
        elif choice.group_id:
            rules.by_group[choice.group_id] = choice.rule
        else:
            rules.usual = choice.rule
    return rules


def half_years(first: date, last: date) -> Iterable[date]:
    """The first day of each half-year that these days touch."""
    half = date(first.year, 1 if first.month < 7 else 7, 1)
    while half <= last:
        yield half
        half = date(half.year, 7, 1) if half.month == 1 else date(half.year + 1, 1, 1)
