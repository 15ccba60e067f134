"""The companies a caller works for."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.access import companies_for
from office.api.views import ApiView
from office.models import Company
from office.web.requests import ApiRequest


class CompanyOut(serializers.ModelSerializer):
    """A company the caller works for, and its day."""

    today = serializers.DateField()

    class Meta:
        model = Company
        fields = ["id", "legal_name", "country", "currency", "time_zone", "tax_rounding", "net_days", "today"]


class CompaniesOut(serializers.Serializer):
    """The companies the caller works for; the first is the usual one."""

    results = CompanyOut(many=True)


class CompaniesView(ApiView):
    """The caller's companies."""

    room = "office"
    permission = {"get": "customers.view_customer"}

    @extend_schema(operation_id="list_companies", responses=CompaniesOut)
    def get(self, request: ApiRequest) -> Response:
        """The companies the caller works for, each with the day it is there."""
        return Response(CompaniesOut({"results": companies_for(request.user).order_by("id")}).data)
