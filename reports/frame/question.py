"""What a report is asked: the form of its question, and the question within what its reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse
from django.utils import timezone

from customers.access import owners_seen
from ledger.calendar import add_months, end_of_month, month_start
from ledger.money import UnknownCurrency, places
from office.models import Company, User
from reports.frame.spec import Report

PAGE = 100
"""Rows of a page."""
LONGEST_PLACE = 300


class ReportForm(forms.Form):
    """The question as an address asks it. What is left out or makes no sense is as usual, and the page says it."""

    def __init__(self, data: Mapping[str, str], company: Company) -> None:
        self.company = company
        asked = {name: value for name, value in data.items() if value}
        super().__init__({**self.usual(company), **asked})
        for name, choices in self.offered(company).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.is_valid()

    def offered(self, company: Company) -> dict[str, list[tuple[str, str]]]:
        """What may be chosen, where that depends on the company."""
        return {}

    def usual(self, company: Company) -> dict[str, Any]:
        """What is asked where the address says nothing."""
        return {}

    @property
    def values(self) -> dict[str, Any]:
        """What is asked."""
        said = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return {**dict.fromkeys(self.fields), **self.usual(self.company), **said}

    def shortcuts(self) -> list[tuple[str, dict[str, str]]]:
        """Questions that are often asked: words, and what the address says."""
        return []

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields that stand beside one another."""
        return self.visible_fields()

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Those that unfold below, under what they are called."""
        return []


class CurrencyField(forms.CharField):
    """A currency by its three letters, in any case."""

    def clean(self, value: Any) -> str:
        currency = str(super().clean(value)).upper()
        try:
            if currency:
                places(currency)
        except UnknownCurrency as error:
            raise forms.ValidationError(f"{currency} is not a currency. Write it as EUR.") from error
        return currency


class DayField(forms.DateField):
    """A day of a time in which somebody kept books, with room around it to count weeks, months and years."""

    def __init__(self, label: str) -> None:
        bounds = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(label=label, required=False, widget=widget, validators=bounds)


class MomentField(forms.DateTimeField):
    """A moment of such a time, as somebody in the office types it."""

    def __init__(self, label: str) -> None:
        first, last = datetime(1900, 1, 2, tzinfo=UTC), datetime(2199, 12, 30, tzinfo=UTC)
        bounds = [MinValueValidator(first), MaxValueValidator(last)]
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "any"})
        super().__init__(label=label, required=False, widget=widget, validators=bounds)


class DayForm(ReportForm):
    """As of which day."""

    on = DayField(label="As of")

    def usual(self, company: Company) -> dict[str, Any]:
        return {"on": company.today()}

    def shortcuts(self) -> list[tuple[str, dict[str, str]]]:
        month_end = month_start(self.company.today()) - timedelta(days=1)
        return [("Today", {"on": ""}), ("End of last month", {"on": month_end.isoformat()})]


class DaysForm(ReportForm):
    """From which day to which: this month as it stands, where nobody says."""

    first_day = DayField(label="From")
    last_day = DayField(label="To")

    def usual(self, company: Company) -> dict[str, Any]:
        return {"first_day": month_start(company.today()), "last_day": company.today()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day is before the first. Turn them round.")
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What is asked; days that end before they begin, perhaps as one of them was left out, are as usual."""
        values, usual = super().values, self.usual(self.company)
        turned = values["last_day"] < values["first_day"]
        return values | {name: usual[name] for name in ("first_day", "last_day") if turned}

    def shortcuts(self) -> list[tuple[str, dict[str, str]]]:
        today = self.company.today()
        this_month, this_year = month_start(today), month_start(today).replace(month=1)
        last_month = add_months(this_month, -1)
        quarter = this_month.replace(month=(this_month.month - 1) // 3 * 3 + 1)
        return [
            ("This month", _days(this_month, today)),
            ("Last month", _days(last_month, end_of_month(last_month))),
            ("This quarter", _days(quarter, today)),
            ("This year", _days(this_year, today)),
            ("Last year", _days(add_months(this_year, -12), this_year - timedelta(days=1))),
        ]


def _days(first: date, last: date) -> dict[str, str]:
    return {"first_day": first.isoformat(), "last_day": last.isoformat()}


@dataclass(frozen=True)
class Asked:
    """One question of one reader. `limit` is None where every row is wanted, as files want them.

    `in_background` where workers ask, and nobody waits for the answer.
    """

    report: Report
    company: Company
    reader: User
    form: ReportForm
    after: str = ""
    limit: int | None = PAGE
    in_background: bool = False

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is asked."""
        return self.form.values

    @cached_property
    def owner_ids(self) -> list[int] | None:
        """Whose customers, by who owns them in sales, the reader is kept to, if to any."""
        return owners_seen(self.reader, self.company)

    def address(self, **changes: Any) -> str:
        """Where this question is asked, with some of it changed."""
        return address(self.report.name, {**self.values, **changes})


def place_in(data: Mapping[str, str]) -> str:
    """After which place the rows are asked for; no database takes a NUL."""
    return data.get("after", "")[:LONGEST_PLACE].replace("\0", "")


def address(name: str, values: Mapping[str, Any]) -> str:
    """Where a report is asked something."""
    said = {key: _said(value) for key, value in values.items() if value not in (None, "")}
    return reverse(f"reports:{name}") + (f"?{urlencode(said)}" if said else "")


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
