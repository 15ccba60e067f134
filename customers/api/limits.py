"""Credit limits, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.access import get_customer_for
from customers.models import LimitChange
from customers.operations.change_credit_limit import LimitDetails, change_credit_limit
from office.api.approving import ApprovalOut
from office.api.fields import AmountIn, AmountOut, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest

MOST = 200


class CreditLimitIn(Input):
    """The new limit, in the customer's currency; null for none."""

    limit = AmountIn(allow_null=True)
    until = serializers.DateField(required=False, help_text="Its last day; left out: it lasts.")
    reason = serializers.CharField(max_length=300)


class LimitChangeOut(serializers.ModelSerializer):
    """What a limit became, and why."""

    limit = AmountOut("customer.currency")
    changed_by = serializers.CharField(source="changed_by.name", allow_null=True, default=None)
    approved_by = serializers.CharField(source="approved_by.name", allow_null=True, default=None)

    class Meta:
        model = LimitChange
        fields = ["id", "limit", "until", "reason", "changed_on", "changed_by", "approved_by"]


class LimitChangesOut(serializers.Serializer):
    """The latest changes of a limit, the newest first."""

    results = LimitChangeOut(many=True)


class CreditLimitView(ApiView):
    """A customer's credit limit."""

    permission = {"get": "customers.view_customer", "post": "customers.change_credit_limit"}

    @extend_schema(operation_id="list_limit_changes", responses=LimitChangesOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """How a customer's limit was changed; at most 200."""
        changes = get_customer_for(request.user, customer_id).limit_changes
        rows = changes.select_related("customer", "changed_by", "approved_by")[:MOST]
        return Response(LimitChangesOut({"results": rows}).data)

    @extend_schema(
        operation_id="change_credit_limit", request=CreditLimitIn, responses={201: LimitChangeOut, 202: ApprovalOut}
    )
    @idempotent
    def post(self, request: ApiRequest, customer_id: int) -> Response:
        """Change the limit, for good or until a last day; 202 where somebody else has to say yes first."""
        customer = get_customer_for(request.user, customer_id)
        data = checked(CreditLimitIn, request.data)
        details = LimitDetails(data["limit"], data.get("until"))
        today = customer.company.today()
        change_credit_limit(customer.pk, details, reason=data["reason"], on=today, by=request.user)
        return Response(LimitChangeOut(customer.limit_changes.first()).data, 201)
