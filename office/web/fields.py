"""Form fields that read what people type."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from office.web.requests import StaffRequest

LONGEST_SAID = 40
"""Characters of what was typed that a message about it repeats."""
TOKENS = re.compile(r"\s*(\d[\d,]*\.?\d*|\.\d+|[-+*/])")


class SumField(forms.DecimalField):
    """A number or a plain sum of numbers, such as 3*45 or 100-2.50; thousands may be parted by commas."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # stubs: a whole number
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        return super().to_python(f"{worked_out(value):f}")


def worked_out(text: str) -> Decimal:
    """The result of a plain sum; products before sums. Raises ValidationError for anything else."""
    tokens = TOKENS.findall(text)
    if "".join(tokens) != re.sub(r"\s+", "", text):
        raise ValidationError(f"{shortened(text)} is not a number. Write it like 1234.50, or as a sum like 3*45.")
    try:
        return _sum([token.replace(",", "") for token in tokens])
    except (ArithmeticError, IndexError) as error:
        raise ValidationError(f"{shortened(text)} cannot be worked out.") from error


def shortened(text: str) -> str:
    """What was typed as a message says it again: the whole of it, or its beginning."""
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"


def _sum(tokens: list[str]) -> Decimal:
    total = _product(tokens)
    while tokens:
        sign = tokens.pop(0)
        total = total + _product(tokens) if sign == "+" else total - _product(tokens)
    return total


def _product(tokens: list[str]) -> Decimal:
    product = _number(tokens)
    while tokens and tokens[0] in "*/":
        times = tokens.pop(0) == "*"
        product = product * _number(tokens) if times else product / _number(tokens)
    return product


def _number(tokens: list[str]) -> Decimal:
    is_negative = tokens[0] == "-"
    if is_negative:
        tokens.pop(0)
    number = Decimal(tokens.pop(0))
    return -number if is_negative else number


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let a field of the form offer these."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers nothing to choose from.")
    field.choices = choices


def set_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field of the form offer these rows."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} offers no rows to choose from.")
    field.queryset = rows


def typed_id(text: str) -> int | None:
    """The id or version that an address or a hidden field carries; nothing for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def typed_currency(request: StaffRequest, usual: str) -> str:
    """The currency code that a form or an address names, or the usual one where it names none."""
    text = request.POST.get("currency") or request.GET.get("currency") or ""
    return text if re.fullmatch("[A-Z]{3}", text) else usual
