"""Exchange rates, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import CurrencyRateIn, FileIn, Input, RateOut
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import ExchangeRate
from office.operations.set_exchange_rates import set_exchange_rate, take_rates
from office.web.requests import ApiRequest


class ExchangeRateOut(serializers.ModelSerializer):
    """What one of a currency was worth in the company's own from a day on."""

    rate = RateOut()

    class Meta:
        model = ExchangeRate
        fields = ["id", "currency", "on", "rate", "source", "set_at"]


class ExchangeRatePage(serializers.Serializer):
    """A page of rates."""

    results = ExchangeRateOut(many=True)
    next = serializers.CharField(allow_null=True)


class ExchangeRateIn(Input):
    """A rate of a day."""

    currency = serializers.CharField(max_length=3)
    on = serializers.DateField()
    rate = CurrencyRateIn()


class RatesFileIn(Input):
    """A file of rates: the ECB's, or CSV with date, currency and rate."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64.")


class RatesTakenOut(serializers.Serializer):
    """How many rates of a file are new or differ."""

    rates = serializers.IntegerField()


class ExchangeRatesView(ApiView):
    """Rates."""

    permission = {"get": "office.set_exchange_rates", "post": "office.set_exchange_rates"}

    @extend_schema(operation_id="list_exchange_rates", parameters=[PageQuery], responses=ExchangeRatePage)
    def get(self, request: ApiRequest) -> Response:
        """The rates that the company keeps."""
        query = checked(PageQuery, request.query_params.dict())
        found, following = page_of(ExchangeRate.objects.filter(company=company_of(request)), query, "exchange-rates")
        return Response(ExchangeRatePage({"results": found, "next": following}).data)

    @extend_schema(operation_id="set_exchange_rate", request=ExchangeRateIn, responses={201: ExchangeRateOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep a rate; what was kept of that day gives way."""
        data = checked(ExchangeRateIn, request.data)
        told = (data["currency"].upper(), data["on"], data["rate"])
        return Response(ExchangeRateOut(set_exchange_rate(company_of(request), *told, by=request.user)).data, 201)


class RateFilesView(ApiView):
    """Files of rates."""

    permission = {"post": "office.set_exchange_rates"}

    @extend_schema(operation_id="take_rates", request=RatesFileIn, responses={201: RatesTakenOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep the rates of a file, all of it or nothing."""
        data = checked(RatesFileIn, request.data)
        count = take_rates(company_of(request), data["name"], data["content"], by=request.user)
        return Response(RatesTakenOut({"rates": count}).data, 201)
