"""What an order looks like as typed; whether it is allowed is the operations' word."""

from typing import Any

from django import forms
from django.forms import BaseFormSet, BoundField, formset_factory

from billing.models import Order
from billing.operations.details import MOST_LINES
from billing.operations.order_details import OrderDetails, OrderLineDetails
from billing.web.forms import BaseLineForms, LineForm, kept_lines, line_details, short
from billing.web.recurring_forms import DayField
from office.web.fields import SumField


class OrderForm(forms.Form):
    """The head of an order."""

    customer = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": "Choose a customer."},
        min_value=1,
        max_value=2**63 - 1,
    )
    po_number = forms.CharField(label="Their order number", max_length=60, required=False)
    number = forms.CharField(
        label="Our number", max_length=40, required=False, help_text="Empty: the next of your series."
    )
    ordered_on = DayField(label="Ordered on")
    valid_from = DayField(label="Valid from", required=False, help_text="Empty: from the day it was ordered.")
    valid_until = DayField(label="Valid until", required=False, help_text="Empty: without end.")
    blanket_amount = SumField(
        label="Up to an amount, net",
        required=False,
        max_digits=19,
        decimal_places=4,
        help_text="For a blanket order; its lines may be left out.",
    )
    tolerance_percent = SumField(
        label="Tolerance in percent",
        required=False,
        max_digits=9,
        decimal_places=6,
        help_text="By how much it may be passed; empty: as for the customer.",
    )
    currency = forms.CharField(max_length=3, required=False, help_text="Empty: the customer's.")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)
    reason = forms.CharField(
        label="Why it is changed", required=False, max_length=300, help_text="Kept with the version before."
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()


class OrderLineForm(LineForm):
    """A line with the day it is wanted; `id` is that of the line it was."""

    kind = section = deducts = None  # type: ignore[assignment]  # taken away
    order_line = shipment_line = order = bills_no_order = None  # type: ignore[assignment]  # it bills nothing

    id = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    wanted_on = DayField(label="Wanted on", required=False)
    tolerance_percent = SumField(label="Tolerance %", required=False, max_digits=9, decimal_places=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, size in (("wanted_on", 8), ("tolerance_percent", 4)):
            label = self.fields[name].label or name
            css = "form-control amount" if name == "tolerance_percent" else "form-control"
            self.fields[name].widget.attrs |= {"class": css, "data-cell": label, "aria-label": label, "size": size}

    @property
    def more_cells(self) -> list[BoundField]:
        return [self["wanted_on"], self["tolerance_percent"]]


OrderLineForms = formset_factory(
    OrderLineForm, formset=BaseLineForms, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES, can_delete=True
)


def order_details_from(form: OrderForm, lines: BaseFormSet, order: Order | None = None) -> OrderDetails:
    """The valid forms as details for the operations."""
    values = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    return OrderDetails(
        customer_id=values.pop("customer"),
        lines=[_line(each.cleaned_data) for each in kept_lines(lines)],
        source_reference=order.source_reference if order else "",
        **values,
    )


def _line(data: dict[str, Any]) -> OrderLineDetails:
    own = {name: data[name] for name in ("wanted_on", "tolerance_percent")}
    return OrderLineDetails(**vars(line_details(data)), line_id=data["id"], **own)


def order_initial(order: Order) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the forms show of an order we know."""
    head = {name: getattr(order, name) for name in OrderForm.base_fields if name not in ("customer", "reason")}
    for name in ("blanket_amount", "tolerance_percent"):
        head[name] = "" if head[name] is None else short(head[name])
    rows = [
        {
            "id": line.pk,
            "product": line.product_id or "",
            "code": line.product.code if line.product else "",
            "description": line.description,
            "quantity": short(line.quantity),
            "unit": line.unit,
            "unit_price": short(line.unit_price),
            "discount_percent": short(line.discount_percent) if line.discount_percent else "",
            "tax": str(line.tax_id or ""),
            "wanted_on": line.wanted_on,
            "tolerance_percent": "" if line.tolerance_percent is None else short(line.tolerance_percent),
        }
        for line in order.lines.select_related("product")
    ]
    return head | {"customer": order.customer_id}, rows
