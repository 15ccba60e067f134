"""What a shipment looks like as typed; whether it is allowed is the operations' word."""

from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from billing.models import Order, Shipment, ShipmentKind
from billing.operations.details import MOST_LINES
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails
from billing.order_figures import lines_with_figures
from billing.web.forms import BaseLineForms, short
from billing.web.recurring_forms import DayField
from office.web.fields import SumField

IDS: dict[str, Any] = {"required": False, "min_value": 1, "max_value": 2**63 - 1}
LEAVES = [(kind.value, kind.label) for kind in ShipmentKind if kind != ShipmentKind.RETURN]


class ShipmentForm(forms.Form):
    """The head of a shipment."""

    customer = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": "Choose a customer."},
        min_value=1,
        max_value=2**63 - 1,
    )
    order = forms.IntegerField(widget=forms.HiddenInput, **IDS)
    kind = forms.ChoiceField(choices=LEAVES, initial=ShipmentKind.DELIVERY_NOTE)
    shipped_on = DayField(label="Shipped or done on")
    number = forms.CharField(max_length=40, required=False, help_text="Empty: the next of your series.")
    carrier = forms.CharField(max_length=100, required=False)
    tracking_number = forms.CharField(max_length=100, required=False)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)
    reason = forms.CharField(
        label="Why it is changed", required=False, max_length=300, help_text="Kept with the version before."
    )


class ShipmentLineForm(forms.Form):
    """One line; a row without a quantity, or with nothing said in it, is no line."""

    id = forms.IntegerField(widget=forms.HiddenInput, **IDS)
    order_line = forms.IntegerField(widget=forms.HiddenInput, **IDS)
    product = forms.IntegerField(widget=forms.HiddenInput, **IDS)
    code = forms.CharField(required=False, max_length=40)
    description = forms.CharField(required=False, max_length=20000)
    quantity = SumField(required=False, max_digits=19, decimal_places=6)
    unit = forms.CharField(required=False, max_length=10)
    unit_price = SumField(required=False, max_digits=19, decimal_places=6)
    done_on = DayField(required=False)
    done_by = forms.CharField(required=False, max_length=100)

    @property
    def is_filled(self) -> bool:
        """Whether something was shipped here."""
        data = self.cleaned_data
        says = any(data.get(name) for name in ("description", "product", "code"))
        return bool(data.get("quantity") or (says and data.get("quantity") is None and not data.get("order_line")))


ShipmentLineForms = formset_factory(
    ShipmentLineForm, formset=BaseLineForms, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES, can_delete=True
)


def shipment_details_from(form: ShipmentForm, lines: BaseFormSet, shipment: Shipment | None = None) -> ShipmentDetails:
    """The valid forms as details for the operations."""
    values = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    kept = [each.cleaned_data for each in lines if each not in lines.deleted_forms and each.is_filled]
    return ShipmentDetails(
        customer_id=values.pop("customer"),
        order_id=values.pop("order"),
        lines=[_line(data) for data in kept],
        source_reference=shipment.source_reference if shipment else "",
        **values,
    )


def _line(data: dict[str, Any]) -> ShipmentLineDetails:
    names = ("description", "unit", "unit_price", "done_on", "done_by")
    return ShipmentLineDetails(
        quantity=Decimal(1) if data["quantity"] is None else data["quantity"],
        product_id=data["product"],
        order_line_id=data["order_line"],
        line_id=data["id"],
        **{name: data[name] for name in names},
    )


def rows_to_ship(order: Order) -> list[dict[str, Any]]:
    """A row for each line of an order, with what is left to ship."""
    return [
        {
            "order_line": line.pk,
            "product": line.product_id or "",
            "code": line.product.code if line.product else "",
            "description": line.description,
            "quantity": short(line.left),  # type: ignore[attr-defined]  # dressed
            "unit": line.unit,
        }
        for line in lines_with_figures(order)
    ]


def shipment_initial(shipment: Shipment) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the forms show of a shipment we know."""
    names = ("kind", "shipped_on", "number", "carrier", "tracking_number", "note")
    head = {name: getattr(shipment, name) for name in names}
    rows = [
        {
            "id": line.pk,
            "order_line": line.order_line_id or "",
            "product": line.product_id or "",
            "code": line.product.code if line.product else "",
            "description": line.description,
            "quantity": short(line.quantity),
            "unit": line.unit,
            "unit_price": "" if line.unit_price is None else short(line.unit_price),
            "done_on": line.done_on,
            "done_by": line.done_by,
        }
        for line in shipment.lines.select_related("product")
    ]
    return head | {"customer": shipment.customer_id, "order": shipment.order_id}, rows
