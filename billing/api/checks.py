"""Checks before issue, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import get_invoice_for
from billing.api.serializers import InvoiceOut
from billing.api.shown import shown
from billing.issue_checks import concerns_of, drafts_to_check, severities_of
from billing.models import IssueCheck, Severity
from billing.operations.set_check_policies import set_check_policies
from billing.operations.suit_draft import ACTS, suit_draft
from office.api.fields import Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class ConcernOut(serializers.Serializer):
    """What a check found, how severe it is, and the act of `suit` that mends it, if one does."""

    check = serializers.CharField(source="check.value")
    severity = serializers.CharField(source="severity.value")
    message = serializers.CharField()
    fix = serializers.CharField()


class ConcernsOut(serializers.Serializer):
    """What the checks find in a draft; nothing in what is issued."""

    results = ConcernOut(many=True)


class SuitIn(Input):
    """What to mend, and the version that was read."""

    act = serializers.ChoiceField(choices=[(act, act) for act in ACTS])
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class PoliciesIn(Input):
    """A severity by check; what is left out stays."""

    policies = serializers.DictField(child=serializers.ChoiceField(choices=Severity.choices))


class PoliciesOut(serializers.Serializer):
    """The severity of each check."""

    policies = serializers.DictField(child=serializers.CharField())


class ChecksView(ApiView):
    """The checks of a draft."""

    permission = {"get": "billing.view_invoice"}

    @extend_schema(operation_id="check_invoice", responses=ConcernsOut)
    def get(self, request: ApiRequest, invoice_id: int) -> Response:
        """What would warn of issuing a draft, or stop it."""
        invoice = get_invoice_for(request.user, invoice_id)
        return Response(ConcernsOut({"results": concerns_of(drafts_to_check([invoice.pk]))}).data)


class SuitView(ApiView):
    """Mending a draft."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="suit_draft", request=SuitIn, responses=InvoiceOut)
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Give a draft's products the prices of the lists, or the taxes that suit the customer."""
        invoice = get_invoice_for(request.user, invoice_id)
        suit_draft(invoice.pk, **checked(SuitIn, request.data), by=request.user)
        return shown(request.user, invoice_id)


class CheckPoliciesView(ApiView):
    """How severe the company takes its checks."""

    locks = "office.Company"
    permission = {"get": "billing.view_invoice", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_check_policies", parameters=[Query], responses=PoliciesOut)
    def get(self, request: ApiRequest) -> Response:
        """The severity of each check."""
        checked(Query, request.query_params.dict())
        return _answer(severities_of(company_of(request)))

    @extend_schema(operation_id="set_check_policies", request=PoliciesIn, responses=PoliciesOut)
    def put(self, request: ApiRequest) -> Response:
        """Say how severe checks are; what is not named stays."""
        wanted = checked(PoliciesIn, request.data)["policies"]
        return _answer(set_check_policies(company_of(request), wanted, by=request.user))


def _answer(severities: dict[IssueCheck, Severity]) -> Response:
    policies = {check.value: severity.value for check, severity in severities.items()}
    return Response(PoliciesOut({"policies": policies}).data)
