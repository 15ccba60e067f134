"""Approvals, for programs."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.approving import ActAmountOut, ApprovalOut, plain_amount
from office.api.fields import AmountIn, Input, Query
from office.api.idempotency import idempotent
from office.api.paging import MOST, PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.approvals.asking import acts_with_rules, get_request_for, requests_for
from office.dressing import dressed
from office.models import ApprovalRule, ApprovalState
from office.operations.decide_request import approve_request, decline_request, withdraw_request
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_role_limits import limits_of, set_role_limits
from office.web.requests import ApiRequest


class ApprovalsOut(serializers.Serializer):
    """Requests, the newest first."""

    results = ApprovalOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page.")


class ApprovalQuery(PageQuery):
    """Which requests."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=100, help_text="Rows on a page.")
    state = serializers.ChoiceField(choices=ApprovalState.choices, required=False)


class DecisionIn(Input):
    """Why it is approved or declined."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class RuleIO(Input):
    """Above which amount an action needs whose approval."""

    action = serializers.CharField(max_length=40)
    above = AmountIn(allow_null=True, help_text="In the action's unit; null: never.")
    role = serializers.CharField(max_length=40, default="manager")
    limits = serializers.DictField(
        child=AmountIn(min_value=0), required=False, help_text="Amounts by the role of who asks, in place of `above`."
    )


class RulesIn(Input):
    """Rules by action; what is left out stays."""

    rules = RuleIO(many=True)


class RuleOut(serializers.ModelSerializer):
    """A rule."""

    above = ActAmountOut()
    role = serializers.CharField(source="role.name")
    limits = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = ApprovalRule
        fields = ["action", "above", "role", "limits"]


class RulesOut(serializers.Serializer):
    """The rules of a company, and the actions that can have one, with the units of those that are not about money."""

    rules = RuleOut(many=True)
    actions = serializers.ListField(child=serializers.CharField())
    units = serializers.DictField(child=serializers.CharField(), help_text="`%` or `days`, by action.")


class ApprovalsView(ApiView):
    """What waits and what was decided."""

    permission = {"get": "office.ask_approval"}

    @extend_schema(operation_id="list_approvals", parameters=[ApprovalQuery], responses=ApprovalsOut)
    def get(self, request: ApiRequest) -> Response:
        """The requests about what the caller sees."""
        query = checked(ApprovalQuery, request.query_params.dict())
        rows = requests_for(request.user).filter(company=company_of(request))
        if "state" in query:
            rows = rows.filter(state=query["state"])
        page, following = page_of(rows, query, "approvals", newest_first=True)
        return Response(ApprovalsOut({"results": page, "next": following}).data)


class ApproveView(ApiView):
    """Saying yes."""

    permission = {"post": "office.ask_approval"}

    @extend_schema(operation_id="approve_request", request=DecisionIn, responses=ApprovalOut)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Approve a request, and do what was asked."""
        reason = checked(DecisionIn, request.data).get("reason", "")
        asked = get_request_for(request.user, request_id)
        return Response(ApprovalOut(approve_request(asked.pk, by=request.user, reason=reason)).data)


class DeclineView(ApiView):
    """Saying no."""

    permission = {"post": "office.ask_approval"}

    @extend_schema(operation_id="decline_request", request=DecisionIn, responses=ApprovalOut)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Decline a request, with a reason."""
        reason = checked(DecisionIn, request.data).get("reason", "")
        asked = get_request_for(request.user, request_id)
        return Response(ApprovalOut(decline_request(asked.pk, by=request.user, reason=reason)).data)


class WithdrawView(ApiView):
    """Taking back."""

    permission = {"post": "office.ask_approval"}

    @extend_schema(operation_id="withdraw_request", request=None, responses=ApprovalOut)
    @idempotent
    def post(self, request: ApiRequest, request_id: int) -> Response:
        """Take one's own request back."""
        asked = get_request_for(request.user, request_id)
        return Response(ApprovalOut(withdraw_request(asked.pk, by=request.user)).data)


class RulesView(ApiView):
    """From which amount another person is asked."""

    locks = "office.Company"
    permission = {"get": "office.ask_approval", "put": "office.change_company_settings"}

    @extend_schema(operation_id="list_approval_rules", parameters=[Query], responses=RulesOut)
    def get(self, request: ApiRequest) -> Response:
        """The company's rules."""
        checked(Query, request.query_params.dict())
        return _rules(request)

    @extend_schema(operation_id="set_approval_rules", request=RulesIn, responses=RulesOut)
    def put(self, request: ApiRequest) -> Response:
        """Set rules; what is not named stays."""
        rows = checked(RulesIn, request.data)["rules"]
        company = company_of(request)
        wanted = {row["action"]: None if row["above"] is None else (row["above"], row["role"]) for row in rows}
        with transaction.atomic():
            set_approval_rules(company, wanted, by=request.user)
            for row in rows:
                if "limits" in row:
                    set_role_limits(company, row["action"], row["limits"], by=request.user)
        return _rules(request)


def _rules(request: ApiRequest) -> Response:
    rules = list(
        ApprovalRule.objects.filter(company=company_of(request)).select_related("company", "role").order_by("action")
    )
    for rule in rules:
        limits = {role: plain_amount(rule.action, above, rule.company) for role, above in limits_of(rule).items()}
        dressed(rule, limits=limits)
    acts = acts_with_rules()
    units = {name: act.unit.value for name, act in acts.items() if act.unit}
    return Response(RulesOut({"rules": rules, "actions": list(acts), "units": units}).data)
