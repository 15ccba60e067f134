"""What the accuracy checks found, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import findings_for
from billing.accuracy.findings import STATES, subject_page, with_state
from billing.models import AccuracyFinding, IssueCheck
from billing.operations.check_accuracy import check_accuracy
from billing.operations.work_findings import assign_findings, dismiss_findings
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import Run, User
from office.reasons import LONGEST
from office.web.requests import ApiRequest

MOST = 1000
WHERE = {
    "state": "state",
    "check": "check_name",
    "customer": "customer",
    "invoice": "invoice",
    "assignee": "assignee",
}


class FindingQuery(PageQuery):
    """Which findings."""

    state = serializers.ChoiceField(choices=STATES, required=False)
    check = serializers.ChoiceField(choices=IssueCheck.choices, required=False)
    customer = IdIn(required=False)
    invoice = IdIn(required=False)
    assignee = IdIn(required=False)


class FindingOut(serializers.ModelSerializer):
    """A finding with its state, and the address of what it is about."""

    check = serializers.CharField(source="check_name")
    state = serializers.CharField()
    state_since = serializers.DateTimeField()
    assignee = serializers.IntegerField(allow_null=True)
    address = serializers.SerializerMethodField()

    class Meta:
        model = AccuracyFinding
        fields = [
            "id",
            "check",
            "message",
            "customer",
            "invoice",
            "found_at",
            "state",
            "state_since",
            "assignee",
            "address",
        ]

    def get_address(self, finding: AccuracyFinding) -> str:
        """The page of the document, or of the customer."""
        return subject_page(finding)


class FindingPage(serializers.Serializer):
    """A page of findings."""

    results = FindingOut(many=True)
    next = serializers.CharField(allow_null=True)


class FindingsIn(Input):
    """Which findings."""

    findings = serializers.ListField(child=IdIn(), min_length=1, max_length=MOST)


class DismissFindingsIn(FindingsIn):
    """Which findings are none, and why."""

    reason = serializers.CharField(max_length=LONGEST)


class GiveFindingsIn(FindingsIn):
    """Which findings go to whom; to nobody with null."""

    assignee = IdIn(allow_null=True)


class WorkedOut(serializers.Serializer):
    """How many findings it was done with."""

    count = serializers.IntegerField()


class SweepOut(serializers.ModelSerializer):
    """Accuracy checks under way."""

    class Meta:
        model = Run
        fields = ["id", "title", "status", "done", "total", "started_at"]


class FindingsView(ApiView):
    """All findings."""

    permission = {"get": "billing.view_accuracyfinding"}

    @extend_schema(operation_id="list_accuracy_findings", parameters=[FindingQuery], responses=FindingPage)
    def get(self, request: ApiRequest) -> Response:
        """What the accuracy checks found in a company's documents and customers."""
        query = checked(FindingQuery, request.query_params.dict())
        rows = with_state(findings_for(request.user).filter(company=company_of(request)))
        rows = rows.filter(**{path: query[name] for name, path in WHERE.items() if name in query})
        found, following = page_of(rows, query, "accuracy-findings")
        return Response(FindingPage({"results": found, "next": following}).data)


class DismissFindingsView(ApiView):
    """Findings that are none."""

    permission = {"post": "billing.work_findings"}

    @extend_schema(operation_id="dismiss_findings", request=DismissFindingsIn, responses=WorkedOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Say why findings are none; they stay dismissed until the facts change."""
        data = checked(DismissFindingsIn, request.data)
        ids = _seen(request.user, data["findings"])
        return Response(WorkedOut({"count": dismiss_findings(ids, data["reason"], by=request.user)}).data)


class AssignFindingsView(ApiView):
    """Who looks at findings."""

    permission = {"post": "billing.work_findings"}

    @extend_schema(operation_id="assign_findings", request=GiveFindingsIn, responses=WorkedOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Give open findings to somebody, or to nobody."""
        data = checked(GiveFindingsIn, request.data)
        ids = _seen(request.user, data["findings"])
        return Response(WorkedOut({"count": assign_findings(ids, data["assignee"], by=request.user)}).data)


class SweepView(ApiView):
    """Looking at everything."""

    permission = {"post": "billing.work_findings"}

    @extend_schema(operation_id="check_accuracy", request=None, responses={202: SweepOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have every document and customer looked at now; refused while that is under way."""
        return Response(SweepOut(check_accuracy(company_of(request), by=request.user)).data, 202)


def _seen(user: User, ids: list[int]) -> list[int]:
    """The ids, each of a finding that this person sees; Http404 where one is not."""
    seen = set(findings_for(user).filter(pk__in=ids).values_list("pk", flat=True))
    if set(ids) - seen:
        raise Http404("No such finding.")
    return sorted(seen)
