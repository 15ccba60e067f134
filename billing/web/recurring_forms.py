"""What a recurring invoice looks like as typed; whether it is allowed is the operations' word."""

from datetime import date
from typing import Any

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory

from billing.models import RecurringInvoice, RecurringLine
from billing.models.recurring import INTERVALS
from billing.operations.details import MOST_LINES
from billing.operations.recurring_details import RecurringDetails, RecurringLineDetails
from billing.recurring import coming_periods, price_on
from billing.web.forms import DraftForm, LineForm, kept_lines, line_details, short
from ledger.present import present
from office.web.fields import SumField


class DayField(forms.DateField):
    """A calendar day, chosen from a calendar."""

    widget = forms.DateInput(attrs={"type": "date"})


class RecurringForm(DraftForm):
    """The head of a recurring invoice: a draft's, with the days it is made on in place of one date."""

    dated_on = period_from = period_to = discount_amount = discount_percent = is_deposit = terms_id = None  # type: ignore[assignment]  # taken away

    name = forms.CharField(max_length=100, help_text="For us, such as Rent or Support plan.")
    every = forms.IntegerField(label="Every", min_value=1, max_value=366, initial=1)
    interval = forms.ChoiceField(label="Interval", choices=INTERVALS, initial="month")
    starts_on = DayField(label="First day billed")
    wanted_day = forms.IntegerField(
        label="Then on the",
        required=False,
        min_value=1,
        max_value=31,
        help_text="Day of the month. 31 is always the last one; empty keeps the first day's.",
    )
    ends_on = DayField(label="Last day billed", required=False, help_text="Empty: until somebody ends it.")
    most = forms.IntegerField(label="Number of invoices", required=False, min_value=1, max_value=10_000)
    in_arrears = forms.ChoiceField(
        label="Made",
        choices=[("", "In advance, on the first day"), ("1", "In arrears, the day after")],
        required=False,
    )
    prorates = forms.BooleanField(label="A part of a period costs a part of the price", required=False, initial=True)
    issues = forms.BooleanField(label="Issue it when it is due", required=False)
    sends = forms.BooleanField(label="Mail it when it is issued", required=False)

    @property
    def days(self) -> list[BoundField]:
        """The fields that say when."""
        return [
            self[name] for name in ("every", "interval", "starts_on", "wanted_day", "ends_on", "most", "in_arrears")
        ]

    def clean_in_arrears(self) -> bool:
        return bool(self.cleaned_data["in_arrears"])


class RecurringLineForm(LineForm):
    """A line with what only a recurring one has: a meter, and a new price from a day on."""

    kind = section = deducts = product = code = has_list_price = None  # type: ignore[assignment]  # taken away
    order_line = shipment_line = order = bills_no_order = None  # type: ignore[assignment]  # it bills no order

    meter = forms.CharField(required=False, max_length=40)
    new_price = SumField(label="New price", required=False, max_digits=19, decimal_places=6)
    new_price_from = DayField(label="From", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, size in (("meter", 4), ("new_price", 5), ("new_price_from", 8)):
            label = self.fields[name].label or name.capitalize()
            css = "form-control amount" if name == "new_price" else "form-control"
            self.fields[name].widget.attrs |= {"class": css, "data-cell": label, "aria-label": label, "size": size}

    @property
    def more_cells(self) -> list[BoundField]:
        return [self["meter"], self["new_price"], self["new_price_from"]]


RecurringLineForms = formset_factory(
    RecurringLineForm, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES, can_delete=True
)


def recurring_details_from(form: RecurringForm, lines: BaseFormSet) -> RecurringDetails:
    """The valid forms as details for the operations."""
    values = dict(form.cleaned_data)
    return RecurringDetails(
        customer_id=values.pop("customer"), lines=[_line(each.cleaned_data) for each in kept_lines(lines)], **values
    )


def _line(data: dict[str, Any]) -> RecurringLineDetails:
    own = {name: data[name] for name in ("meter", "new_price", "new_price_from")}
    return RecurringLineDetails(**vars(line_details(data)), **own)


def recurring_initial(recurring: RecurringInvoice) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the forms show of a recurring invoice we know; a new price that counts already stands as the price."""
    head = {name: getattr(recurring, name) for name in RecurringForm.base_fields if name != "customer"}
    head["exchange_rate"] = short(recurring.exchange_rate) if recurring.exchange_rate else ""
    head["in_arrears"] = "1" if recurring.in_arrears else ""
    following = coming_periods(recurring, 1)
    day = following[0].first if following else recurring.company.today()
    return head | {"customer": recurring.customer_id}, [_row(line, day) for line in recurring.lines.all()]


def _row(line: RecurringLine, day: date) -> dict[str, Any]:
    is_ahead = line.new_price is not None and present(line.new_price_from) > day
    return {
        "description": line.description,
        "quantity": short(line.quantity),
        "unit": line.unit,
        "unit_price": short(price_on(line, day)),
        "discount_percent": short(line.discount_percent) if line.discount_percent else "",
        "tax": str(line.tax_id or ""),
        "meter": line.meter,
        "new_price": short(line.new_price) if is_ahead else "",
        "new_price_from": line.new_price_from if is_ahead else None,
    }
