"""What a draft looks like coming in."""

from typing import Any

from rest_framework import serializers

from billing.models import LineKind
from billing.operations.details import MOST_LINES, InvoiceDetails, LineDetails
from billing.orders.linking import Link
from office.api.fields import (
    AmountIn,
    CurrencyRateIn,
    IdIn,
    Input,
    RateIn,
)


def link_from(data: dict[str, Any]) -> Link:
    """Valid input as what a line bills: null says that it is of no order."""
    named = data.get("order_line_id"), data.get("shipment_line_id"), data.get("order_id")
    return Link(*named, is_none="order_line_id" in data and not any(named))


class LineIn(Input):
    """A line as typed."""

    product_id = IdIn(required=False, allow_null=True, help_text="What is left out below comes from it.")
    description = serializers.CharField(max_length=20000, required=False)
    unit_price = RateIn(required=False, help_text="Left out of a product's line: the price that holds.")
    quantity = RateIn(required=False, help_text="Left out: 1.")
    unit = serializers.CharField(max_length=10, required=False, allow_blank=True)
    discount_percent = RateIn(required=False)
    tax_id = IdIn(required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=LineKind.choices, default=LineKind.ITEM)
    section = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="The heading above it, where a section begins."
    )
    deducts_id = IdIn(required=False, allow_null=True, help_text="The line of a deposit that it takes off again.")
    order_line_id = IdIn(
        required=False,
        allow_null=True,
        help_text="The line of an order that it bills. Left out: looked for by the order's number; null: of none.",
    )
    shipment_line_id = IdIn(required=False, allow_null=True, help_text="The line of a shipment that it bills.")
    order_id = IdIn(required=False, allow_null=True, help_text="The order that it bills, but none of its lines.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A line says what it is for and what it costs, or names a product that does."""
        needed = ("unit_price",) if data.get("deducts_id") else ("description", "unit_price")
        missing = [name for name in needed if name not in data]
        if missing and not data.get("product_id"):
            raise serializers.ValidationError({name: ["This field is required."] for name in missing})
        link = link_from(data)
        return data | {
            "usual_tax": bool(data.get("product_id")) and "tax_id" not in data,
            "bills_no_order": link.is_none,
        }


class LinkIn(Input):
    """What a line of a document bills; with neither it is of no order."""

    line = IdIn()
    order_line_id = IdIn(required=False, allow_null=True)
    shipment_line_id = IdIn(required=False, allow_null=True)
    order_id = IdIn(required=False, allow_null=True, help_text="The order as a whole, but none of its lines.")


class LinksIn(Input):
    """What lines bill; those that are not named stay."""

    lines = LinkIn(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]  # of the list


class DraftIn(Input):
    """A draft. What is left out comes from the customer; without a day it is dated when it is issued."""

    customer = IdIn()
    lines = LineIn(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]  # of the list
    dated_on = serializers.DateField(required=False, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)
    period_from = serializers.DateField(required=False, allow_null=True, help_text="The first day billed.")
    period_to = serializers.DateField(required=False, allow_null=True, help_text="The last day billed.")
    net_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    terms_id = IdIn(required=False, help_text="Payment terms instead of days.")
    currency = serializers.CharField(max_length=3, required=False)
    exchange_rate = CurrencyRateIn(required=False)
    po_number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    prices_include_tax = serializers.BooleanField(default=False)
    is_deposit = serializers.BooleanField(default=False, help_text="It asks for a part before anything is delivered.")
    discount_amount = AmountIn(required=False)
    discount_percent = RateIn(required=False, help_text="Of the items, instead of an amount.")
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    internal_note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class DraftOrIssueIn(DraftIn):
    """A draft, and whether it is issued at once."""

    issue = serializers.BooleanField(default=False)


class DraftChange(DraftIn):
    """All of a draft as it shall be, and the version that was read."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


def details_from(data: dict[str, Any], **kept: Any) -> InvoiceDetails:
    """Valid input as details for the operations."""
    values = dict(data)
    lines = [LineDetails(**line) for line in values.pop("lines", [])]
    return InvoiceDetails(customer_id=values.pop("customer"), lines=lines, **values, **kept)
