"""Online payments, for programs: opening a payment page for a document, what came of it, and settling what is held."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import get_invoice_for
from customers.access import get_customer_for
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
from payments.operations.begin_online_payment import begin_payment_of_customer, begin_payment_of_invoice
from payments.operations.settle_held_payment import set_held_payment_aside, take_held_payment
from payments.operations.undo_online_payment import undo_online_payment

MOST_INVOICES = 100


class AmountOfInvoiceIn(Input):
    """So much of one document."""

    invoice = IdIn()
    amount = AmountIn()


class BeginIn(Input):
    """What is paid, and where the customer comes back to: an amount of one document, or a customer's payment of several
    documents, with more to stay on account."""

    invoice = IdIn(required=False)
    amount = AmountIn(required=False, help_text="Of that document.")
    customer = IdIn(required=False, help_text="Instead of a document: who pays.")
    invoices = AmountOfInvoiceIn(many=True, required=False, max_length=MOST_INVOICES)  # type: ignore[call-arg]  # of the list
    on_account = AmountIn(required=False, help_text="What stays as the customer's credit.")
    currency = serializers.CharField(max_length=3, required=False, help_text="Left out: the customer's own.")
    use_credit = serializers.BooleanField(default=False, help_text="Whether the customer's own credit pays first.")
    return_url = serializers.URLField(max_length=500)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A document with its amount, or a customer with documents or more."""
        if ("invoice" in data) == ("customer" in data):
            raise serializers.ValidationError("Send an invoice with its amount, or a customer.")
        of_one, of_several = "amount" in data, bool({"invoices", "on_account", "currency"} & set(data))
        if of_one != ("invoice" in data) or of_several == ("invoice" in data):
            raise serializers.ValidationError("An amount goes with an invoice; invoices or on_account with a customer.")
        named = [each["invoice"] for each in data.get("invoices", [])]
        if len(set(named)) < len(named):
            raise serializers.ValidationError("Name each invoice once.")
        return data


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
        """Open a page on which a customer pays; its address is in `checkout_url`. What their own credit pays whole is
        settled at once, and has none."""
        data = checked(BeginIn, request.data)
        begin = _of_one if "invoice" in data else _of_several
        return Response(OnlinePaymentOut(begin(request, data)).data, 201)


def _of_one(request: ApiRequest, data: dict[str, Any]) -> OnlinePayment:
    return begin_payment_of_invoice(
        get_invoice_for(request.user, data["invoice"]).pk,
        data["amount"],
        uses_credit=data["use_credit"],
        by=request.user,
        return_url=lambda _: data["return_url"],
    )


def _of_several(request: ApiRequest, data: dict[str, Any]) -> OnlinePayment:
    customer = get_customer_for(request.user, data["customer"])
    amounts = {get_invoice_for(request.user, each["invoice"]).pk: each["amount"] for each in data.get("invoices", [])}
    return begin_payment_of_customer(
        customer,
        amounts,
        currency=data.get("currency", customer.currency),
        on_account=data.get("on_account", Decimal(0)),
        uses_credit=data["use_credit"],
        by=request.user,
        return_url=lambda _: data["return_url"],
    )


class OnlinePaymentView(ApiView):
    """One online payment."""

    locks = "payments.OnlinePayment"
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
