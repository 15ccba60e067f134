"""Promises to pay, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.access import get_promise_for, promises_for
from credit_control.models import PaymentPromise, PromisedItem
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.withdraw_promise import withdraw_promise
from credit_control.promises import STATES, with_state
from customers.access import get_customer_for
from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, IdIn, Input, PersonNameOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import User
from office.web.requests import ApiRequest

WHERE = {"customer": "customer_id", "state": "state", "from": "pay_on__gte", "to": "pay_on__lte"}
READ, WRITE = "credit_control.view_paymentpromise", "credit_control.record_promise"


class PromiseIn(Input):
    """What a customer promised."""

    customer = IdIn()
    pay_on = serializers.DateField()
    amount = AmountIn(required=False, help_text="Left out: all of the items that is not disputed.")
    currency = serializers.CharField(max_length=3, required=False, help_text="Left out: the customer's.")
    items = serializers.ListField(child=IdIn(), required=False, max_length=1000, help_text="None: those due first.")
    said_by = serializers.CharField(max_length=100)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class WithdrawPromiseIn(Input):
    """Why it is withdrawn."""

    reason = serializers.CharField(max_length=300)


class PromisedItemOut(serializers.ModelSerializer):
    """What of an open item is promised."""

    document = serializers.CharField(source="item.reference")
    amount = AmountOut("item.currency")

    class Meta:
        model = PromisedItem
        fields = ["item", "document", "amount"]


class PromiseOut(serializers.ModelSerializer):
    """A promise, and what came: read from the book."""

    customer = CustomerRef()
    amount = AmountOut()
    came = AmountOut()
    state = serializers.ChoiceField(choices=STATES)
    items = PromisedItemOut(many=True)
    said_by = PersonNameOut()

    class Meta:
        model = PaymentPromise
        fields = ["id", "customer", "currency", "amount", "came", "state", "made_on", "pay_on", "counts_until"]
        fields += ["said_by", "note", "withdrawn_on", "withdraw_reason", "items"]


class PromisePage(serializers.Serializer):
    """A page of promises."""

    results = PromiseOut(many=True)
    next = serializers.CharField(allow_null=True)


class PromiseQuery(PageQuery):
    """Which promises."""

    customer = IdIn(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the promised days, whose names are words of Python's."""
        return super().get_fields() | {name: serializers.DateField(required=False) for name in ("from", "to")}


class PromisesView(ApiView):
    """Promises."""

    permission = {"get": READ, "post": WRITE}

    @extend_schema(operation_id="list_promises", parameters=[PromiseQuery], responses=PromisePage)
    def get(self, request: ApiRequest) -> Response:
        """The promises of the caller's customers."""
        query, company = checked(PromiseQuery, request.query_params.dict()), company_of(request)
        where = {field: query[name] for name, field in WHERE.items() if name in query}
        rows = with_state(promises_for(request.user).filter(company=company), company.today()).filter(**where)
        rows = rows.select_related("customer").prefetch_related("items__item")
        found, following = page_of(rows, query, "promises")
        return Response(PromisePage({"results": found, "next": following}).data)

    @extend_schema(operation_id="record_promise", request=PromiseIn, responses={201: PromiseOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Record what a customer promised; its items are not reminded of while it stands."""
        data = checked(PromiseIn, request.data)
        customer = get_customer_for(request.user, data.pop("customer"))
        details = PromiseDetails(
            item_ids=data.pop("items", ()), currency=data.pop("currency", "") or customer.currency, **data
        )
        promise = record_promise(customer.pk, details, on=customer.company.today(), by=request.user)
        return Response(PromiseOut(_read(request.user, promise)).data, 201)


class PromiseView(ApiView):
    """One promise."""

    locks = "credit_control.PaymentPromise"
    permission = {"get": READ}

    @extend_schema(operation_id="get_promise", responses=PromiseOut)
    def get(self, request: ApiRequest, promise_id: int) -> Response:
        """A promise, and what came."""
        return Response(PromiseOut(_read(request.user, get_promise_for(request.user, promise_id))).data)


class WithdrawView(ApiView):
    """Withdrawing."""

    permission = {"post": WRITE}

    @extend_schema(operation_id="withdraw_promise", request=WithdrawPromiseIn, responses=PromiseOut)
    @idempotent
    def post(self, request: ApiRequest, promise_id: int) -> Response:
        """Take a promise back; its items are reminded of again."""
        promise = get_promise_for(request.user, promise_id)
        data = checked(WithdrawPromiseIn, request.data)
        withdraw_promise(promise.pk, on=promise.company.today(), by=request.user, reason=data["reason"])
        return Response(PromiseOut(_read(request.user, promise)).data)


def _read(user: User, promise: PaymentPromise) -> PaymentPromise:
    rows = with_state(promises_for(user), promise.company.today()).select_related("customer")
    return rows.prefetch_related("items__item").get(pk=promise.pk)
