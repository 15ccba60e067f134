"""What receipts and allocations look like coming in and going out."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.api.serializers import AllocationOut, ItemOut
from customers.api.serializers import CustomerRef
from ledger.money import UnknownCurrency, places
from office.api.fields import AmountIn, AmountOut, CurrencyRateIn, IdIn, Input, RateOut
from office.api.paging import PageQuery
from payments.models import PaymentMethod, Receipt
from payments.operations.receive_payment import Plan, Share
from payments.operations.record_receipt import ReceiptDetails

OLDEST_FIRST = "oldest_first"


class ShareIn(Input):
    """So much of the receipt for one open item."""

    item = IdIn()
    amount = AmountIn(min_value=0)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": [OLDEST_FIRST]},
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"item": {"type": "integer"}, "amount": {"type": "string", "format": "decimal"}},
                    "required": ["item", "amount"],
                },
            },
        ]
    }
)
class AllocateIn(serializers.Field):
    """Either "oldest_first", or open items each with an amount; none leaves the receipt on account."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if data == OLDEST_FIRST:
            return {"oldest_first": True}
        shares = ShareIn(many=True, data=data)
        shares.is_valid(raise_exception=True)
        chosen = [Share(share["item"], share["amount"]) for share in shares.validated_data]
        if len({share.item_id for share in chosen}) < len(chosen):
            raise serializers.ValidationError("Name each item once.")
        return {"shares": chosen}


class ReceiptIn(Input):
    """Money that came in."""

    customer = IdIn()
    amount = AmountIn()
    received_on = serializers.DateField(required=False, help_text="Left out: today.")
    currency = serializers.CharField(max_length=3, required=False, help_text="Left out: the customer's own.")
    exchange_rate = CurrencyRateIn(required=False)
    method = serializers.ChoiceField(choices=PaymentMethod.choices, default=PaymentMethod.TRANSFER)
    reference = serializers.CharField(max_length=200, required=False, allow_blank=True)
    external_id = serializers.CharField(
        max_length=100,
        required=False,
        help_text="The payment's id at the bank or provider: the same one again is answered and not recorded again.",
    )
    allocate = AllocateIn(default=dict, help_text="What it settles; left out, it stays on account.")
    bank_fee = AmountIn(
        default=Decimal(0),
        min_value=0,
        help_text="What of the amount the bank kept; the customer is credited with all of it.",
    )
    excess = serializers.ChoiceField(
        choices=[("keep", "keep"), ("refuse", "refuse")],
        default="keep",
        help_text="Where less is open than it shall settle: keep the rest on account, or refuse the whole.",
    )

    def validate_currency(self, value: str) -> str:
        """Only codes that name a currency."""
        try:
            places(value)
        except UnknownCurrency as error:
            raise serializers.ValidationError(str(error)) from error
        return value


class ReversalIn(Input):
    """Why and when a receipt is taken back, and a bank fee to pass on."""

    reason = serializers.CharField(max_length=300, allow_blank=True)
    on = serializers.DateField(required=False, help_text="Left out: today.")
    fee = AmountIn(required=False)
    mistaken = serializers.BooleanField(
        default=False, help_text="It never was this customer's: its line can be matched anew, a discount is void."
    )


class PairIn(Input):
    """So much of a credit item for a debit item."""

    debit = IdIn()
    credit = IdIn()
    amount = AmountIn()


class AllocationIn(Input):
    """What of a customer's credits settles which of their debts."""

    customer = IdIn()
    pairs = PairIn(many=True, allow_empty=False)
    on = serializers.DateField(required=False, help_text="Left out: today.")
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class UndoIn(Input):
    """Why and when an allocation is undone."""

    reason = serializers.CharField(max_length=300, allow_blank=True)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class ReceiptQuery(PageQuery):
    """Which receipts."""

    customer = IdIn(required=False)
    received_from = serializers.DateField(required=False)
    received_to = serializers.DateField(required=False)
    q = serializers.CharField(required=False, max_length=200, help_text="Words of number, customer or reference.")


def receipt_from(data: dict[str, Any]) -> tuple[ReceiptDetails, Plan]:
    """Valid input as details and plan for the operation."""
    values = dict(data)
    plan = Plan(keep_excess=values.pop("excess") == "keep", **values.pop("allocate"))
    return ReceiptDetails(customer_id=values.pop("customer"), **values), plan


class ReceiptRow(serializers.ModelSerializer):
    """A receipt in a list; `free` is what of it is applied to nothing yet."""

    customer = CustomerRef()
    amount = AmountOut()
    bank_fee = AmountOut()
    free = AmountOut()
    bank_account = serializers.CharField(help_text="The account of the book that it stands on.")

    class Meta:
        model = Receipt
        fields = ["id", "number", "status", "customer", "received_on", "amount", "bank_fee", "free", "currency"]
        fields += ["method", "bank_account", "reference", "external_id"]


class ReceiptOut(ReceiptRow):
    """A receipt with its open item and what it was applied to."""

    exchange_rate = RateOut()
    item = ItemOut()
    allocations = AllocationOut(many=True)

    class Meta(ReceiptRow.Meta):
        fields = [*ReceiptRow.Meta.fields, "exchange_rate", "reversed_on", "reversal_reason", "item", "allocations"]


class ReceiptPage(serializers.Serializer):
    """Some receipts, and the cursor of the next page."""

    results = ReceiptRow(many=True)
    next = serializers.CharField(allow_null=True)


class AllocationsOut(serializers.Serializer):
    """Allocations as entered in the book."""

    results = AllocationOut(many=True)
