"""What programs send and get about disputes."""

from typing import Any

from rest_framework import serializers

from billing.api.act_serializers import CorrectIn, CreditIn
from billing.models import (
    Dispute,
    DisputedAmount,
    DisputedLine,
    DisputeFile,
    DisputeMessage,
    DisputeOutcome,
    DisputeStatus,
)
from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, FileIn, IdIn, Input, PersonNameOut
from office.api.paging import PageQuery
from office.models import Department

ENDS = [(each.value, each.label) for each in (DisputeOutcome.REFUSED, DisputeOutcome.WITHDRAWN)]
"""How a dispute ends without a credit."""


class DisputedLineIn(Input):
    """A line that is disputed."""

    line = IdIn()
    amount = AmountIn(required=False, help_text="With its tax; left out: all that is left of it.")


class CareIn(Input):
    """Who looks into it, and until when."""

    owner = IdIn(required=False, allow_null=True)
    department = serializers.ChoiceField(choices=Department.choices, required=False, allow_blank=True)
    respond_by = serializers.DateField(required=False)


class DisputeIn(CareIn):
    """What is disputed, and why: an amount or lines; with neither, all that is open."""

    invoice = IdIn(required=False)
    item = IdIn(required=False, help_text="An open item, where it is of no invoice or only one instalment is meant.")
    reason_code = IdIn(help_text="A reason of the company's, given for disputes.")
    words = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)
    said_by = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    amount = AmountIn(required=False, help_text="With its tax.")
    lines = DisputedLineIn(many=True, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """An invoice or an item; lines or an amount."""
        if ("invoice" in data) == ("item" in data):
            raise serializers.ValidationError({"invoice": ["Name an invoice or an open item, and not both."]})
        if "lines" in data and "amount" in data:
            raise serializers.ValidationError({"amount": ["Name lines or an amount, not both."]})
        return data


class MessageIn(Input):
    """What is written to the customer."""

    words = serializers.CharField(max_length=4000)


class DisputeFileIn(Input):
    """A photo or paper."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64: PDF, PNG, JPG, CSV, XLSX or ODS, up to 5 MB.")
    is_inside = serializers.BooleanField(default=True, help_text="For us alone; else the customer sees it too.")


class CloseDisputeIn(Input):
    """How it ends without a credit."""

    outcome = serializers.ChoiceField(choices=ENDS)
    note = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class CreditDisputeIn(CreditIn):
    """What is credited for it, and what the customer is told."""

    note = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class RebillIn(CorrectIn):
    """Why the document is wrong, and what the customer is told."""

    note = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class ReopenDisputeIn(Input):
    """Why it is taken up again."""

    reason = serializers.CharField(max_length=300)


class DisputedLineOut(serializers.ModelSerializer):
    """A disputed line."""

    amount = AmountOut("dispute.currency")

    class Meta:
        model = DisputedLine
        fields = ["line", "amount"]


class DisputedAmountOut(serializers.ModelSerializer):
    """What is or was held of an open item."""

    amount = AmountOut("dispute.currency")

    class Meta:
        model = DisputedAmount
        fields = ["item", "amount", "held_on", "released_on"]


class MessageOut(serializers.ModelSerializer):
    """What was written."""

    class Meta:
        model = DisputeMessage
        fields = ["id", "kind", "words", "by", "contact", "written_at"]


class DisputeFileOut(serializers.ModelSerializer):
    """A photo or paper."""

    class Meta:
        model = DisputeFile
        fields = ["id", "name", "media_type", "size", "sha256", "is_inside", "added_at"]


class DisputeRow(serializers.ModelSerializer):
    """A dispute in a list; `held` is what it holds now."""

    customer = CustomerRef()
    state = serializers.CharField(help_text="open, overdue (our answer is late) or closed.")
    amount = AmountOut()
    held = AmountOut()
    said_by = PersonNameOut()
    reason = serializers.CharField(source="reason_code.words")

    class Meta:
        model = Dispute
        fields = ["id", "number", "customer", "invoice", "state", "source", "reason_code", "reason", "words", "said_by"]
        fields += ["currency", "amount", "held", "owner", "department", "respond_by", "escalated_at", "opened_on"]
        fields += ["outcome", "outcome_note", "credit_memo", "replacement", "closed_on"]


class DisputeOut(DisputeRow):
    """A dispute with all that belongs to it."""

    lines = DisputedLineOut(many=True)
    amounts = DisputedAmountOut(many=True)
    messages = MessageOut(many=True)
    files = DisputeFileOut(many=True)

    class Meta:
        model = Dispute
        fields = [*DisputeRow.Meta.fields, "lines", "amounts", "messages", "files"]


class DisputePage(serializers.Serializer):
    """A page of disputes."""

    results = DisputeRow(many=True)
    next = serializers.CharField(allow_null=True)


class DisputeQuery(PageQuery):
    """Which disputes."""

    status = serializers.ChoiceField(choices=DisputeStatus.choices, required=False)
    customer = IdIn(required=False)
    invoice = IdIn(required=False)
    owner = IdIn(required=False)
    respond_to = serializers.DateField(required=False, help_text="To be answered on that day or before.")
