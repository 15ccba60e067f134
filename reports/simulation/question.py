"""What is proposed, as an address says it: it begins with the rules as they are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms

from billing.looking_back import judged_checks
from billing.models import IssueCheck, Severity
from billing.orders.tolerances import Percents
from ledger.calendar import month_start
from office.approvals.asking import Act, Unit, amount_fits
from office.models import Company
from reports.frame import DaysForm
from reports.simulation.rules import Rules, rules_of, tried_acts

NEVER = "never"
PERCENTS = {
    "quantity_percent": "Quantity above the order, in percent",
    "price_percent": "Price above the order, in percent",
    "amount_percent": "Amount above the order, in percent",
}
UNITS = {Unit.MONEY: "", Unit.PERCENT: " (percent)", Unit.DAYS: " (days)"}


class CeilingField(forms.CharField):
    """An amount in an act's unit, or the word for no ceiling."""

    def __init__(self, act: Act) -> None:
        super().__init__(label=f"{act.title} above{UNITS[act.unit]}", required=False, max_length=20)

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value)).strip().lower()
        if typed not in ("", NEVER) and _amount(typed) is None:
            raise forms.ValidationError(f"Type a number, or “{NEVER}”.")
        return typed


def _amount(typed: str) -> Decimal | None:
    try:
        amount = Decimal(typed)
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None


class SimulationForm(DaysForm):
    """In which days, and by which rules. The fields of the rules are added below, one for each there is."""

    show = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, str], company: Company) -> None:
        self.now = rules_of(company)
        super().__init__(data, company)

    def clean(self) -> dict[str, Any]:
        """A ceiling has to be an amount of its act."""
        data = super().clean()
        for act in tried_acts():
            typed = data.get(act.name) or NEVER
            if typed != NEVER and not amount_fits(act.name, Decimal(typed), self.company):
                self.add_error(act.name, "No such amount can be a ceiling.")
        return data

    def usual(self, company: Company) -> dict[str, Any]:
        """Last month, and the rules as they are."""
        last = month_start(company.today()) - timedelta(days=1)
        days = {"first_day": month_start(last), "last_day": last}
        checks = {check.value: self.now.severities[check].value for check in judged_checks()}
        percents = {name: value for name, value in self.now.tolerances._asdict().items() if value is not None}
        ceilings = {name: _said(ceiling.above) for name, ceiling in self.now.ceilings.items()}
        return {**days, **checks, **percents, **ceilings}

    @property
    def then(self) -> Rules:
        """The rules as proposed."""
        values = self.values
        return replace(
            self.now,
            severities={
                **self.now.severities,
                **{check: Severity(values[check.value]) for check in judged_checks()},
            },
            tolerances=Percents(*(values[name] for name in PERCENTS)),
            ceilings={
                name: ceiling._replace(above=None if values[name] == NEVER else Decimal(values[name]))
                for name, ceiling in self.now.ceilings.items()
            },
        )

    @property
    def head(self) -> list[forms.BoundField]:
        return [self["first_day"], self["last_day"]]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The rules in parts that unfold."""
        checks = [self[check.value] for check in judged_checks()]
        return [
            ("Checks before issue", checks),
            ("Tolerances of all orders", [self[name] for name in PERCENTS]),
            ("Ceilings", [self[act.name] for act in tried_acts()]),
        ]


def _rule_fields() -> dict[str, forms.Field]:
    checks = {
        check.value: forms.ChoiceField(label=check.label, choices=Severity.choices, required=False)
        for check in judged_checks()
    }
    percent: dict[str, Any] = {
        "min_value": 0,
        "max_value": 100,
        "max_digits": 9,
        "decimal_places": 6,
    }
    percents = {name: forms.DecimalField(label=label, required=False, **percent) for name, label in PERCENTS.items()}
    return {**checks, **percents, **{act.name: CeilingField(act) for act in tried_acts()}}


SimulationForm.base_fields.update(_rule_fields())


def _said(above: Decimal | None) -> str:
    return NEVER if above is None else f"{above.normalize():f}"


def label_of(rule: str) -> str:
    """What a rule is called."""
    if rule in IssueCheck.values:
        return IssueCheck(rule).label
    return next(act.title for act in tried_acts() if act.name == rule)
