"""Missed payments, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.access import missed_payments_for
from credit_control.missed.reading import STATES, with_state
from credit_control.models import MissedKind, MissedPayment
from customers.api.serializers import CustomerRef
from office.api.fields import AmountOut, IdIn
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

WHERE = {
    "customer": "customer_id",
    "kind": "kind",
    "owner": "customer__sales_owner_id",
    "from": "on__gte",
    "to": "on__lte",
}


class MissedPaymentOut(serializers.ModelSerializer):
    """What was missed, and what became of it: read from the book."""

    customer = CustomerRef()
    amount = AmountOut()
    state = serializers.ChoiceField(choices=STATES)

    class Meta:
        model = MissedPayment
        fields = ["id", "customer", "kind", "on", "due_on", "amount", "currency", "reference", "state", "found_at"]


class MissedPaymentPage(serializers.Serializer):
    """A page of missed payments."""

    results = MissedPaymentOut(many=True)
    next = serializers.CharField(allow_null=True)


class MissedPaymentQuery(PageQuery):
    """Which missed payments."""

    customer = IdIn(required=False)
    kind = serializers.ChoiceField(choices=MissedKind.choices, required=False)
    owner = IdIn(required=False, help_text="Who sells to the customer.")

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the days, whose names are words of Python's."""
        return super().get_fields() | {name: serializers.DateField(required=False) for name in ("from", "to")}


class MissedPaymentsView(ApiView):
    """Missed payments."""

    permission = {"get": "credit_control.view_missedpayment"}

    @extend_schema(operation_id="list_missed_payments", parameters=[MissedPaymentQuery], responses=MissedPaymentPage)
    def get(self, request: ApiRequest) -> Response:
        """What the caller's customers missed, in the order it was found."""
        query, company = checked(MissedPaymentQuery, request.query_params.dict()), company_of(request)
        where = {field: query[name] for name, field in WHERE.items() if name in query}
        rows = missed_payments_for(request.user).filter(company=company, **where).select_related("customer")
        found, following = page_of(with_state(rows, company.today()), query, "missed_payments")
        return Response(MissedPaymentPage({"results": found, "next": following}).data)
