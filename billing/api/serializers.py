"""What documents look like in a list and by themselves."""

from rest_framework import serializers

from billing.delivery import DELIVERY_CHOICES
from billing.models import DocumentKind, Invoice, InvoiceLine, InvoiceTax
from billing.queries import STATE_CHOICES
from customers.api.serializers import CustomerRef
from ledger.models import Allocation, OpenItem
from office.api.fields import (
    AmountOut,
    IdIn,
    RateOut,
)
from office.api.paging import PageQuery


class InvoiceQuery(PageQuery):
    """Which documents."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices, required=False)
    state = serializers.ChoiceField(choices=STATE_CHOICES, required=False)
    delivery = serializers.ChoiceField(choices=DELIVERY_CHOICES, required=False)
    customer = IdIn(required=False)
    dated_from = serializers.DateField(required=False)
    dated_to = serializers.DateField(required=False)
    q = serializers.CharField(required=False, max_length=200, help_text="Words of number, customer or order number.")


class LineTaxOut(serializers.Serializer):
    """One of a line's taxes."""

    name = serializers.CharField()
    percent = serializers.CharField(help_text="As a number in text.")
    category = serializers.CharField()
    kind = serializers.CharField()
    base = serializers.CharField(help_text="What it is taken of, in the document's currency.")
    amount = serializers.CharField(help_text="In the document's currency.")


class LineOut(serializers.ModelSerializer):
    """A line with what it comes to."""

    quantity = RateOut()
    unit_price = RateOut()
    discount_percent = RateOut()
    net = AmountOut("invoice.currency")
    discount_share = AmountOut("invoice.currency")
    taxable = AmountOut("invoice.currency")
    tax_amount = AmountOut("invoice.currency")
    tax_parts = LineTaxOut(many=True)
    order_line_id = serializers.IntegerField(
        source="billed.order_line_id", default=None, allow_null=True, help_text="The line of an order that it bills."
    )
    shipment_line_id = serializers.IntegerField(
        source="billed.shipment_line_id", default=None, allow_null=True, help_text="The line of a shipment."
    )
    order_id = serializers.IntegerField(source="billed.order_id", default=None, allow_null=True)

    class Meta:
        model = InvoiceLine
        fields = [
            "id",
            "position",
            "kind",
            "section",
            "product_id",
            "item_code",
            "description",
            "quantity",
            "unit",
            "unit_price",
        ]
        fields += ["discount_percent", "tax_id", "net", "discount_share", "taxable", "tax_amount", "tax_parts"]
        fields += ["credited_line_id", "is_amount_only", "order_line_id", "shipment_line_id", "order_id"]


class InvoiceTaxOut(serializers.ModelSerializer):
    """A row of the tax summary."""

    percent = RateOut()
    base = AmountOut("invoice.currency")
    amount = AmountOut("invoice.currency")

    class Meta:
        model = InvoiceTax
        fields = ["name", "category", "percent", "kind", "reason", "base", "amount"]


class ItemOut(serializers.ModelSerializer):
    """The open item that the document made in the book; `balance` is what is open of it now, with its sign."""

    amount = AmountOut()
    balance = AmountOut()

    class Meta:
        model = OpenItem
        fields = ["id", "kind", "reference", "dated_on", "due_on", "currency", "amount", "balance"]


class AllocationOut(serializers.ModelSerializer):
    """So much of a credit item applied to a debit item; a negative one undoes another."""

    debit = ItemOut()
    credit = ItemOut()
    amount = AmountOut("debit.currency")
    currency = serializers.CharField(source="debit.currency")

    class Meta:
        model = Allocation
        fields = ["id", "debit", "credit", "amount", "currency", "dated_on", "reverses_id", "reason"]


class AccountOut(serializers.Serializer):
    """An invoice's own account."""

    currency = serializers.CharField()
    total = AmountOut()
    paid = AmountOut()
    withheld = AmountOut(help_text="Tax that the customer kept back and showed a certificate for.")
    credited = AmountOut()
    written_off = AmountOut()
    due = AmountOut()
    to_pay = AmountOut(help_text="What of it is still to come in money.")


class InvoiceRow(serializers.ModelSerializer):
    """A document in a list; `open` is what is open of it now, `state` follows from the book and the day."""

    customer = CustomerRef()
    state = serializers.ChoiceField(choices=STATE_CHOICES)
    delivery = serializers.ChoiceField(
        choices=DELIVERY_CHOICES, allow_null=True, help_text="Of the recipients, the one that most needs a look."
    )
    net = AmountOut()
    tax = AmountOut()
    total = AmountOut()
    open = AmountOut()

    class Meta:
        model = Invoice
        fields = [
            "id",
            "kind",
            "number",
            "state",
            "delivery",
            "customer",
            "dated_on",
            "due_on",
            "currency",
            "net",
            "tax",
            "total",
        ]
        fields += ["open", "po_number", "credits_id", "replaces_id", "adds_to_id", "version"]


class InvoiceOut(InvoiceRow):
    """A document with its lines, its taxes, its account and what settled it."""

    exchange_rate = RateOut()
    early_percent = RateOut()
    discount_amount = AmountOut()
    discount_percent = RateOut()
    withheld = AmountOut()
    to_pay = AmountOut()
    einvoice_format = serializers.CharField(help_text="Of an issued document; empty where it has none.")
    lines = LineOut(many=True)
    taxes = InvoiceTaxOut(many=True, source="tax_summary")
    account = AccountOut(allow_null=True)
    items = ItemOut(many=True)
    settlements = AllocationOut(many=True)

    class Meta(InvoiceRow.Meta):
        fields = [
            *InvoiceRow.Meta.fields,
            "period_from",
            "period_to",
            "net_days",
            "terms_id",
            "early_percent",
            "early_until",
            "exchange_rate",
            "prices_include_tax",
            "is_deposit",
            "tax_rounding",
        ]
        fields += [
            "discount_amount",
            "discount_percent",
            "withheld",
            "to_pay",
            "note",
            "internal_note",
            "reason",
            "reason_code_id",
            "void_reason",
            "void_reason_code_id",
            "voided_on",
            "issued_at",
        ]
        fields += ["einvoice_format", "lines", "taxes", "account", "items", "settlements"]


class InvoicePage(serializers.Serializer):
    """Some documents, and the cursor of the next page."""

    results = InvoiceRow(many=True)
    next = serializers.CharField(allow_null=True)
