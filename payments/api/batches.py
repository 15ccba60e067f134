"""Paper lists of payments, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import AmountIn, AmountOut, CurrencyRateIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.web.requests import ApiRequest
from payments.access import get_batch_for, receipts_for
from payments.api.serializers import ReceiptRow
from payments.batch_lines import BatchLine
from payments.models import PaymentMethod, ReceiptBatch
from payments.operations.record_receipt_batch import MOST, BatchDetails, record_receipt_batch
from payments.queries import with_free


class BatchLineIn(Input):
    """A line: who paid, by number or name or by the invoice they name, how much, and how."""

    amount = AmountIn(min_value=0)
    customer = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    invoice = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    method = serializers.ChoiceField(choices=PaymentMethod.choices, default=PaymentMethod.CHEQUE)
    reference = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class BatchIn(Input):
    """A paper list with the total that was counted."""

    control_total = AmountIn()
    lines = BatchLineIn(many=True, allow_empty=False, max_length=MOST)  # type: ignore[call-arg]  # of the list
    received_on = serializers.DateField(required=False, help_text="Left out: today.")
    currency = serializers.CharField(max_length=3, required=False, default="", help_text="Left out: the company's.")
    exchange_rate = CurrencyRateIn(required=False)
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    oldest_first = serializers.BooleanField(default=False, help_text="Lines without an invoice settle what is oldest.")


class BatchOut(serializers.ModelSerializer):
    """A batch with its receipts."""

    control_total = AmountOut()
    receipts = ReceiptRow(many=True, source="shown")

    class Meta:
        model = ReceiptBatch
        fields = ["id", "number", "received_on", "currency", "control_total", "line_count", "note", "receipts"]


class BatchesView(ApiView):
    """Entering a list."""

    permission = {"post": "payments.record_receipt"}

    @extend_schema(operation_id="record_receipt_batch", request=BatchIn, responses={201: BatchOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Record a receipt for each line and apply it; nothing where the lines do not add up to the control total."""
        data, company = checked(BatchIn, request.data), company_of(request)
        lines = [BatchLine(**line) for line in data.pop("lines")]
        data.setdefault("received_on", company.today())
        batch = record_receipt_batch(company, BatchDetails(lines=lines, **data), by=request.user)
        return _shown(request.user, batch.pk, 201)


class BatchView(ApiView):
    """One batch."""

    locks = "payments.ReceiptBatch"
    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_receipt_batch", responses=BatchOut)
    def get(self, request: ApiRequest, batch_id: int) -> Response:
        """A batch and its receipts."""
        return _shown(request.user, batch_id)


def _shown(user: User, batch_id: int, status: int = 200) -> Response:
    batch = get_batch_for(user, batch_id)
    receipts = with_free(receipts_for(user).filter(batch=batch)).select_related("customer", "bank_account")
    dressed(batch, shown=receipts.order_by("pk"))
    return Response(BatchOut(batch).data, status)
