"""Applying a payment that falls short, or is too much, for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_customer_for
from office.api.fields import AmountIn, AmountOut, IdIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.models import User
from office.web.requests import ApiRequest
from payments.access import get_item_for, get_settlement_for
from payments.api.write_offs import TakeBackIn
from payments.models import Rest, SettledItem, Settlement
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from payments.operations.undo_settlement import undo_settlement
from payments.operations.withdraw_disputes import withdraw_disputes


class SettlingIn(Input):
    """So much of the credit for one open item, and what becomes of the item's rest."""

    item = IdIn()
    amount = AmountIn(min_value=0)
    rest = serializers.ChoiceField(choices=Rest.choices, default=Rest.OPEN)
    reason_code = IdIn(required=False, help_text="Of a dispute: a reason of the company's, given for disputes.")


def settling_of(rows: Sequence[Mapping[str, Any]]) -> list[Settling]:
    """What was sent, for the operation."""
    return [Settling(each["item"], each["amount"], Rest(each["rest"]), each.get("reason_code")) for each in rows]


class SettlementIn(Input):
    """What one credit settles."""

    customer = IdIn()
    credit = IdIn(help_text="The open item of the receipt or credit memo.")
    items = SettlingIn(many=True, allow_empty=False)
    on = serializers.DateField(required=False, help_text="Left out: today.")
    refund_reason = serializers.CharField(
        max_length=300, required=False, default="", help_text="Pays back what is left; left out, it stays on account."
    )


class SettledItemOut(serializers.ModelSerializer):
    """What was done to one open item."""

    reference = serializers.CharField(source="item.reference")
    applied = AmountOut("item.currency", source="allocation.amount", default=None)
    rest_amount = AmountOut("item.currency")

    class Meta:
        model = SettledItem
        fields = ["item", "reference", "allocation", "applied", "rest", "rest_amount", "write_off", "credit_memo"]
        fields += ["dispute"]


class SettlementOut(serializers.ModelSerializer):
    """What one save did."""

    items = SettledItemOut(many=True)

    class Meta:
        model = Settlement
        fields = ["id", "customer", "credit", "settled_on", "refund", "items", "undone_on", "undo_reason"]


class WithdrawnOut(serializers.Serializer):
    """How many disputes were taken back."""

    withdrawn = serializers.IntegerField()


class SettlementsView(ApiView):
    """Applying a credit."""

    permission = {"post": "payments.allocate"}

    @extend_schema(operation_id="settle_items", request=SettlementIn, responses={201: SettlementOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Apply one credit to open items and say what becomes of each rest; all of it or nothing."""
        data = checked(SettlementIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        items = settling_of(data["items"])
        on = data.get("on") or customer.company.today()
        details = SettlementDetails(data["credit"], items, on, data["refund_reason"])
        return _shown(request.user, settle_items(customer, details, by=request.user).pk, 201)


class SettlementView(ApiView):
    """One save."""

    locks = "payments.Settlement"
    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_settlement", responses=SettlementOut)
    def get(self, request: ApiRequest, settlement_id: int) -> Response:
        """What one save did."""
        return _shown(request.user, settlement_id)


class UndoSettlementView(ApiView):
    """Undoing one save."""

    permission = {"post": "payments.undo_allocation"}

    @extend_schema(operation_id="undo_settlement", request=TakeBackIn, responses=SettlementOut)
    @idempotent
    def post(self, request: ApiRequest, settlement_id: int) -> Response:
        """Bring back everything that one save did."""
        row = get_settlement_for(request.user, settlement_id)
        data = checked(TakeBackIn, request.data)
        undo_settlement(row.pk, on=data.get("on") or row.company.today(), by=request.user, reason=data["reason"])
        return _shown(request.user, row.pk)


class WithdrawDisputesView(ApiView):
    """Taking disputes back."""

    permission = {"post": "payments.allocate"}

    @extend_schema(operation_id="withdraw_disputes", request=None, responses=WithdrawnOut)
    @idempotent
    def post(self, request: ApiRequest, item_id: int) -> Response:
        """Say that an open item is not disputed any more."""
        item = get_item_for(request.user, item_id)
        return Response(WithdrawnOut({"withdrawn": withdraw_disputes(item, by=request.user)}).data)


def _shown(user: User, settlement_id: int, status: int = 200) -> Response:
    get_settlement_for(user, settlement_id)
    row = Settlement.objects.prefetch_related("items__item", "items__allocation").get(pk=settlement_id)
    return Response(SettlementOut(row).data, status)
