"""The company's rules in plain words, for programs."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Query
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import PolicyVersion
from office.policies.registry import rules_of
from office.web.requests import ApiRequest


class StandingRulesOut(serializers.Serializer):
    """What holds now, by key, and the version it is kept as; 0: nothing was changed yet."""

    version = serializers.IntegerField()
    rules: serializers.Field[Any, Any, Any, Any] = serializers.DictField(child=serializers.CharField())


class PolicyVersionOut(serializers.ModelSerializer):
    """What held from a moment on."""

    rules: serializers.Field[Any, Any, Any, Any] = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = PolicyVersion
        fields = ["version", "changed_at", "changed_by", "rules"]


class PolicyVersionPage(serializers.Serializer):
    """A page of versions."""

    results = PolicyVersionOut(many=True)
    next = serializers.CharField(allow_null=True)


class PoliciesView(ApiView):
    """The rules that hold."""

    permission = {"get": "office.view_policyversion"}

    @extend_schema(operation_id="get_policies", parameters=[Query], responses=StandingRulesOut)
    def get(self, request: ApiRequest) -> Response:
        """What the company works by, each rule as a sentence."""
        checked(Query, request.query_params.dict())
        company = company_of(request)
        last = PolicyVersion.objects.filter(company=company).first()
        return Response(StandingRulesOut({"version": last.version if last else 0, "rules": rules_of(company)}).data)


class PolicyVersionsView(ApiView):
    """What held before."""

    permission = {"get": "office.view_policyversion"}

    @extend_schema(operation_id="list_policy_versions", parameters=[PageQuery], responses=PolicyVersionPage)
    def get(self, request: ApiRequest) -> Response:
        """Each version of the rules, the oldest first."""
        query = checked(PageQuery, request.query_params.dict())
        versions = PolicyVersion.objects.filter(company=company_of(request)).order_by("pk")
        found, following = page_of(versions, query, "policy-versions")
        return Response(PolicyVersionPage({"results": found, "next": following}).data)


class PolicyVersionView(ApiView):
    """One version."""

    permission = {"get": "office.view_policyversion"}

    @extend_schema(operation_id="get_policy_version", parameters=[Query], responses=PolicyVersionOut)
    def get(self, request: ApiRequest, version: int) -> Response:
        """What held under a version, as rows of the audit trail name it."""
        checked(Query, request.query_params.dict())
        found = PolicyVersion.objects.filter(company=company_of(request), version=version).first()
        if found is None:
            raise Http404("No such version.")
        return Response(PolicyVersionOut(found).data)
