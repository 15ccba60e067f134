"""Who decides in whose place, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import IdIn, Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.models import Company, Deputy, User
from office.operations.name_deputy import end_deputy, name_deputy
from office.talk.topics import colleagues_of
from office.web.requests import ApiRequest


class DeputyOut(serializers.ModelSerializer):
    """Who decides in whose place, from a day to another, both included; no more once it ended."""

    class Meta:
        model = Deputy
        fields = ["id", "person", "deputy", "first_on", "last_on", "set_by", "set_at", "ended_by", "ended_at"]


class DeputiesOut(serializers.Serializer):
    """Those that stand now or later."""

    results = DeputyOut(many=True)


class DeputyIn(Input):
    """In whose place, who, and from when until when; without a person, in one's own."""

    person = IdIn(required=False, allow_null=True, default=None)
    deputy = IdIn()
    first_on = serializers.DateField()
    last_on = serializers.DateField()


class DeputiesView(ApiView):
    """Deputies."""

    permission = {"get": "office.ask_approval", "post": "office.ask_approval"}

    @extend_schema(operation_id="list_deputies", parameters=[Query], responses=DeputiesOut)
    def get(self, request: ApiRequest) -> Response:
        """Who stands in for whom, now and later."""
        checked(Query, request.query_params.dict())
        company = company_of(request)
        standing = Deputy.objects.filter(company=company, ended_at=None, last_on__gte=company.today())
        return Response(DeputiesOut({"results": standing}).data)

    @extend_schema(operation_id="name_deputy", request=DeputyIn, responses={201: DeputyOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Let somebody decide in another's place."""
        data, company = checked(DeputyIn, request.data), company_of(request)
        person = _colleague(company, data["person"]) if data["person"] else request.user
        deputy = _colleague(company, data["deputy"])
        named = name_deputy(company, person, deputy, data["first_on"], data["last_on"], by=request.user)
        return Response(DeputyOut(named).data, 201)


class EndDeputyView(ApiView):
    """Ending it."""

    permission = {"post": "office.ask_approval"}

    @extend_schema(operation_id="end_deputy", request=None, responses=DeputyOut)
    @idempotent
    def post(self, request: ApiRequest, deputy_id: int) -> Response:
        """Let somebody decide in another's place no more."""
        if not Deputy.objects.filter(company=company_of(request), pk=deputy_id).exists():
            raise Http404("No such deputy.")
        return Response(DeputyOut(end_deputy(deputy_id, by=request.user)).data)


def _colleague(company: Company, user_id: int) -> User:
    found = colleagues_of(company).filter(pk=user_id).first()
    if found is None:
        raise Http404("Nobody of that id works here.")
    return found
