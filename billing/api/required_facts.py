"""Facts that documents and customers must have before issue, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.accuracy.required import required_of
from billing.models import Fact, Severity
from billing.operations.set_required_facts import set_required_facts
from office.api.fields import Input, Query
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class FactsIn(Input):
    """A severity by fact; what is left out stays."""

    facts = serializers.DictField(child=serializers.ChoiceField(choices=Severity.choices))


class FactsOut(serializers.Serializer):
    """How severe it is that each fact is missing."""

    facts = serializers.DictField(child=serializers.CharField())


class RequiredFactsView(ApiView):
    """What may not be missing."""

    locks = "office.Company"
    permission = {"get": "billing.view_invoice", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_required_facts", parameters=[Query], responses=FactsOut)
    def get(self, request: ApiRequest) -> Response:
        """How severe the company takes it that each fact is missing."""
        checked(Query, request.query_params.dict())
        return _answer(required_of(company_of(request)))

    @extend_schema(operation_id="set_required_facts", request=FactsIn, responses=FactsOut)
    def put(self, request: ApiRequest) -> Response:
        """Say which facts may not be missing; what is not named stays."""
        wanted = checked(FactsIn, request.data)["facts"]
        return _answer(set_required_facts(company_of(request), wanted, by=request.user))


def _answer(required: dict[Fact, Severity]) -> Response:
    facts = {fact.value: severity.value for fact, severity in required.items()}
    return Response(FactsOut({"facts": facts}).data)
