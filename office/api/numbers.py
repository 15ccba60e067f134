"""How numbers are written, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input, Query
from office.api.views import ApiView, checked, company_of
from office.models import Company
from office.numbers.series import coming_numbers, patterns_of
from office.operations.set_number_patterns import set_number_patterns
from office.web.requests import ApiRequest


class PatternsIn(Input):
    """A pattern by kind, such as INV-{year}-{number:05}; what is left out stays."""

    patterns = serializers.DictField(child=serializers.CharField(max_length=40))


class PatternsOut(serializers.Serializer):
    """The pattern of each kind, and the number that comes next."""

    patterns = serializers.DictField(child=serializers.CharField())
    next = serializers.DictField(child=serializers.CharField())


class NumberPatternsView(ApiView):
    """How a company's numbers are written."""

    locks = "office.Company"
    permission = {"get": "billing.view_invoice", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_number_patterns", parameters=[Query], responses=PatternsOut)
    def get(self, request: ApiRequest) -> Response:
        """The pattern of each kind of number."""
        checked(Query, request.query_params.dict())
        return _answer(company_of(request))

    @extend_schema(operation_id="set_number_patterns", request=PatternsIn, responses=PatternsOut)
    def put(self, request: ApiRequest) -> Response:
        """Say how numbers are written from the next one on."""
        company = company_of(request)
        set_number_patterns(company, checked(PatternsIn, request.data)["patterns"], by=request.user)
        return _answer(company)


def _answer(company: Company) -> Response:
    coming = coming_numbers(company, company.today().year)
    return Response(PatternsOut({"patterns": patterns_of(company), "next": coming}).data)
