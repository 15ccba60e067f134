"""What orders and shipments look like coming in and going out."""

from typing import Any

from rest_framework import serializers

from billing.api.draft_serializers import LineIn
from billing.api.serializers import InvoiceRow
from billing.models import DeliveryProof, Order, OrderLine, OrderStatus, OrderVersion, Shipment, ShipmentKind
from billing.models import ShipmentLine as Line
from billing.operations.bill_shipments import MOST
from billing.operations.details import MOST_LINES
from billing.operations.order_details import OrderDetails, OrderLineDetails
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails
from billing.order_figures import SHIPMENT_STATES, STATES
from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, FileIn, IdIn, Input, RateIn, RateOut
from office.api.paging import PageQuery


class OrderLineIn(LineIn):
    """A line as typed; of a product it takes what is left out."""

    kind = section = deducts_id = None  # type: ignore[assignment]  # taken away
    order_line_id = shipment_line_id = bills_no_order = None  # type: ignore[assignment]  # it bills nothing

    line_id = IdIn(required=False, allow_null=True, help_text="In a change: the line that it was.")
    item_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    wanted_on = serializers.DateField(required=False, allow_null=True)
    tolerance_percent = RateIn(required=False, allow_null=True)


class OrderIn(Input):
    """An order. Without a number it takes the next of the company's."""

    customer = IdIn()
    lines = OrderLineIn(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]  # of the list
    number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    po_number = serializers.CharField(max_length=60, required=False, allow_blank=True, help_text="The customer's own.")
    currency = serializers.CharField(max_length=3, required=False)
    ordered_on = serializers.DateField()
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)
    blanket_amount = AmountIn(required=False, allow_null=True, help_text="The most that may be billed, without tax.")
    tolerance_percent = RateIn(required=False, allow_null=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    source_reference = serializers.CharField(max_length=60, required=False, allow_blank=True)


class OrderChange(OrderIn):
    """All of an order as it shall be, the version that was read, and why it is changed."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class EndOrderIn(Input):
    """Whether it is closed or cancelled, and why."""

    status = serializers.ChoiceField(choices=[OrderStatus.CLOSED.value, OrderStatus.CANCELLED.value])
    reason = serializers.CharField(max_length=300)


class WhyIn(Input):
    """Why."""

    reason = serializers.CharField(max_length=300)


def order_details_from(data: dict[str, Any]) -> OrderDetails:
    """Valid input as details for the operations."""
    values = dict(data)
    lines = [OrderLineDetails(**line) for line in values.pop("lines", [])]
    return OrderDetails(customer_id=values.pop("customer"), lines=lines, **values)


class ReadOrderIn(Input):
    """An order or a despatch advice as UBL."""

    file = FileIn(help_text="A UBL 2.1 Order or DespatchAdvice, in Base64.")
    customer = IdIn(required=False, help_text="Left out: found by tax id, endpoint, number or name.")


class ReadOrderOut(serializers.Serializer):
    """What the file is now: an order or a shipment."""

    order_id = serializers.IntegerField(allow_null=True)
    shipment_id = serializers.IntegerField(allow_null=True)
    number = serializers.CharField()


class OrdersQuery(PageQuery):
    """Which orders."""

    customer = IdIn(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)
    po_number = serializers.CharField(max_length=60, required=False)
    source_reference = serializers.CharField(max_length=60, required=False)


class OrderRow(serializers.ModelSerializer):
    """An order in a list; its state is what somebody decided, else what was shipped and what its days say."""

    customer = CustomerRef()
    state = serializers.ChoiceField(choices=STATES)
    net = AmountOut()
    blanket_amount = AmountOut(allow_null=True)

    class Meta:
        model = Order
        fields = ["id", "number", "po_number", "customer", "state", "currency", "ordered_on", "valid_from"]
        fields += ["valid_until", "blanket_amount", "net", "source_reference", "version"]


class OrderPage(serializers.Serializer):
    """Some orders, and the cursor of the next page."""

    results = OrderRow(many=True)
    next = serializers.CharField(allow_null=True)


class OrderLineOut(serializers.ModelSerializer):
    """A line with how much of it is shipped, less what came back, and billed."""

    quantity = RateOut()
    unit_price = RateOut()
    discount_percent = RateOut()
    net = AmountOut(currency="order.currency")
    shipped = RateOut(source="figures.out")
    returned = RateOut(source="figures.returned")
    billed = RateOut(source="figures.billed")
    drafted = RateOut(source="figures.drafted")
    left = RateOut()

    class Meta:
        model = OrderLine
        fields = ["id", "position", "product_id", "item_code", "description", "quantity", "unit", "unit_price"]
        fields += ["discount_percent", "tax_id", "net", "wanted_on", "shipped", "returned", "billed", "drafted", "left"]


class OrderVersionOut(serializers.ModelSerializer):
    """The order as it stood before a change."""

    class Meta:
        model = OrderVersion
        fields = ["version", "facts", "reason", "changed_at"]


class OrderOut(OrderRow):
    """An order with its lines and the versions before."""

    lines = OrderLineOut(many=True, source="shown_lines")
    versions = OrderVersionOut(many=True)

    class Meta(OrderRow.Meta):
        fields = [*OrderRow.Meta.fields, "note", "ended_on", "end_reason", "lines", "versions"]


LEAVES = [(kind.value, kind.label) for kind in ShipmentKind if kind != ShipmentKind.RETURN]


class ShipmentLineIn(Input):
    """A line as typed; of an order line or a product it takes what is left out."""

    order_line_id = IdIn(required=False, allow_null=True)
    product_id = IdIn(required=False, allow_null=True)
    line_id = IdIn(required=False, allow_null=True, help_text="In a change: the line that it was.")
    description = serializers.CharField(max_length=20000, required=False)
    quantity = RateIn()
    unit = serializers.CharField(max_length=10, required=False, allow_blank=True)
    unit_price = RateIn(required=False, allow_null=True, help_text="Left out: the order's, else the list's.")
    item_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    done_on = serializers.DateField(required=False, allow_null=True, help_text="The day of work on a timesheet.")
    done_by = serializers.CharField(max_length=100, required=False, allow_blank=True)


class ShipmentIn(Input):
    """What left for a customer or was done for them. Without a number it takes the next of the company's."""

    customer = IdIn()
    kind = serializers.ChoiceField(choices=LEAVES, default=ShipmentKind.DELIVERY_NOTE.value)
    order_id = IdIn(required=False, allow_null=True)
    lines = ShipmentLineIn(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]  # of the list
    number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    shipped_on = serializers.DateField()
    carrier = serializers.CharField(max_length=100, required=False, allow_blank=True)
    tracking_number = serializers.CharField(max_length=100, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    source_reference = serializers.CharField(max_length=60, required=False, allow_blank=True)


class ShipmentChange(ShipmentIn):
    """All of a shipment as it shall be, the version that was read, and why it is changed."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ProofIn(Input):
    """A file that proves a delivery."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64.")


class DeliveryIn(Input):
    """When it arrived, who signed for it, and the files that prove it."""

    delivered_on = serializers.DateField()
    received_by = serializers.CharField(max_length=100, required=False, allow_blank=True)
    files = ProofIn(many=True, required=False, max_length=10)  # type: ignore[call-arg]  # of the list


class ReturnedLineIn(Input):
    """So much of a shipment's line."""

    line = IdIn()
    quantity = RateIn()


class ShipmentReturnIn(Input):
    """What came back of a shipment, and when."""

    on = serializers.DateField()
    lines = ReturnedLineIn(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]  # of the list
    number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


def shipment_details_from(data: dict[str, Any]) -> ShipmentDetails:
    """Valid input as details for the operations."""
    values = dict(data)
    lines = [ShipmentLineDetails(**line) for line in values.pop("lines")]
    return ShipmentDetails(customer_id=values.pop("customer"), lines=lines, **values)


class BillShipmentsIn(Input):
    """The shipments to draft, and whether each gets a draft of its own."""

    shipments = serializers.ListField(child=IdIn(), allow_empty=False, max_length=MOST)
    one_each = serializers.BooleanField(default=False)


class BilledOut(serializers.Serializer):
    """The drafts of what was shipped."""

    results = InvoiceRow(many=True)


class ShipmentsQuery(PageQuery):
    """Which shipments."""

    customer = IdIn(required=False)
    order = IdIn(required=False)
    state = serializers.ChoiceField(choices=SHIPMENT_STATES, required=False)
    kind = serializers.ChoiceField(choices=ShipmentKind.choices, required=False)
    source_reference = serializers.CharField(max_length=60, required=False)


class ShipmentRow(serializers.ModelSerializer):
    """A shipment in a list; its state says whether it is billed."""

    customer = CustomerRef()
    state = serializers.ChoiceField(choices=SHIPMENT_STATES)

    class Meta:
        model = Shipment
        fields = ["id", "number", "kind", "customer", "state", "order_id", "shipped_on", "delivered_on", "received_by"]
        fields += ["carrier", "tracking_number", "source_reference", "version"]


class ShipmentPage(serializers.Serializer):
    """Some shipments, and the cursor of the next page."""

    results = ShipmentRow(many=True)
    next = serializers.CharField(allow_null=True)


class ShipmentLineOut(serializers.ModelSerializer):
    """A line with how much of it came back, is billed, and is still to be billed."""

    quantity = RateOut()
    unit_price = RateOut(allow_null=True)
    returned = RateOut(source="figures.returned")
    billed = RateOut(source="figures.billed")
    drafted = RateOut(source="figures.drafted")
    to_bill = RateOut(source="left")

    class Meta:
        model = Line
        fields = ["id", "position", "order_line_id", "returns_id", "product_id", "item_code", "description"]
        fields += ["quantity", "unit", "unit_price", "done_on", "done_by", "returned", "billed", "drafted", "to_bill"]


class DeliveryProofOut(serializers.ModelSerializer):
    """A file that proves a delivery."""

    class Meta:
        model = DeliveryProof
        fields = ["id", "name", "media_type", "size", "sha256", "added_at"]


class ShipmentOut(ShipmentRow):
    """A shipment with its lines and proofs."""

    lines = ShipmentLineOut(many=True, source="shown_lines")
    proofs = DeliveryProofOut(many=True, source="kept_proofs")

    class Meta(ShipmentRow.Meta):
        fields = [*ShipmentRow.Meta.fields, "note", "cancelled_on", "cancel_reason", "lines", "proofs"]
