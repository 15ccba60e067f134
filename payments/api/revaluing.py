"""Month-end revaluation, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import AmountOut, Input, RateOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from payments.models import Revaluation
from payments.operations.revalue_month import revalue_month


class RevaluationIn(Input):
    """A month by one of its days."""

    month = serializers.DateField()


class RevaluationOut(serializers.ModelSerializer):
    """What was entered for a currency at a month's end, in the company's own; it was taken back the day after."""

    rate = RateOut()
    balance = AmountOut()
    carried = AmountOut("company.currency")
    difference = AmountOut("company.currency")

    class Meta:
        model = Revaluation
        fields = ["id", "on", "currency", "rate", "balance", "carried", "difference", "at"]


class RevaluationPage(serializers.Serializer):
    """A page of them."""

    results = RevaluationOut(many=True)
    next = serializers.CharField(allow_null=True)


class RevaluedOut(serializers.Serializer):
    """What was entered."""

    results = RevaluationOut(many=True)


class RevaluationsView(ApiView):
    """Revaluations."""

    permission = {"get": "payments.revalue_month", "post": "payments.revalue_month"}

    @extend_schema(operation_id="list_revaluations", parameters=[PageQuery], responses=RevaluationPage)
    def get(self, request: ApiRequest) -> Response:
        """What was entered so far."""
        query = checked(PageQuery, request.query_params.dict())
        rows = Revaluation.objects.filter(company=company_of(request)).select_related("company")
        found, following = page_of(rows, query, "revaluations")
        return Response(RevaluationPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="revalue_month", request=RevaluationIn, responses={201: RevaluedOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Enter what foreign money was worth at a month's end."""
        month = checked(RevaluationIn, request.data)["month"]
        return Response(RevaluedOut({"results": revalue_month(company_of(request), month, by=request.user)}).data, 201)
