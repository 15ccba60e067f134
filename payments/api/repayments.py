"""Repayments of refunds, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.api.serializers import CustomerRef
from office.api.fields import AmountOut, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest
from payments.access import get_repayment_for, repayments_for, require_bank
from payments.api.payment_files import CancelIn, PaymentFileOut, file_shown
from payments.models import RepaymentBatch, RepaymentLine
from payments.operations.prepare_repayment import RepaymentDetails, cancel_repayment, prepare_repayment
from payments.payment_files.pain001 import VERSIONS


class RepaymentIn(Input):
    """From which of our accounts, and when."""

    bank_account = IdIn(source="bank_account_id")
    pay_on = serializers.DateField()
    version = serializers.ChoiceField(choices=VERSIONS, default=VERSIONS[0], help_text="Of a SEPA file.")


class RepaymentRow(serializers.ModelSerializer):
    """A repayment."""

    bank_account = serializers.CharField(source="bank_account.iban")

    class Meta:
        model = RepaymentBatch
        fields = ["id", "state", "bank_account", "pay_on", "currency", "version", "message_id", "cancelled_reason"]


class RepaymentLineOut(serializers.ModelSerializer):
    """A refund in a repayment; where it was left out or rejected it has a reason."""

    customer = CustomerRef(source="refund.customer")
    refund = serializers.CharField(source="refund.number")
    amount = AmountOut("batch.currency")
    account = serializers.CharField(source="account.masked_number")

    class Meta:
        model = RepaymentLine
        fields = ["id", "customer", "refund", "amount", "account", "end_to_end_id", "trace", "is_under_way", "reason"]


class RepaymentOut(RepaymentRow):
    """A repayment with its refunds."""

    lines = RepaymentLineOut(many=True)

    class Meta(RepaymentRow.Meta):
        fields = [*RepaymentRow.Meta.fields, "lines"]


class RepaymentPage(serializers.Serializer):
    """Some repayments, and the cursor of the next page."""

    results = RepaymentRow(many=True)
    next = serializers.CharField(allow_null=True)


class RepaymentsView(ApiView):
    """All repayments, and preparing one."""

    permission = {"get": "payments.view_bank", "post": "payments.manage_repayments"}

    @extend_schema(operation_id="list_repayments", parameters=[PageQuery], responses=RepaymentPage)
    def get(self, request: ApiRequest) -> Response:
        """The repayments of a company."""
        query = checked(PageQuery, request.query_params.dict())
        rows = repayments_for(request.user).filter(company=company_of(request)).select_related("bank_account")
        found, following = page_of(rows, query, "repayments")
        return Response(RepaymentPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="prepare_repayment", request=RepaymentIn, responses={201: RepaymentOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Claim the refunds that wait in the account's currency, and ask a second person."""
        require_bank(request.user)
        details = RepaymentDetails(**checked(RepaymentIn, request.data))
        return _shown(request.user, prepare_repayment(company_of(request), details, by=request.user).pk, 201)


class RepaymentView(ApiView):
    """One repayment."""

    locks = "payments.RepaymentBatch"
    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="get_repayment", responses=RepaymentOut)
    def get(self, request: ApiRequest, batch_id: int) -> Response:
        """A repayment with its refunds."""
        return _shown(request.user, batch_id)


class CancelRepaymentView(ApiView):
    """Giving a repayment up."""

    permission = {"post": "payments.manage_repayments"}

    @extend_schema(operation_id="cancel_repayment", request=CancelIn, responses=RepaymentOut)
    @idempotent
    def post(self, request: ApiRequest, batch_id: int) -> Response:
        """Give up a repayment that the bank did not get."""
        batch = get_repayment_for(request.user, batch_id)
        cancel_repayment(batch.pk, **checked(CancelIn, request.data), by=request.user)
        return _shown(request.user, batch_id)


class RepaymentFileView(ApiView):
    """The file of a repayment."""

    permission = {"get": "payments.download_payment_file"}

    @extend_schema(operation_id="download_repayment_file", responses=PaymentFileOut)
    def get(self, request: ApiRequest, batch_id: int) -> Response:
        """The file for the bank. Each reading is kept in the audit trail."""
        return file_shown(get_repayment_for(request.user, batch_id), request.user)


def _shown(user: User, batch_id: int, status: int = 200) -> Response:
    get_repayment_for(user, batch_id)
    rows = repayments_for(user).select_related("bank_account")
    batch = rows.prefetch_related("lines__refund__customer", "lines__account", "lines__batch").get(pk=batch_id)
    return Response(RepaymentOut(batch).data, status)
