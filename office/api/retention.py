"""How long what is kept, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.models import Company
from office.operations.clear_past import clear_past, set_own_terms
from office.privacy.keeping import years_kept
from office.privacy.sweeping import SWEEPS, past_now
from office.privacy.terms import schedule_of
from office.web.requests import ApiRequest

ACT = "office.change_company_settings"


class RetentionIn(Input):
    """For how many years papers of each kind are kept; never fewer than the law says."""

    books = serializers.IntegerField()
    vouchers = serializers.IntegerField()
    letters = serializers.IntegerField()


class PastOut(serializers.Serializer):
    """Rows of a kind that may go: for how long they are kept, and how many are past that."""

    name = serializers.CharField()
    what = serializers.CharField()
    kept = serializers.CharField()
    count = serializers.IntegerField()


class RetentionOut(serializers.Serializer):
    """The years of each kind of papers, the law, and what is past its time."""

    books = serializers.IntegerField()
    vouchers = serializers.IntegerField()
    letters = serializers.IntegerField()
    law = serializers.CharField()
    past = PastOut(many=True)


class RetentionView(ApiView):
    """How long what is kept."""

    permission = {"get": ACT, "post": ACT}

    @extend_schema(operation_id="get_retention", responses=RetentionOut)
    def get(self, request: ApiRequest) -> Response:
        """The years of each kind of papers, and what is past its time."""
        return _shown(company_of(request))

    @extend_schema(operation_id="set_retention", request=RetentionIn, responses=RetentionOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep papers for so many years, and no fewer than the law says."""
        set_own_terms(company_of(request), checked(RetentionIn, request.data), by=request.user)
        return _shown(company_of(request))


class ClearPastView(ApiView):
    """Clearing."""

    permission = {"post": ACT}

    @extend_schema(operation_id="clear_past", request=None, responses=RetentionOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Clear what is past its time, for good."""
        clear_past(company_of(request), by=request.user)
        return _shown(company_of(request))


def _shown(company: Company) -> Response:
    past = past_now(company)
    rows = [{"name": each.name, "what": each.what, "kept": each.kept, "count": past[each.name]} for each in SWEEPS]
    told = years_kept(company) | {"law": schedule_of(company.country).law, "past": rows}
    return Response(RetentionOut(told).data)
