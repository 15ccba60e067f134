"""Which days of their account a customer asks for, as they typed them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from credit_control.statements.asking import Period
from credit_control.statements.usual import usual_period
from customers.models import Customer, StatementForm
from ledger.refusals import Refused

YEAR = timedelta(days=365)
LONGEST_WORDS = 100
FORMS = (StatementForm.OPEN_ITEM, StatementForm.BALANCE_FORWARD)


class _Typed(forms.Form):
    from_on = forms.DateField(required=False)
    on = forms.DateField(required=False)
    form = forms.ChoiceField(required=False, choices=[(form, "") for form in FORMS])


@dataclass(frozen=True)
class Days:
    """A period with the form of its statement; what is wrong with what was typed, in the reader's words."""

    period: Period
    form: str
    typed: dict[str, str]
    wrong: str = ""


def days_asked(customer: Customer, query: QueryDict, *, is_year: bool = False) -> Days:
    """The days that an address asks for; else this month up to today, or the last year. With what is wrong, these."""
    typed, wrong = _Typed(query), ""
    given: dict[str, Any] = typed.cleaned_data if typed.is_valid() else {}
    if not typed.is_valid():
        wrong = _("One of the days is none. Please type it again.")
    first, last = given.get("from_on"), given.get("on")
    try:
        period = usual_period(customer, first or _first(customer, last, is_year=is_year), last)
    except Refused:
        wrong = _("The first day comes before the last, and the last is not ahead of today.")
        period = usual_period(customer, _first(customer, None, is_year=is_year), None)
    kept = {name: query.get(name, "") for name in ("from_on", "on")} if wrong else _as_typed(period)
    return Days(period, given.get("form") or StatementForm.OPEN_ITEM, kept, wrong)


def _first(customer: Customer, last: date | None, *, is_year: bool) -> date | None:
    return (last or customer.company.today()) - YEAR if is_year else None


def _as_typed(period: Period) -> dict[str, str]:
    return {"from_on": period.from_on.isoformat(), "on": period.on.isoformat()}
