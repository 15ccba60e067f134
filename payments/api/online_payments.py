"""Online payments, for programs: opening a payment page for a document, what came of it, and settling what is held."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import get_invoice_for
from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, CurrencyRateIn, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from payments.access import get_online_payment_for, online_payments_for
from payments.api.bank_serializers import LeaveOutIn
from payments.api.write_offs import TakeBackIn
from payments.models import OnlinePayment, OnlinePaymentPart, OnlineStatus
from payments.operations.begin_online_payment import begin_payment_of_invoice
from payments.operations.settle_held_payment import set_held_payment_aside, take_held_payment
from payments.operations.undo_online_payment import undo_online_payment


class BeginIn(Input):
    """Which document, how much of it, and where the customer comes back to."""

    invoice = IdIn()
    amount = AmountIn()
    return_url = serializers.URLField(max_length=500)


class TakeHeldIn(Input):
    """Why a held payment is taken as reported, and the rate of a foreign currency."""

    reason = serializers.CharField(max_length=300)
    exchange_rate = CurrencyRateIn(required=False)


class OnlinePaymentPartOut(serializers.ModelSerializer):
    """So much of one document's open item."""

    document = serializers.CharField(source="item.reference")
    amount = AmountOut()

    class Meta:
        model = OnlinePaymentPart
        fields = ["item", "document", "amount"]


class OnlinePaymentOut(serializers.ModelSerializer):
    """What was asked, what the provider reported, and what came of it."""

    customer = CustomerRef()
    amount = AmountOut()
    from_credit = AmountOut()
    parts = OnlinePaymentPartOut(many=True)
    reported_amount = serializers.SerializerMethodField()

    class Meta:
        model = OnlinePayment
        fields = ["id", "customer", "parts", "provider", "reference", "amount", "from_credit", "currency"]
        fields += ["checkout_url", "status"]
        fields += ["payment_id", "reported_amount", "reported_currency", "held_because", "receipt", "settled_because"]
        fields += ["begun_at"]

    def get_reported_amount(self, payment: OnlinePayment) -> str | None:
        """As the provider said it, in whatever currency."""
        return None if payment.reported_amount is None else f"{payment.reported_amount.normalize():f}"


class OnlinePaymentPage(serializers.Serializer):
    """A page of online payments."""

    results = OnlinePaymentOut(many=True)
    next = serializers.CharField(allow_null=True)


class OnlinePaymentQuery(PageQuery):
    """Which online payments."""

    status = serializers.ChoiceField(choices=OnlineStatus.choices, required=False)


class OnlinePaymentsView(ApiView):
    """Online payments."""

    permission = {"get": "payments.view_receipt", "post": "payments.begin_online_payment"}

    @extend_schema(operation_id="list_online_payments", parameters=[OnlinePaymentQuery], responses=OnlinePaymentPage)
    def get(self, request: ApiRequest) -> Response:
        """What customers paid or began to pay online."""
        query = checked(OnlinePaymentQuery, request.query_params.dict())
        rows = online_payments_for(request.user).filter(company=company_of(request))
        rows = rows.select_related("customer").prefetch_related("parts__item")
        rows = rows.filter(status=query["status"]) if "status" in query else rows
        found, following = page_of(rows, query, "online-payments")
        return Response(OnlinePaymentPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="begin_online_payment", request=BeginIn, responses={201: OnlinePaymentOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Open a page on which a customer pays a document; its address is in `checkout_url`."""
        data = checked(BeginIn, request.data)
        invoice = get_invoice_for(request.user, data["invoice"])
        payment = begin_payment_of_invoice(
            invoice.pk, data["amount"], by=request.user, return_url=lambda _: data["return_url"]
        )
        return Response(OnlinePaymentOut(payment).data, 201)


class OnlinePaymentView(ApiView):
    """One online payment."""

    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_online_payment", responses=OnlinePaymentOut)
    def get(self, request: ApiRequest, payment_id: int) -> Response:
        """What came of it."""
        return Response(OnlinePaymentOut(get_online_payment_for(request.user, payment_id)).data)


class TakeHeldView(ApiView):
    """Taking one that is held."""

    permission = {"post": "payments.settle_online_payment"}

    @extend_schema(operation_id="take_held_payment", request=TakeHeldIn, responses=OnlinePaymentOut)
    @idempotent
    def post(self, request: ApiRequest, payment_id: int) -> Response:
        """Record it with what the provider reported."""
        payment = get_online_payment_for(request.user, payment_id)
        take_held_payment(payment.pk, **checked(TakeHeldIn, request.data), by=request.user)
        return Response(OnlinePaymentOut(get_online_payment_for(request.user, payment_id)).data)


class SetHeldAsideView(ApiView):
    """Setting one aside."""

    permission = {"post": "payments.settle_online_payment"}

    @extend_schema(operation_id="set_held_payment_aside", request=LeaveOutIn, responses=OnlinePaymentOut)
    @idempotent
    def post(self, request: ApiRequest, payment_id: int) -> Response:
        """Say what became of the money otherwise."""
        payment = get_online_payment_for(request.user, payment_id)
        reason = checked(LeaveOutIn, request.data)["reason"]
        return Response(OnlinePaymentOut(set_held_payment_aside(payment.pk, reason=reason, by=request.user)).data)


class UndoOnlinePaymentView(ApiView):
    """Undoing what one settled."""

    permission = {"post": "payments.undo_allocation"}

    @extend_schema(operation_id="undo_online_payment", request=TakeBackIn, responses=OnlinePaymentOut)
    @idempotent
    def post(self, request: ApiRequest, payment_id: int) -> Response:
        """Bring back all that it settled, and the credit used with it; its money stays, on account."""
        payment = get_online_payment_for(request.user, payment_id)
        data = checked(TakeBackIn, request.data)
        on = data.get("on") or payment.company.today()
        undo_online_payment(payment.pk, on=on, by=request.user, reason=data["reason"])
        return Response(OnlinePaymentOut(get_online_payment_for(request.user, payment_id)).data)
