"""A plan as people type it: which items, how it is paid, and each instalment."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_date

from billing.disputes import disputed_now
from credit_control.models import CreditPolicy, policy_of
from credit_control.operations.offer_plan import LONGEST_NAME, LONGEST_NOTE, PlanDetails
from credit_control.plans.instalments import FEWEST, MONTHLY, MOST, RHYTHMS, equal_instalments, instalments_of
from credit_control.plans.reading import planned_now
from credit_control.plans.spread import ZERO, Instalment
from credit_control.promises import standing_promises
from credit_control.reminders.proposals import REMINDED
from customers.models import Customer
from ledger.agreed_days import with_late
from ledger.calendar import add_months
from ledger.models import OpenItem
from ledger.money import round_money
from office.web.fields import SumField, typed_id, worked_out
from office.web.requests import StaffRequest
from office.written import plain_day

LARGEST = Decimal(10) ** 12


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **more)


def _sum(**more: Any) -> SumField:
    return SumField(required=False, max_digits=19, decimal_places=4, **more)


class RhythmForm(forms.Form):
    """How the instalments are proposed."""

    count = forms.IntegerField(label="Number of instalments", required=False, min_value=FEWEST, max_value=MOST)
    each = _sum(label="Or the amount of each", help_text="Then there are as many as it takes.")
    first_amount = _sum(label="First payment", help_text="Where it is another amount than the others.")
    first_on = _day(label="First day")
    rhythm = forms.ChoiceField(label="Then", choices=RHYTHMS)


class TermsForm(forms.Form):
    """On what terms."""

    is_interest_free = forms.BooleanField(
        label="Free of interest",
        required=False,
        help_text="While it is kept, only what is past its instalment's day bears interest.",
    )
    valid_until = _day(label="Offer holds until", required=False, help_text="At most until the first instalment.")
    agreed_by = forms.CharField(
        label="Agreed already by",
        required=False,
        max_length=LONGEST_NAME,
        help_text="Who told you so. The plan then stands at once, and they are mailed what was agreed.",
    )
    note = forms.CharField(
        label="Note for us", required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReasonForm(forms.Form):
    """Why the plan that stands is ended."""

    reason = forms.CharField(label="Why it is changed", max_length=300)


@dataclass(frozen=True)
class Choice:
    """An item that could be planned: what of it, or why not."""

    item: OpenItem
    amount: Decimal
    why_not: str = ""


def choices_of(customer: Customer, currency: str, today: date) -> list[Choice]:
    """The open items of a customer in a currency, each with what could be planned of it."""
    rows = OpenItem.objects.filter(customer_id=customer.pk, currency=currency, balance__gt=0, kind__in=REMINDED)
    items = list(with_late(rows, today).order_by("due_on", "dated_on", "pk"))
    ids = [item.pk for item in items]
    disputed, planned, promised = disputed_now(ids), planned_now(ids, today), standing_promises(ids, today)
    found = []
    for item in items:
        amount, why = item.balance - disputed.get(item.pk, ZERO), ""
        if item.pk in planned:
            why = f"In {planned[item.pk].plan}"
        elif item.pk in promised:
            why = f"Promised for {plain_day(promised[item.pk].pay_on)}"
        elif not amount:
            why = "Disputed"
        found.append(Choice(item, amount, why))
    return found


def other_currencies(customer: Customer, currency: str) -> QuerySet:
    """The other currencies in which they owe something."""
    rows = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0).exclude(currency=currency)
    return rows.order_by("currency").values_list("currency", flat=True).distinct()


def usual_rhythm(policy: CreditPolicy, today: date) -> dict[str, Any]:
    """Three instalments, from next month's first on."""
    first = add_months(today, 1).replace(day=1)
    return {"count": min(3, policy.plan_months), "first_on": first, "rhythm": MONTHLY}


def usual_terms(customer: Customer, today: date) -> dict[str, Any]:
    """As the company's policy says."""
    policy = policy_of(customer.company)
    return {
        "is_interest_free": policy.plan_is_interest_free,
        "valid_until": today + timedelta(days=policy.plan_offer_days),
    }


def proposed(amount: Decimal, currency: str, typed: dict[str, Any]) -> list[Instalment]:
    """The instalments that were asked for. Raises Refused where there are none such."""
    first, rhythm, first_amount = typed["first_on"], typed["rhythm"], typed["first_amount"]
    if typed["each"]:
        return instalments_of(amount, currency, first, rhythm, typed["each"], first_amount)
    return equal_instalments(amount, currency, first, rhythm, typed["count"] or FEWEST, first_amount)


@dataclass(frozen=True)
class TypedRow:
    """A row of the table as it was typed."""

    day: str
    amount: str

    @classmethod
    def of(cls, instalment: Instalment, currency: str) -> "TypedRow":
        return cls(instalment.due_on.isoformat(), str(round_money(instalment.amount, currency)))

    @property
    def value(self) -> Decimal:
        """Its amount; raises ValidationError where it is none."""
        amount = worked_out(self.amount) if self.amount.strip() else ZERO
        if not amount.is_finite() or abs(amount) >= LARGEST:
            raise ValidationError(f"{self.amount[:40]} is no amount.")
        return amount


def rows_of(request: StaffRequest) -> list[TypedRow]:
    """The rows that were typed; an empty one is none."""
    days, amounts = request.POST.getlist("day")[: MOST + 1], request.POST.getlist("amount")[: MOST + 1]
    rows = [TypedRow(day.strip()[:20], amount[:40]) for day, amount in zip(days, amounts, strict=False)]
    return [row for row in rows if row.day or row.amount.strip()]


def typed_instalments(rows: list[TypedRow]) -> list[Instalment]:
    """The instalments as they were typed. Raises ValidationError for what is no day or no amount."""
    found = []
    for place, row in enumerate(rows, start=1):
        try:
            day = parse_date(row.day)
        except ValueError:
            day = None
        if day is None:
            raise ValidationError(f"Instalment {place}: choose a day.")
        found.append(Instalment(day, row.value))
    return found


def chosen_items(request: StaffRequest) -> set[int]:
    """The items that were ticked."""
    return {pk for text in request.POST.getlist("item") if (pk := typed_id(text))}


def details_from(currency: str, items: set[int], instalments: list[Instalment], terms: dict[str, Any]) -> PlanDetails:
    """The plan as it was typed. An offer that was to hold beyond the first instalment holds until then."""
    until = terms["valid_until"]
    if until and instalments:
        until = min(until, instalments[0].due_on)
    return PlanDetails(currency, sorted(items), instalments, **terms | {"valid_until": until})
