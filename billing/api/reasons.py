"""Reasons for corrections, write-offs and disputes, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.models import ReasonCode, ReasonPurpose
from billing.operations.manage_reasons import LONGEST_CODE, LONGEST_WORDS, add_reason, retire_reason
from office.access import companies_for
from office.api.fields import Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class ReasonIn(Input):
    """A new reason."""

    code = serializers.CharField(max_length=LONGEST_CODE)
    words = serializers.CharField(max_length=LONGEST_WORDS, help_text="As documents print it.")
    purpose = serializers.ChoiceField(choices=ReasonPurpose.choices, default=ReasonPurpose.CORRECTION)


class ReasonOut(serializers.ModelSerializer):
    """A reason to choose from."""

    class Meta:
        model = ReasonCode
        fields = ["id", "purpose", "code", "words", "is_active"]


class ReasonsOut(serializers.Serializer):
    """A company's reasons, retired ones too."""

    results = ReasonOut(many=True)


class ReasonsView(ApiView):
    """The reasons that a company offers."""

    permission = {"get": "billing.view_invoice", "post": "office.change_company_settings"}

    @extend_schema(operation_id="list_reasons", parameters=[Query], responses=ReasonsOut)
    def get(self, request: ApiRequest) -> Response:
        """Why invoices are corrected, debts written off and payments cut."""
        checked(Query, request.query_params.dict())
        return Response(ReasonsOut({"results": ReasonCode.objects.filter(company=company_of(request))}).data)

    @extend_schema(operation_id="add_reason", request=ReasonIn, responses={201: ReasonOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a reason to choose from."""
        reason = add_reason(company_of(request), **checked(ReasonIn, request.data), by=request.user)
        return Response(ReasonOut(reason).data, 201)


class RetireReasonView(ApiView):
    """Retiring a reason."""

    permission = {"post": "office.change_company_settings"}

    @extend_schema(operation_id="retire_reason", request=None, responses=ReasonOut)
    @idempotent
    def post(self, request: ApiRequest, reason_id: int) -> Response:
        """Offer a reason no more; documents that carry it keep it."""
        reason = ReasonCode.objects.filter(company__in=companies_for(request.user), pk=reason_id).first()
        if reason is None:
            raise Http404("No such reason.")
        return Response(ReasonOut(retire_reason(reason.pk, by=request.user)).data)
