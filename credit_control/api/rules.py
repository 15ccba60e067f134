"""Rules for late charges, for programs."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.day_count import DayCount
from credit_control.models import LateChargeChoice, LateChargeRule, Reference
from credit_control.operations.set_late_charge_rules import (
    add_usual_rule,
    choose_late_charge_rule,
    save_late_charge_rule,
)
from credit_control.usual_rules import USUAL_RULES
from customers.access import get_customer_for
from office.api.fields import AmountIn, AmountOut, IdIn, Input, Query, RateIn, RateOut
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

READ, SET = "credit_control.view_latecharge", "office.change_company_settings"


class LateFeeStepIn(Input):
    """From which size of debt, and the fee."""

    size = AmountIn()
    amount = AmountIn()


class LateChargeRuleIn(Input):
    """A rule, or what of it is to change."""

    name = serializers.CharField(max_length=100, required=False)
    reference = serializers.ChoiceField(choices=Reference.choices, required=False)
    percent = RateIn(required=False, help_text="A year, on top of the reference rate.")
    day_count = serializers.ChoiceField(choices=DayCount.choices, required=False)
    currency = serializers.CharField(max_length=3, required=False)
    fee_steps = LateFeeStepIn(many=True, required=False)
    fee_percent = RateIn(required=False, help_text="Of what the document came to.")
    period_days = serializers.IntegerField(required=False, min_value=0, help_text="Zero: once for a document.")
    grace_days = serializers.IntegerField(required=False, min_value=0)
    smallest_claim = AmountIn(required=False)
    due_from = serializers.DateField(required=False, help_text="Only what was due on this day or later.")

    def validate_fee_steps(self, steps: list[dict[str, Any]]) -> list[list[str]]:
        """As they are kept."""
        return [[str(step["size"]), str(step["amount"])] for step in steps]


class LateFeeStepOut(serializers.Serializer):
    """From which size of debt, and the fee."""

    size = serializers.CharField(source="0")
    amount = serializers.CharField(source="1")

    def to_representation(self, step: list[str]) -> dict[str, str]:
        return {"size": step[0], "amount": step[1]}


class LateChargeRuleOut(serializers.ModelSerializer):
    """A rule."""

    percent = RateOut()
    fee_percent = RateOut()
    smallest_claim = AmountOut()
    fee_steps = LateFeeStepOut(many=True)

    class Meta:
        model = LateChargeRule
        fields = ["id", "name", "reference", "percent", "day_count", "currency", "fee_steps", "fee_percent"]
        fields += ["period_days", "grace_days", "smallest_claim", "due_from"]


class LateChargeRulesOut(serializers.Serializer):
    """The company's rules."""

    results = LateChargeRuleOut(many=True)


class UsualLateChargeRuleIn(Input):
    """Which law's rule."""

    usual = serializers.ChoiceField(choices=list(USUAL_RULES))
    due_from = serializers.DateField(required=False, help_text="Left out: today.")


class CustomerRuleChoiceIn(Input):
    """The rule of a customer: null charges nothing; `clear` lets the group's or company's hold."""

    customer = IdIn()
    rule = IdIn(allow_null=True, required=False, default=None)
    clear = serializers.BooleanField(default=False)


class RuleChoiceIn(Input):
    """The rule of a group or, without one, of all customers: null charges nothing; `clear` takes the choice away."""

    group = IdIn(required=False)
    rule = IdIn(allow_null=True, required=False, default=None)
    clear = serializers.BooleanField(default=False)


class RuleChoiceOut(serializers.ModelSerializer):
    """Which rule holds for whom."""

    class Meta:
        model = LateChargeChoice
        fields = ["group", "customer", "rule"]


class RuleChoicesOut(serializers.Serializer):
    """Which rule holds for whom."""

    results = RuleChoiceOut(many=True)


class RulesView(ApiView):
    """Rules."""

    permission = {"get": READ, "post": SET}

    @extend_schema(operation_id="list_late_charge_rules", parameters=[Query], responses=LateChargeRulesOut)
    def get(self, request: ApiRequest) -> Response:
        """The company's rules."""
        checked(Query, request.query_params.dict())
        return Response(
            LateChargeRulesOut({"results": LateChargeRule.objects.filter(company=company_of(request))}).data
        )

    @extend_schema(operation_id="add_late_charge_rule", request=LateChargeRuleIn, responses={201: LateChargeRuleOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a rule."""
        rule = save_late_charge_rule(company_of(request), checked(LateChargeRuleIn, request.data), by=request.user)
        return Response(LateChargeRuleOut(rule).data, 201)


class RuleView(ApiView):
    """One rule."""

    permission = {"put": SET}

    @extend_schema(operation_id="change_late_charge_rule", request=LateChargeRuleIn, responses=LateChargeRuleOut)
    def put(self, request: ApiRequest, rule_id: int) -> Response:
        """Change a rule for what is not charged yet; what is left out stays."""
        company = company_of(request)
        if not LateChargeRule.objects.filter(company=company, pk=rule_id).exists():
            raise Http404("No such rule.")
        wanted = checked(LateChargeRuleIn, request.data)
        return Response(
            LateChargeRuleOut(save_late_charge_rule(company, wanted, by=request.user, rule_id=rule_id)).data
        )


class UsualRuleView(ApiView):
    """Rules that laws give."""

    permission = {"post": SET}

    @extend_schema(
        operation_id="add_usual_late_charge_rule", request=UsualLateChargeRuleIn, responses={201: LateChargeRuleOut}
    )
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add the rule that a law gives, with the published rates it stands on."""
        data = checked(UsualLateChargeRuleIn, request.data)
        rule = add_usual_rule(company_of(request), data["usual"], by=request.user, due_from=data.get("due_from"))
        return Response(LateChargeRuleOut(rule).data, 201)


class ChoicesView(ApiView):
    """Which rule holds for whom."""

    locks = "office.Company"
    permission = {"get": SET, "put": SET}

    @extend_schema(operation_id="list_late_charge_choices", parameters=[Query], responses=RuleChoicesOut)
    def get(self, request: ApiRequest) -> Response:
        """The choices of the company, its groups and customers."""
        checked(Query, request.query_params.dict())
        rows = LateChargeChoice.objects.filter(company=company_of(request)).order_by("pk")
        return Response(RuleChoicesOut({"results": rows}).data)

    @extend_schema(operation_id="choose_late_charge_rule", request=RuleChoiceIn, responses=RuleChoicesOut)
    def put(self, request: ApiRequest) -> Response:
        """Say which rule holds for a group, or for all customers."""
        company, data = company_of(request), checked(RuleChoiceIn, request.data)
        whose = {"group_id": data["group"]} if "group" in data else {}
        choice = choose_late_charge_rule(company, data["rule"], by=request.user, clear=data["clear"], **whose)
        return Response(RuleChoicesOut({"results": [choice] if choice else []}).data)


class CustomerChoiceView(ApiView):
    """Which rule holds for a customer."""

    permission = {"put": "credit_control.claim_late_charges"}

    @extend_schema(
        operation_id="choose_customers_late_charge_rule", request=CustomerRuleChoiceIn, responses=RuleChoicesOut
    )
    def put(self, request: ApiRequest) -> Response:
        """Give a customer a rule of their own, or none."""
        data = checked(CustomerRuleChoiceIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        choice = choose_late_charge_rule(
            customer.company, data["rule"], by=request.user, customer_id=customer.pk, clear=data["clear"]
        )
        return Response(RuleChoicesOut({"results": [choice] if choice else []}).data)
