"""Payouts of online payments, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import AmountIn, AmountOut, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest
from payments.access import get_bank_line_for, get_payout_for
from payments.api.bank_serializers import LeaveOutIn
from payments.models import Payout
from payments.operations.record_payout import record_payout, reverse_payout


class PayoutIn(Input):
    """What the provider kept."""

    fee = AmountIn()


class PayoutOut(serializers.ModelSerializer):
    """A bank line by which a provider paid out."""

    amount = AmountOut()
    fee = AmountOut()

    class Meta:
        model = Payout
        fields = ["id", "line", "currency", "amount", "fee", "reversal_reason", "recorded_by", "recorded_at"]


class PayoutsView(ApiView):
    """Recording a payout."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="record_payout", request=PayoutIn, responses={201: PayoutOut})
    @idempotent
    def post(self, request: ApiRequest, line_id: int) -> Response:
        """Say that a line of money in is what a provider paid out of online payments."""
        line = get_bank_line_for(request.user, line_id)
        payout = record_payout(line.pk, fee=checked(PayoutIn, request.data)["fee"], by=request.user)
        return Response(PayoutOut(payout).data, 201)


class ReversePayoutView(ApiView):
    """Taking one back."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="reverse_payout", request=LeaveOutIn, responses=PayoutOut)
    @idempotent
    def post(self, request: ApiRequest, payout_id: int) -> Response:
        """Say that it was none; the line can be matched again."""
        payout = get_payout_for(request.user, payout_id)
        reason = checked(LeaveOutIn, request.data)["reason"]
        return Response(PayoutOut(reverse_payout(payout.pk, reason=reason, by=request.user)).data)
