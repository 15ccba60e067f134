"""Holds by rule, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.hold_rules import reasons_on, would_hold
from credit_control.operations.look_for_holds import look_for_holds
from customers.access import customers_for
from customers.api.serializers import CustomerRef
from customers.models import HoldCause, HoldPolicy, hold_policy_of
from customers.operations.set_hold_policy import FIELDS, set_hold_policy
from office.api.fields import AmountIn, AmountOut, Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

READ, SETTINGS = "customers.view_customer", "office.change_company_settings"


class HoldPolicyIn(Input):
    """What is to change of the policy; what is left out stays, and null looks for a cause no more."""

    over_percent = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1000)
    late_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=366)
    late_amount = AmountIn(required=False)
    broken_promise = serializers.BooleanField(required=False)
    lifts = serializers.BooleanField(required=False)
    quiet_days = serializers.IntegerField(required=False, min_value=0, max_value=366)
    counts_orders = serializers.BooleanField(
        required=False, help_text="Whether what is ordered and not billed counts against credit limits."
    )


class HoldPolicyOut(serializers.ModelSerializer):
    """When customers are put on hold by rule."""

    late_amount = AmountOut("company.currency")

    class Meta:
        model = HoldPolicy
        fields = [*FIELDS, "looked_on"]


class WouldHoldOut(serializers.Serializer):
    """Whom the policy would hold today, and why."""

    customer = CustomerRef()
    cause = serializers.ChoiceField(choices=HoldCause.choices)
    words = serializers.CharField()


class WouldHoldsOut(serializers.Serializer):
    """All whom the policy would hold today."""

    results = WouldHoldOut(many=True)


class LookRunOut(serializers.Serializer):
    """The run that looks."""

    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    status = serializers.CharField()


class HoldPolicyView(ApiView):
    """The policy of holds."""

    locks = "office.Company"
    permission = {"get": READ, "put": SETTINGS}

    @extend_schema(operation_id="get_hold_policy", parameters=[Query], responses=HoldPolicyOut)
    def get(self, request: ApiRequest) -> Response:
        """The company's policy."""
        checked(Query, request.query_params.dict())
        return Response(HoldPolicyOut(hold_policy_of(company_of(request))).data)

    @extend_schema(operation_id="set_hold_policy", request=HoldPolicyIn, responses=HoldPolicyOut)
    def put(self, request: ApiRequest) -> Response:
        """Change the policy."""
        wanted = checked(HoldPolicyIn, request.data)
        return Response(HoldPolicyOut(set_hold_policy(company_of(request), wanted, by=request.user)).data)


class WouldHoldView(ApiView):
    """What the policy would do."""

    permission = {"get": READ}

    @extend_schema(operation_id="preview_holds", parameters=[Query], responses=WouldHoldsOut)
    def get(self, request: ApiRequest) -> Response:
        """Whom of the caller's customers the policy would put on hold today; nothing is placed."""
        checked(Query, request.query_params.dict())
        company = company_of(request)
        today = company.today()
        found = would_hold(company, reasons_on(company, hold_policy_of(company), today), today)
        seen = set(customers_for(request.user).filter(company=company).values_list("pk", flat=True))
        return Response(WouldHoldsOut({"results": [row for row in found if row.customer.pk in seen]}).data)


class LookNowView(ApiView):
    """Looking by the rules."""

    permission = {"post": "customers.place_hold"}

    @extend_schema(operation_id="look_for_holds", request=None, responses={202: LookRunOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have the workers place and release holds by the policy now instead of with the day's round."""
        company = company_of(request)
        return Response(LookRunOut(look_for_holds(company, on=company.today(), by=request.user)).data, 202)
