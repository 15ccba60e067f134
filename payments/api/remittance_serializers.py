"""Remittance advice, as it comes in and goes out."""

from typing import Any

from rest_framework import serializers

from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, FileIn, IdIn, Input
from payments.models import Receipt, Remittance, RemittanceLine, Rest


class AdvisedLineIn(Input):
    """That so much is paid on a document, and so much taken off, and why; a credit taken is below zero."""

    reference = serializers.CharField(max_length=60)
    paid = AmountIn()
    discount = AmountIn(required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RemittanceIn(Input):
    """An advice: a file (CSV, Excel, PDF) in `content`, or its `lines`."""

    name = serializers.CharField(max_length=200)
    content = FileIn(required=False, help_text="The file's bytes in Base64.")
    lines = AdvisedLineIn(many=True, required=False)
    customer = IdIn(required=False, help_text="Who sent it, where it is of one customer.")
    currency = serializers.CharField(max_length=3, required=False)
    decimal = serializers.ChoiceField(
        [".", ","], required=False, help_text="The sign before the cents of a file, where it could be either."
    )
    total = AmountIn(required=False, help_text="What they say that it comes to; it must.")
    paid_on = serializers.DateField(required=False)
    payer_reference = serializers.CharField(max_length=100, required=False, help_text="Their number of the payment.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A file or lines, and not both."""
        if ("content" in data) == ("lines" in data):
            raise serializers.ValidationError("Send a file in content, or lines.")
        return data


class JoinIn(Input):
    """Which bank line it explains."""

    bank_line = IdIn()


class AdvisedRestIn(Input):
    """What becomes of what the payer took off one open item."""

    item = IdIn()
    rest = serializers.ChoiceField(choices=Rest.choices)
    reason_code = IdIn(required=False, help_text="Of a dispute: a reason of the company's, given for disputes.")


class ApplyIn(JoinIn):
    """The bank line that it explains, and what becomes of what the payer took off."""

    rests = AdvisedRestIn(
        many=True, required=False, help_text="Left out: a discount earned in time is granted, all else stays open."
    )


class RemittanceLineOut(serializers.ModelSerializer):
    """What is paid on a document, the open item of ours that it means, and the problem where it means none."""

    paid = AmountOut("remittance.currency")
    discount = AmountOut("remittance.currency")
    item = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()

    class Meta:
        model = RemittanceLine
        fields = ["position", "reference", "paid", "discount", "reason", "reason_words", "item", "problem"]

    def get_item(self, line: RemittanceLine) -> int | None:
        """The id of the open item."""
        found = getattr(line.remittance, "explained", {}).get(line.pk)
        return found.item.pk if found and found.item else None

    def get_problem(self, line: RemittanceLine) -> str:
        """In words; empty for none."""
        found = getattr(line.remittance, "explained", {}).get(line.pk)
        return found.problem if found else ""


class RemittanceOut(serializers.ModelSerializer):
    """An advice with its lines."""

    customer = CustomerRef(allow_null=True)
    total = AmountOut()
    is_applied = serializers.BooleanField()
    lines = RemittanceLineOut(many=True)

    class Meta:
        model = Remittance
        fields = ["id", "name", "kind", "customer", "currency", "total", "paid_on", "payer_reference", "bank_line"]
        fields += ["is_applied", "withdrawn_because", "lines"]


class RemittancePage(serializers.Serializer):
    """A page of advice."""

    results = RemittanceOut(many=True)
    next = serializers.CharField(allow_null=True)


class AdvisedReceipt(serializers.ModelSerializer):
    """A receipt that came of it."""

    customer = CustomerRef()
    amount = AmountOut()

    class Meta:
        model = Receipt
        fields = ["id", "number", "customer", "amount", "currency", "received_on"]


class RemittanceReceipts(serializers.Serializer):
    """The receipts that came of an advice."""

    receipts = AdvisedReceipt(many=True)
