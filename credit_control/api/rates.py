"""Central banks' rates by half-year, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from credit_control.models import Reference, ReferenceRate
from credit_control.operations.set_reference_rates import add_usual_rates, set_reference_rate
from office.api.fields import Input, Query, RateIn, RateOut
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest

SET = "office.change_company_settings"
BANKS = [choice for choice in Reference.choices if choice[0] != Reference.NONE]


class ReferenceRateIn(Input):
    """A rate of the half-year that begins on a day."""

    reference = serializers.ChoiceField(choices=BANKS)
    from_on = serializers.DateField(help_text="1 January or 1 July.")
    percent = RateIn()
    source = serializers.CharField(  # type: ignore[assignment]  # a field, not where its own value stands
        max_length=100, required=False, default="", allow_blank=True
    )


class ReferenceRateOut(serializers.ModelSerializer):
    """A rate of a half-year."""

    reference = serializers.CharField()
    percent = RateOut()

    class Meta:
        model = ReferenceRate
        fields = ["reference", "from_on", "percent", "source"]


class ReferenceRatesOut(serializers.Serializer):
    """Rates by half-year."""

    results = ReferenceRateOut(many=True)


class AddedRatesOut(serializers.Serializer):
    """How many were added."""

    added = serializers.IntegerField()


class RatesView(ApiView):
    """Reference rates."""

    locks = "office.Company"
    permission = {"get": "credit_control.view_latecharge", "put": SET}

    @extend_schema(operation_id="list_reference_rates", parameters=[Query], responses=ReferenceRatesOut)
    def get(self, request: ApiRequest) -> Response:
        """The rates that are kept."""
        checked(Query, request.query_params.dict())
        rows = ReferenceRate.objects.filter(company=company_of(request)).order_by("reference", "from_on")
        return Response(ReferenceRatesOut({"results": rows}).data)

    @extend_schema(operation_id="set_reference_rate", request=ReferenceRateIn, responses=ReferenceRateOut)
    def put(self, request: ApiRequest) -> Response:
        """Keep a rate; what was said of that half-year before gives way."""
        data = checked(ReferenceRateIn, request.data)
        return Response(ReferenceRateOut(set_reference_rate(company_of(request), **data, by=request.user)).data)


class UsualRatesView(ApiView):
    """Published rates."""

    permission = {"post": SET}

    @extend_schema(operation_id="add_usual_rates", request=None, responses={201: AddedRatesOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add the published rates that are known here, where none is kept."""
        return Response(AddedRatesOut({"added": add_usual_rates(company_of(request), by=request.user)}).data, 201)
