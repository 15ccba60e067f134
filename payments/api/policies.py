"""What a company lets pass when money comes in short, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import AmountIn, AmountOut, Input, Query, RateIn, RateOut
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from payments.models import policy_of
from payments.operations.set_payment_policy import set_payment_policy


class PaymentPolicyIn(Input):
    """What is to change of the policy; what is left out stays."""

    tolerance_amount = AmountIn(required=False, help_text="In the company's currency.")
    tolerance_percent = RateIn(required=False)
    relieves_tax = serializers.BooleanField(required=False)


class PaymentPolicyOut(serializers.Serializer):
    """The policy."""

    tolerance_amount = AmountOut("company.currency")
    tolerance_percent = RateOut()
    relieves_tax = serializers.BooleanField()


class PaymentPolicyView(ApiView):
    """What may pass without asking the customer again."""

    locks = "office.Company"
    permission = {"get": "payments.view_receipt", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_payment_policy", parameters=[Query], responses=PaymentPolicyOut)
    def get(self, request: ApiRequest) -> Response:
        """The company's policy."""
        checked(Query, request.query_params.dict())
        return Response(PaymentPolicyOut(policy_of(company_of(request))).data)

    @extend_schema(operation_id="set_payment_policy", request=PaymentPolicyIn, responses=PaymentPolicyOut)
    def put(self, request: ApiRequest) -> Response:
        """Change the policy."""
        wanted = checked(PaymentPolicyIn, request.data)
        return Response(PaymentPolicyOut(set_payment_policy(company_of(request), wanted, by=request.user)).data)
