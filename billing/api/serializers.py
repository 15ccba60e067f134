"""What documents look like coming in and going out."""

from typing import Any

from rest_framework import serializers

from billing.delivery import DELIVERY_CHOICES
from billing.models import DocumentKind, DocumentLink, Invoice, InvoiceLine, InvoiceTax, LineKind
from billing.operations.details import MOST_LINES, InvoiceDetails, LineDetails
from billing.operations.wanted_credit import LowerPrice, Wanted
from billing.orders.linking import Link
from billing.queries import STATE_CHOICES
from customers.api.serializers import CustomerRef
from ledger.models import Allocation, OpenItem
from office.api.fields import (
    AmountIn,
    AmountOut,
    CurrencyRateIn,
    FileIn,
    IdIn,
    Input,
    PersonEmailOut,
    PersonNameOut,
    RateIn,
    RateOut,
)
from office.api.paging import PageQuery


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


class IssueIn(Input):
    """The day of a draft that has none of its own; left out: today."""

    on = serializers.DateField(required=False)
    override = serializers.CharField(
        max_length=300, required=False, help_text="Why it is issued although a check stops it."
    )


class SendIn(Input):
    """Who gets it; left out: every contact who gets invoices."""

    contacts = serializers.ListField(child=IdIn(), required=False, allow_empty=False)


class VoidIn(Input):
    """Why it is void, and since when; left out: today."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    reason_code = IdIn(required=False, help_text="One of the company's reasons; its words come first.")
    on = serializers.DateField(required=False)


class CreditLineIn(Input):
    """So much of one line, or a lower price for so much of it."""

    line = IdIn()
    quantity = RateIn()
    unit_price = RateIn(required=False, help_text="What one should have cost; left out: the quantity is returned.")


class CreditIn(Input):
    """What is credited, and why. Without lines and amount it is all that is left."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    reason_code = IdIn(required=False, help_text="One of the company's reasons; its words are printed first.")
    lines = CreditLineIn(many=True, required=False)
    amount = AmountIn(required=False, help_text="With its tax, spread over what is left of the lines.")
    apply = serializers.BooleanField(default=True, help_text="Let it settle what is open of the invoice.")
    on = serializers.DateField(required=False, help_text="Left out: today.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Lines or an amount, never both."""
        if "lines" in data and "amount" in data:
            raise serializers.ValidationError({"amount": ["Name lines or an amount, not both."]})
        return data


class CorrectIn(Input):
    """Why an invoice is wrong."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    reason_code = IdIn(required=False, help_text="One of the company's reasons; its words are printed first.")
    on = serializers.DateField(required=False, help_text="The day of the credit memo; left out: today.")


class DebitNoteIn(Input):
    """Why more is charged."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    reason_code = IdIn(required=False, help_text="One of the company's reasons; its words are printed first.")


def why_from(data: dict[str, Any]) -> dict[str, Any]:
    """Valid input as the reason that operations take."""
    return {"reason": data.get("reason", ""), "reason_code_id": data.get("reason_code")}


def wanted_from(data: dict[str, Any]) -> Wanted:
    """Valid input as what the operation is to credit."""
    if "amount" in data:
        return data["amount"]
    if "lines" not in data:
        return None
    return {
        line["line"]: LowerPrice(line["quantity"], line["unit_price"]) if "unit_price" in line else line["quantity"]
        for line in data["lines"]
    }


class ReadIn(Input):
    """An e-invoice, and what it may not tell."""

    file = FileIn(help_text="UBL, CII or a Factur-X PDF, up to 20 MB.")
    customer = IdIn(required=False, help_text="Left out: found by VAT id, number or name.")
    exchange_rate = CurrencyRateIn(required=False, help_text="Only for a file in a foreign currency.")


class InvoiceQuery(PageQuery):
    """Which documents."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices, required=False)
    state = serializers.ChoiceField(choices=STATE_CHOICES, required=False)
    delivery = serializers.ChoiceField(choices=DELIVERY_CHOICES, required=False)
    customer = IdIn(required=False)
    dated_from = serializers.DateField(required=False)
    dated_to = serializers.DateField(required=False)
    q = serializers.CharField(required=False, max_length=200, help_text="Words of number, customer or order number.")


def details_from(data: dict[str, Any], **kept: Any) -> InvoiceDetails:
    """Valid input as details for the operations."""
    values = dict(data)
    lines = [LineDetails(**line) for line in values.pop("lines", [])]
    return InvoiceDetails(customer_id=values.pop("customer"), lines=lines, **values, **kept)


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


class MailOut(serializers.Serializer):
    """A mail on its way."""

    id = serializers.IntegerField()
    to = PersonEmailOut(source="to_email")
    subject = serializers.CharField(source="shown_subject")
    status = serializers.CharField()


class MailsOut(serializers.Serializer):
    """The mails that were queued."""

    results = MailOut(many=True)


class LinkOut(serializers.ModelSerializer):
    """A contact's link to a document; nobody here sees its token."""

    contact = PersonNameOut(source="contact.name")

    class Meta:
        model = DocumentLink
        fields = ["id", "invoice_id", "contact_id", "contact", "created_at", "expires_at", "revoked_at"]


class LinksOut(serializers.Serializer):
    """A document's links, the newest first."""

    results = LinkOut(many=True)
