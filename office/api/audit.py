"""The audit trail, for programs: each record with what proves it."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.audit.export import with_proof
from office.audit.search import Records, by_person, from_origin, holding, of_thing, records_for, within_days
from office.models import AuditRecord, AuditSeal
from office.web.requests import ApiRequest


class AuditQuery(PageQuery):
    """Which records."""

    q = serializers.CharField(required=False, max_length=200, help_text="Words of any part; a word may be cut short.")
    by = serializers.CharField(required=False, max_length=200, help_text="Of the person's name.")
    action = serializers.CharField(required=False, max_length=60, help_text="Such as `issue_invoice`.")
    kind = serializers.CharField(required=False, max_length=40, help_text="Such as `billing.invoice`.")
    thing = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Words of its number or name; or kind and id: `billing.invoice:7`.",
    )
    origin = serializers.CharField(required=False, max_length=100, help_text="`web`, `api` or an address.")
    recorded_from = serializers.DateField(required=False)
    recorded_to = serializers.DateField(required=False)


class AuditRecordOut(serializers.ModelSerializer):
    """Who did what to what; and its place in the chain."""

    by = serializers.CharField(source="by.name", default=None, allow_null=True, help_text="Null: Duebook itself.")
    before: serializers.Field[Any, Any, Any, Any] = serializers.DictField(child=serializers.CharField())
    after: serializers.Field[Any, Any, Any, Any] = serializers.DictField(child=serializers.CharField())
    position = serializers.IntegerField(source="link.position", default=None, allow_null=True)
    hash_before = serializers.CharField(allow_null=True, help_text="Of the record at the position before.")
    says = serializers.CharField(help_text="What is hashed after the hash before it.")
    hash = serializers.CharField(source="link.hash", default=None, allow_null=True)
    sealed_by = serializers.CharField(allow_null=True, help_text="The first seal at or after it.")

    class Meta:
        model = AuditRecord
        fields = ["id", "recorded_at", "by", "action", "subject_type", "subject_id", "subject_name", "before", "after"]
        fields += ["reason", "origin", "policy_version", "position", "hash_before", "says", "hash", "sealed_by"]


class AuditRecordPage(serializers.Serializer):
    """A page of records."""

    results = AuditRecordOut(many=True)
    next = serializers.CharField(allow_null=True)


class AuditSealOut(serializers.ModelSerializer):
    """How far the company's chain went when a day was over."""

    class Meta:
        model = AuditSeal
        fields = ["day", "position", "hash", "records", "sealed_at", "seal"]


class AuditSealPage(serializers.Serializer):
    """A page of seals."""

    results = AuditSealOut(many=True)
    next = serializers.CharField(allow_null=True)


class AuditRecordsView(ApiView):
    """What was done."""

    permission = {"get": "office.read_audit"}

    @extend_schema(operation_id="list_audit_records", parameters=[AuditQuery], responses=AuditRecordPage)
    def get(self, request: ApiRequest) -> Response:
        """The records that fit, the oldest first."""
        query, company = checked(AuditQuery, request.query_params.dict()), company_of(request)
        with timezone.override(ZoneInfo(company.time_zone)):
            records = _narrowed(records_for(request.user, company), query)
        rows, following = page_of(with_proof(records), query, "audit-records")
        return Response(AuditRecordPage({"results": rows, "next": following}).data)


class AuditSealsView(ApiView):
    """The seals of the days."""

    permission = {"get": "office.read_audit"}

    @extend_schema(operation_id="list_audit_seals", parameters=[PageQuery], responses=AuditSealPage)
    def get(self, request: ApiRequest) -> Response:
        """The seals of the company's chain, the oldest first."""
        query = checked(PageQuery, request.query_params.dict())
        rows, following = page_of(AuditSeal.objects.filter(company=company_of(request)), query, "audit-seals")
        return Response(AuditSealPage({"results": rows, "next": following}).data)


def _narrowed(records: Records, query: dict[str, Any]) -> Records:
    ways = {"q": holding, "by": by_person, "thing": of_thing, "origin": from_origin}
    for name, way in ways.items():
        records = way(records, query[name]) if query.get(name) else records
    exact = {"action": query.get("action"), "subject_type": query.get("kind")}
    records = records.filter(**{name: value for name, value in exact.items() if value})
    return within_days(records, (query.get("recorded_from"), query.get("recorded_to")))
