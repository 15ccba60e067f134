"""Refunds, and saying that one was paid by hand, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, CurrencyRateIn, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest
from payments.access import get_refund_for, refunds_for
from payments.api.payment_files import CancelIn
from payments.models import Refund
from payments.operations.pay_refund_by_hand import pay_refund_by_hand, undo_refund_by_hand
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.withdraw_refund import withdraw_refund
from payments.original_way import WAY_CHOICES
from payments.repayment_choice import STATES, with_payer, with_repayment


class RefundIn(Input):
    """What of a credit is paid back, and why."""

    customer = IdIn()
    credit = IdIn(help_text="The open item of a receipt or credit memo.")
    amount = AmountIn()
    reason = serializers.CharField(max_length=300, allow_blank=True)
    on = serializers.DateField(required=False, help_text="Left out: today.")
    exchange_rate = CurrencyRateIn(required=False)
    method = serializers.ChoiceField(choices=WAY_CHOICES, required=False, help_text="Left out: the way it came.")
    account = IdIn(required=False, source="account_id", help_text="The customer's, to be paid by file.")
    bank_account = IdIn(required=False, source="bank_account_id", help_text="Ours, where it is paid by hand.")


class RefundQuery(PageQuery):
    """Which refunds."""

    customer = IdIn(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)


class HandPaymentIn(Input):
    """Which of our accounts paid a refund without a file, and when."""

    bank_account = IdIn(source="bank_account_id")
    on = serializers.DateField(required=False, help_text="Left out: today.")


class RefundOut(serializers.ModelSerializer):
    """Credit that is paid back, and how its payment stands."""

    customer = CustomerRef()
    amount = AmountOut()
    state = serializers.ChoiceField(choices=STATES)
    paid_from = serializers.CharField(help_text="The account of the book out of which it was paid; empty: it waits.")

    class Meta:
        model = Refund
        fields = ["id", "number", "customer", "refunded_on", "amount", "currency", "method", "account_id", "reason"]
        fields += ["state", "paid_from"]


class RefundPage(serializers.Serializer):
    """Some refunds, and the cursor of the next page."""

    results = RefundOut(many=True)
    next = serializers.CharField(allow_null=True)


class RefundsView(ApiView):
    """Paying credit back."""

    permission = {"get": "payments.view_receipt", "post": "payments.refund_credit"}

    @extend_schema(operation_id="list_refunds", parameters=[RefundQuery], responses=RefundPage)
    def get(self, request: ApiRequest) -> Response:
        """The refunds of a company, with how the payment of each stands."""
        query = checked(RefundQuery, request.query_params.dict())
        rows = with_payer(with_repayment(refunds_for(request.user).filter(company=company_of(request))))
        rows = rows.filter(**{name: query[name] for name in ("customer", "state") if name in query})
        found, following = page_of(rows.select_related("customer"), query, "refunds")
        return Response(RefundPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="refund_credit", request=RefundIn, responses={201: RefundOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Pay free credit back, at most what is free."""
        data = checked(RefundIn, request.data)
        customer = get_customer_for(request.user, data.pop("customer"))
        on = data.pop("on", None) or customer.company.today()
        details = RefundDetails(credit_item_id=data.pop("credit"), refunded_on=on, **data)
        return _shown(request.user, refund_credit(customer, details, by=request.user).pk, 201)


class RefundView(ApiView):
    """One refund."""

    locks = "payments.Refund"
    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_refund", responses=RefundOut)
    def get(self, request: ApiRequest, refund_id: int) -> Response:
        """A refund, with how its payment stands."""
        return _shown(request.user, refund_id)


class PayByHandView(ApiView):
    """Paying a refund that waits without a file."""

    permission = {"post": "payments.pay_refund_by_hand"}

    @extend_schema(operation_id="pay_refund_by_hand", request=HandPaymentIn, responses=RefundOut)
    @idempotent
    def post(self, request: ApiRequest, refund_id: int) -> Response:
        """Say that an account of ours paid a refund in e-banking; no file pays it any more."""
        refund = get_refund_for(request.user, refund_id)
        data = {"on": refund.company.today()} | checked(HandPaymentIn, request.data)
        pay_refund_by_hand(refund.pk, **data, by=request.user)
        return _shown(request.user, refund_id)


class UndoByHandView(ApiView):
    """Undoing that."""

    permission = {"post": "payments.pay_refund_by_hand"}

    @extend_schema(operation_id="undo_refund_by_hand", request=CancelIn, responses=RefundOut)
    @idempotent
    def post(self, request: ApiRequest, refund_id: int) -> Response:
        """Let a refund that was not paid by hand after all wait again."""
        refund = get_refund_for(request.user, refund_id)
        undo_refund_by_hand(refund.pk, **checked(CancelIn, request.data), by=request.user)
        return _shown(request.user, refund_id)


class WithdrawView(ApiView):
    """Taking a refund back that was not paid."""

    permission = {"post": "payments.refund_credit"}

    @extend_schema(operation_id="withdraw_refund", request=CancelIn, responses=RefundOut)
    @idempotent
    def post(self, request: ApiRequest, refund_id: int) -> Response:
        """Say that a refund is not paid after all: what it paid back is free again."""
        refund = get_refund_for(request.user, refund_id)
        withdraw_refund(refund.pk, **checked(CancelIn, request.data), by=request.user)
        return _shown(request.user, refund_id)


def _shown(user: User, refund_id: int, status: int = 200) -> Response:
    return Response(RefundOut(get_refund_for(user, refund_id)).data, status)
