"""What is done to documents, as it comes in, and the mails and links that go out."""

from typing import Any

from rest_framework import serializers

from billing.models import DocumentLink
from billing.operations.wanted_credit import LowerPrice, Wanted
from office.api.fields import (
    AmountIn,
    CurrencyRateIn,
    FileIn,
    IdIn,
    Input,
    PersonEmailOut,
    PersonNameOut,
    RateIn,
)


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
