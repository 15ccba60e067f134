"""Matching without a person, for programs: asking for it, its policy, and what matches taught."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, Input, Query
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import Run
from office.web.requests import ApiRequest
from payments.access import get_payer_account_for, payer_accounts_for, require_bank
from payments.matching.asking import RULES, match_policy_of
from payments.models import MatchPolicy, PayerAccount
from payments.operations.learn_payer import forget_payer
from payments.operations.match_certain import start_matching
from payments.operations.set_match_policy import PolicyDetails, set_match_policy

FLAGS = ("is_automatic", *(name for name in RULES if name != "most"))


class MatchPolicyIn(Input):
    """What is to change of the policy; what is left out stays."""

    is_automatic = serializers.BooleanField(required=False)
    reference = serializers.BooleanField(required=False)
    number_and_payer = serializers.BooleanField(required=False)
    payer_and_amount = serializers.BooleanField(required=False)
    advice = serializers.BooleanField(required=False)
    part_payments = serializers.BooleanField(required=False)
    discounts = serializers.BooleanField(required=False)
    most = AmountIn(required=False, allow_null=True, help_text="Above it a person looks; null for any amount.")


class MatchPolicyOut(serializers.ModelSerializer):
    """The policy."""

    most = AmountOut("company.currency", allow_null=True)

    class Meta:
        model = MatchPolicy
        fields = [*FLAGS, "most"]


class MatchingOut(serializers.ModelSerializer):
    """A run that matches what is certain: how far it is, and what came of it so far."""

    matched = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = ["id", "status", "done", "total", "matched"]

    def get_matched(self, run: Run) -> int:
        """How many lines it matched."""
        return int(run.result.get("Matched", 0))


class PayerAccountOut(serializers.ModelSerializer):
    """An account that a customer pays from, as a match taught."""

    customer = CustomerRef()

    class Meta:
        model = PayerAccount
        fields = ["id", "customer", "account", "name", "learned_at", "removed_at"]


class PayerAccountPage(serializers.Serializer):
    """A page of them."""

    results = PayerAccountOut(many=True)
    next = serializers.CharField(allow_null=True)


class MatchingView(ApiView):
    """Matching what is certain."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="match_certain", request=None, responses={201: MatchingOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Match, of the lines that wait, what the policy says needs no person."""
        require_bank(request.user)
        return Response(MatchingOut(start_matching(company_of(request), by=request.user)).data, 201)


class MatchPolicyView(ApiView):
    """What needs no person."""

    locks = "office.Company"
    permission = {"get": "payments.view_bank", "put": "payments.set_match_policy"}

    @extend_schema(operation_id="get_match_policy", parameters=[Query], responses=MatchPolicyOut)
    def get(self, request: ApiRequest) -> Response:
        """The company's policy."""
        checked(Query, request.query_params.dict())
        return Response(MatchPolicyOut(match_policy_of(company_of(request))).data)

    @extend_schema(operation_id="set_match_policy", request=MatchPolicyIn, responses=MatchPolicyOut)
    def put(self, request: ApiRequest) -> Response:
        """Change the policy."""
        company = company_of(request)
        policy = match_policy_of(company)
        before: dict[str, Any] = {name: getattr(policy, name) for name in asdict(PolicyDetails())}
        details = PolicyDetails(**before | checked(MatchPolicyIn, request.data))
        return Response(MatchPolicyOut(set_match_policy(company, details, by=request.user)).data)


class PayerAccountsView(ApiView):
    """What matches taught."""

    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="list_payer_accounts", parameters=[PageQuery], responses=PayerAccountPage)
    def get(self, request: ApiRequest) -> Response:
        """The accounts that customers pay from, and those removed."""
        query = checked(PageQuery, request.query_params.dict())
        rows = payer_accounts_for(request.user).filter(company=company_of(request)).select_related("customer")
        found, following = page_of(rows, query, "payer-accounts")
        return Response(PayerAccountPage({"results": found, "next": following}).data)


class ForgetPayerView(ApiView):
    """Unlearning."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="forget_payer", request=None, responses=PayerAccountOut)
    @idempotent
    def post(self, request: ApiRequest, payer_id: int) -> Response:
        """Let an account speak for its customer no more."""
        payer = get_payer_account_for(request.user, payer_id)
        return Response(PayerAccountOut(forget_payer(payer.pk, by=request.user)).data)
