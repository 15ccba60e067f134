"""Taking a receipt as money of another currency, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.api.serializers import ItemOut
from office.api.approving import ApprovalOut
from office.api.fields import AmountIn, AmountOut, IdIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest
from payments.access import get_exchange_for, get_receipt_for
from payments.api.write_offs import TakeBackIn
from payments.exchanging import ExchangeDetails
from payments.models import ReceiptExchange
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.undo_exchange import undo_exchange


class ExchangeIn(Input):
    """So much of a receipt as so much of another currency."""

    amount = AmountIn(help_text="In the receipt's currency, at most what is free.")
    into_currency = serializers.CharField(max_length=3)
    into_amount = AmountIn(required=False, help_text="Left out: what the rate of the day says.")
    item = IdIn(required=False, source="item_id", help_text="An open item that it settles as far as it goes.")
    on = serializers.DateField(required=False, source="exchanged_on", help_text="Left out: today.")


class ExchangeOut(serializers.ModelSerializer):
    """An exchange, with the credit that it gives."""

    amount = AmountOut()
    into_amount = AmountOut("into_currency")
    credit = ItemOut(source="given_entry.items.get")

    class Meta:
        model = ReceiptExchange
        fields = ["id", "receipt", "status", "exchanged_on", "amount", "currency", "into_amount", "into_currency"]
        fields += ["credit", "reversed_on", "reversal_reason"]


class ExchangesView(ApiView):
    """The exchanges of a receipt."""

    permission = {"get": "payments.view_receipt", "post": "payments.exchange_receipt"}

    @extend_schema(operation_id="list_exchanges", responses=ExchangeOut(many=True))
    def get(self, request: ApiRequest, receipt_id: int) -> Response:
        """What of a receipt was taken as another currency, also where it was undone."""
        receipt = get_receipt_for(request.user, receipt_id)
        return Response(ExchangeOut(receipt.exchanges.select_related("given_entry"), many=True).data)

    @extend_schema(operation_id="exchange_receipt", request=ExchangeIn, responses={201: ExchangeOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest, receipt_id: int) -> Response:
        """Take free money of a receipt as another currency; what exchange gains or loses is entered in the book."""
        receipt = get_receipt_for(request.user, receipt_id)
        data = {"exchanged_on": receipt.company.today()} | checked(ExchangeIn, request.data)
        row = exchange_receipt(receipt.pk, ExchangeDetails(**data), by=request.user)
        return Response(ExchangeOut(row).data, 201)


class UndoExchangeView(ApiView):
    """Undoing an exchange."""

    permission = {"post": "payments.exchange_receipt"}

    @extend_schema(operation_id="undo_exchange", request=TakeBackIn, responses=ExchangeOut)
    @idempotent
    def post(self, request: ApiRequest, exchange_id: int) -> Response:
        """Give the receipt its money back; what the exchanged credit had settled is open again."""
        exchange = get_exchange_for(request.user, exchange_id)
        data = checked(TakeBackIn, request.data)
        on = data.get("on") or exchange.company.today()
        return Response(ExchangeOut(undo_exchange(exchange.pk, on=on, by=request.user, reason=data["reason"])).data)
