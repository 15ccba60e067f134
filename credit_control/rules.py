"""Which rule each customer has, and the rates it stands on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from credit_control.choices import Choices, read_choices
from credit_control.interest import Terms
from credit_control.models import LateChargeChoice, LateChargeRule, Reference, ReferenceRate
from customers.models import Customer
from office.models import Company

ZERO = Decimal(0)


@dataclass
class Rules:
    """A company's choices and rates, read once."""

    choices: Choices[LateChargeRule] = field(default_factory=Choices)
    rates: dict[tuple[str, date], Decimal] = field(default_factory=dict)

    def rule_of(self, customer: Customer) -> LateChargeRule | None:
        """The customer's own rule, else the group's, else the company's."""
        return self.choices.of(customer)

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
        return min((rule.due_from for rule in self.choices.used), default=None)


def read_rules(company: Company) -> Rules:
    """The company's choices and reference rates."""
    rates = ReferenceRate.objects.filter(company=company).values_list("reference", "from_on", "percent")
    rows = LateChargeChoice.objects.filter(company=company).select_related("rule")
    return Rules(read_choices(rows, "rule"), {(reference, day): percent for reference, day, percent in rates})


def half_years(first: date, last: date) -> Iterable[date]:
    """The first day of each half-year that these days touch."""
    half = date(first.year, 1 if first.month < 7 else 7, 1)
    while half <= last:
        yield half
        half = date(half.year, 7, 1) if half.month == 1 else date(half.year + 1, 1, 1)
