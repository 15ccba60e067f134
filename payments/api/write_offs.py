"""Write-offs and what came in after all, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.api.serializers import AllocationOut
from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from ledger.balances import allocations_of
from ledger.models import OpenItem
from office.api.approving import ApprovalOut
from office.api.fields import AmountIn, AmountOut, CurrencyRateIn, IdIn, Input, RateOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.web.requests import ApiRequest
from payments.access import get_write_off_for, write_offs_for
from payments.api.serializers import ReceiptOut, ShareIn
from payments.api.views import shown as shown_receipt
from payments.models import PaymentMethod, WriteOff, WriteOffKind, WriteOffStatus
from payments.operations.receive_payment import Share
from payments.operations.record_recovery import RecoveryDetails, record_recovery
from payments.operations.reverse_write_off import reverse_write_off
from payments.operations.write_off import WriteOffDetails, write_off
from payments.web.write_offs import with_recovered

WHERE = {"customer": "customer_id", "status": "status", "kind": "kind"}
WHERE |= {"from": "written_off_on__gte", "to": "written_off_on__lte"}


class WriteOffIn(Input):
    """What is written off: open items each with an amount or, without any, all that the customer owes; and why."""

    customer = IdIn()
    items = ShareIn(many=True, required=False, allow_empty=False)
    reason_code = IdIn(required=False, help_text="A reason of the company's, given for write-offs.")
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    on = serializers.DateField(required=False, help_text="Left out: today.")

    def validate_items(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each item once."""
        if len({item["item"] for item in items}) < len(items):
            raise serializers.ValidationError("Name each item once.")
        return items


class WriteOffTaxOut(serializers.Serializer):
    """Tax of one rate in a write-off."""

    document = serializers.CharField(source="invoice.number")
    name = serializers.CharField()
    percent = RateOut()
    base = AmountOut("write_off.currency")
    amount = AmountOut("write_off.currency")


class WriteOffRow(serializers.ModelSerializer):
    """A write-off in a list."""

    customer = CustomerRef()
    amount = AmountOut()
    recovered = AmountOut()
    reason_code = serializers.CharField(source="reason_code.code", allow_null=True, default=None)

    class Meta:
        model = WriteOff
        fields = ["id", "number", "customer", "kind", "status", "written_off_on", "amount", "currency", "recovered"]
        fields += ["reason_code", "reason", "relieves_tax", "reversed_on", "reversal_reason"]


class WriteOffOut(WriteOffRow):
    """A write-off, the tax in it, and what it took off which items."""

    taxes = WriteOffTaxOut(many=True)
    allocations = AllocationOut(many=True)

    class Meta(WriteOffRow.Meta):
        fields = [*WriteOffRow.Meta.fields, "taxes", "allocations"]


class WriteOffsOut(serializers.Serializer):
    """What was written off: one row for each currency."""

    results = WriteOffOut(many=True)


class WriteOffPage(serializers.Serializer):
    """A page of write-offs."""

    results = WriteOffRow(many=True)
    next = serializers.CharField(allow_null=True)


class WriteOffQuery(PageQuery):
    """Which write-offs."""

    customer = IdIn(required=False)
    status = serializers.ChoiceField(choices=WriteOffStatus.choices, required=False)
    kind = serializers.ChoiceField(choices=WriteOffKind.choices, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the days between which they were made, whose names are words of Python's."""
        return super().get_fields() | {name: serializers.DateField(required=False) for name in ("from", "to")}


class TakeBackIn(Input):
    """Why it is taken back, and on which day."""

    reason = serializers.CharField(max_length=300)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class RecoveryIn(Input):
    """Money that came in for what was written off."""

    amount = AmountIn()
    received_on = serializers.DateField(required=False, help_text="Left out: today.")
    method = serializers.ChoiceField(choices=PaymentMethod.choices, default=PaymentMethod.TRANSFER)
    reference = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    exchange_rate = CurrencyRateIn(required=False)


class WriteOffsView(ApiView):
    """All write-offs, and writing off."""

    permission = {"get": "payments.view_receipt", "post": "payments.write_off"}

    @extend_schema(operation_id="list_write_offs", parameters=[WriteOffQuery], responses=WriteOffPage)
    def get(self, request: ApiRequest) -> Response:
        """What was written off, and what of it came in after all."""
        query = checked(WriteOffQuery, request.query_params.dict())
        rows = with_recovered(write_offs_for(request.user).filter(company=company_of(request)))
        rows = rows.filter(**{path: query[name] for name, path in WHERE.items() if name in query})
        found, following = page_of(rows.select_related("customer", "reason_code"), query, "write-offs")
        return Response(WriteOffPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="write_off", request=WriteOffIn, responses={201: WriteOffsOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Take what will not be paid off what a customer owes."""
        data = checked(WriteOffIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        shares = [Share(row["item"], row["amount"]) for row in data.get("items", [])] or _everything(customer.pk)
        details = WriteOffDetails(shares, data.get("reason_code"), data["reason"])
        rows = write_off(customer, details, on=data.get("on") or customer.company.today(), by=request.user)
        return Response(WriteOffsOut({"results": [_whole(request.user, row.pk) for row in rows]}).data, 201)


class WriteOffView(ApiView):
    """One write-off."""

    locks = "payments.WriteOff"
    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_write_off", responses=WriteOffOut)
    def get(self, request: ApiRequest, write_off_id: int) -> Response:
        """A write-off with its tax and its items."""
        return Response(WriteOffOut(_whole(request.user, write_off_id)).data)


class ReverseWriteOffView(ApiView):
    """Asking for it again."""

    permission = {"post": "payments.reverse_write_off"}

    @extend_schema(operation_id="reverse_write_off", request=TakeBackIn, responses=WriteOffOut)
    @idempotent
    def post(self, request: ApiRequest, write_off_id: int) -> Response:
        """Reverse a write-off: what it took off is open again from that day."""
        row = get_write_off_for(request.user, write_off_id)
        data = checked(TakeBackIn, request.data)
        reverse_write_off(row.pk, on=data.get("on") or row.company.today(), by=request.user, reason=data["reason"])
        return Response(WriteOffOut(_whole(request.user, row.pk)).data)


class RecoveriesView(ApiView):
    """Money for what was written off."""

    permission = {"post": "payments.record_recovery"}

    @extend_schema(operation_id="record_recovery", request=RecoveryIn, responses={201: ReceiptOut})
    @idempotent
    def post(self, request: ApiRequest, write_off_id: int) -> Response:
        """Record what came in after all, and answer with its receipt."""
        row = get_write_off_for(request.user, write_off_id)
        data = checked(RecoveryIn, request.data)
        data.setdefault("received_on", row.company.today())
        recovery = record_recovery(row.pk, RecoveryDetails(**data), by=request.user)
        return shown_receipt(request.user, recovery.receipt_id, 201)


def _everything(customer_id: int) -> list[Share]:
    items = OpenItem.objects.filter(customer_id=customer_id, balance__gt=0).order_by("pk")
    return [Share(item.pk, item.balance) for item in items]


def _whole(user: User, write_off_id: int) -> WriteOff:
    get_write_off_for(user, write_off_id)
    row = with_recovered(write_offs_for(user).filter(pk=write_off_id).select_related("customer", "reason_code")).get()
    return dressed(row, allocations=allocations_of(row.entry_id))
