"""The forms by which a person says how a bank's table is written."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from office.models import BankAccount
from office.reading.encoding import ENCODINGS
from office.reading.tables import SEPARATORS
from office.web.fields import set_rows
from payments.bank_files.tables import COLUMN_ROLES, TableMapping

MOST_LINES = 10_000
DECIMALS = [("", "Work it out from each table"), (".", "1,234.50"), (",", "1.234,50")]
DAY_ORDERS = [
    ("", "Work it out from each table"),
    ("ymd", "Year first, or the month by name: 2026-03-31, 31 Mar 2026"),
    ("dmy", "Day first: 31/03/2026"),
    ("mdy", "Month first: 03/31/2026"),
]


class OpeningForm(forms.Form):
    """How the bytes become rows, and where these begin."""

    encoding = forms.ChoiceField(choices=list(ENCODINGS.items()))
    separator = forms.ChoiceField(label="Columns are parted by", choices=[*SEPARATORS.items()])
    first_line = forms.IntegerField(
        label="First line", min_value=1, max_value=MOST_LINES, help_text="Of the headings or, without any, of payments."
    )
    has_headings = forms.BooleanField(required=False, label="That line holds headings")

    def __init__(self, mapping: TableMapping, data: QueryDict | None) -> None:
        initial = {name: getattr(mapping, name) for name in ("encoding", "separator", "first_line")}
        super().__init__(data, initial=initial | {"has_headings": bool(mapping.headings)})
        if not mapping.separator:  # Excel
            del self.fields["encoding"], self.fields["separator"]


class WordsField(forms.CharField):
    """Words parted by commas, as a tuple."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        words = (" ".join(word.split()) for word in super().clean(value).split(","))
        return tuple(dict.fromkeys(word for word in words if word))


class ColumnsForm(forms.Form):
    """Which column is what, and how amounts, days and directions are written."""

    account = forms.ModelChoiceField(BankAccount.objects.none(), label="Account", empty_label="Choose")
    decimal = forms.ChoiceField(label="Amounts are written", choices=DECIMALS, required=False)
    day_order = forms.ChoiceField(label="Days are written", choices=DAY_ORDERS, required=False)
    in_words = WordsField(label="Words for money in", help_text="Such as Bij, C. Empty: all but those for money out.")
    out_words = WordsField(label="Words for money out", help_text="Such as Af, D. Empty: all but those for money in.")
    pending_words = WordsField(
        label="Words for not booked yet", help_text="As status or in place of the day; such lines are left out."
    )
    last_rows = forms.IntegerField(
        label="Rows at the end that are no payments", min_value=0, max_value=100, required=False
    )
    flips = forms.BooleanField(required=False, label="Money in has the minus, as on a credit card's statement")
    out_is_negative = forms.BooleanField(required=False, label="Money out has a minus in its own column")
    goes_on = forms.BooleanField(required=False, label="A row without a day goes on with the words before it")

    def __init__(
        self,
        mapping: TableMapping,
        accounts: QuerySet[BankAccount],
        samples: Sequence[list[str]],
        *args: Any,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.mapping, self.samples = mapping, samples
        set_rows(self, "account", accounts)
        for name in set(self.fields) - {"account"}:
            self.fields[name].initial = getattr(mapping, name)
        roles = [("", "Not used"), *((field.name, field.label) for field in COLUMN_ROLES)]
        for place, role in enumerate(mapping.columns):
            label = mapping.name_of(place)
            widget = forms.Select(attrs={"class": "form-select", "aria-label": f"What {label} is"})
            self.fields[f"column_{place}"] = forms.ChoiceField(
                choices=roles, required=False, initial=role, label=label, widget=widget
            )

    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each column's choice with what stands in its first rows."""
        return [(self[f"column_{place}"], self.samples[place]) for place in range(len(self.mapping.columns))]

    def chosen(self) -> TableMapping:
        """The mapping as it was told."""
        data = dict(self.cleaned_data)
        columns = tuple(data.pop(f"column_{place}") for place in range(len(self.mapping.columns)))
        del data["account"]
        return replace(self.mapping, **data | {"columns": columns, "last_rows": data["last_rows"] or 0})
