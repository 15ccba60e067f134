"""Billing runs, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import billing_runs_for, get_billing_run_for, invoices_for, run_documents_for
from billing.billing_runs import ACTS, act_of, tallies_of
from billing.models import DocumentOutcome, RunDocument
from billing.operations.manage_billing_runs import (
    prepare_billing_run,
    resume_billing_run,
    retry_billing_run,
    start_billing_run,
    stop_billing_run,
)
from office.api.fields import AmountOut, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import Run, User
from office.web.requests import ApiRequest

MOST_NAMED = 10_000


class PrepareIn(Input):
    """What to do with which documents; what the act is not for is left out."""

    act = serializers.ChoiceField(choices=[(act, act) for act in ACTS])
    documents = serializers.ListField(child=IdIn(), allow_empty=False, max_length=MOST_NAMED)


class StartIn(Input):
    """Whether what is issued is mailed, too."""

    sends = serializers.BooleanField(default=False)


class SumOut(serializers.Serializer):
    """What documents of one currency come to."""

    currency = serializers.CharField()
    total = AmountOut()


class TallyOut(serializers.Serializer):
    """How many documents have one outcome."""

    outcome = serializers.CharField(source="outcome.value")
    count = serializers.IntegerField()
    totals = SumOut(many=True)


class BillingRunRow(serializers.Serializer):
    """A billing run. Once it `is_checked` and done, it waits to be started."""

    id = serializers.IntegerField(source="pk")
    act = serializers.SerializerMethodField()
    title = serializers.CharField()
    status = serializers.CharField()
    is_check = serializers.BooleanField(source="is_dry", help_text="Whether it only looks, and does nothing yet.")
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    explanation = serializers.CharField()
    prepared_at = serializers.DateTimeField(source="started_at")
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_act(self, run: Run) -> str:
        return act_of(run).name


class BillingRunOut(BillingRunRow):
    """A billing run with how its documents stand."""

    left_out = serializers.IntegerField(source="parameters.left_out")
    outcomes = TallyOut(many=True)


class BillingRunPage(serializers.Serializer):
    """Some billing runs, and the cursor of the next page."""

    results = BillingRunRow(many=True)
    next = serializers.CharField(allow_null=True)


class RunDocumentsQuery(PageQuery):
    """Which documents of a run."""

    outcome = serializers.ChoiceField(choices=DocumentOutcome.choices, required=False)


class RunDocumentOut(serializers.ModelSerializer):
    """A document of a run: what became of it and why; `invoice` is null where the draft was thrown away."""

    number = serializers.CharField(source="invoice.number", default="")

    class Meta:
        model = RunDocument
        fields = ["id", "invoice", "number", "outcome", "note"]


class RunDocumentPage(serializers.Serializer):
    """Some documents of a run, and the cursor of the next page."""

    results = RunDocumentOut(many=True)
    next = serializers.CharField(allow_null=True)


def shown(user: User, run_id: int, status: int = 200) -> Response:
    """The answer that shows a run and how its documents stand."""
    run = get_billing_run_for(user, run_id)
    documents = RunDocument.objects.filter(pk__in=run_documents_for(user, run).values("pk"))
    run = dressed(run, outcomes=list(tallies_of(documents).values()))
    return Response(BillingRunOut(run).data, status)


class BillingRunsView(ApiView):
    """All billing runs, and preparing one."""

    permission = {"get": "billing.view_invoice", "post": "billing.send_invoice"}

    @extend_schema(operation_id="list_billing_runs", parameters=[PageQuery], responses=BillingRunPage)
    def get(self, request: ApiRequest) -> Response:
        """The billing runs of a company."""
        query = checked(PageQuery, request.query_params.dict())
        rows, following = page_of(
            billing_runs_for(request.user).filter(company=company_of(request)), query, "billing-runs"
        )
        return Response(BillingRunPage({"results": rows, "next": following}).data)

    @extend_schema(operation_id="prepare_billing_run", request=PrepareIn, responses={201: BillingRunOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Take on documents and look at each; nothing is done with them before the run is started."""
        data = checked(PrepareIn, request.data)
        documents = invoices_for(request.user).filter(pk__in=data["documents"])
        run = prepare_billing_run(company_of(request), data["act"], documents, by=request.user)
        return shown(request.user, run.pk, 201)


class BillingRunView(ApiView):
    """One billing run."""

    locks = "office.Run"
    permission = {"get": "billing.view_invoice"}

    @extend_schema(operation_id="get_billing_run", responses=BillingRunOut)
    def get(self, request: ApiRequest, run_id: int) -> Response:
        """How far a run is and how its documents stand."""
        return shown(request.user, run_id)


class RunDocumentsView(ApiView):
    """The documents of a billing run."""

    permission = {"get": "billing.view_invoice"}

    @extend_schema(operation_id="list_run_documents", parameters=[RunDocumentsQuery], responses=RunDocumentPage)
    def get(self, request: ApiRequest, run_id: int) -> Response:
        """What became of each document, and why."""
        query = checked(RunDocumentsQuery, request.query_params.dict())
        documents = run_documents_for(request.user, get_billing_run_for(request.user, run_id))
        if "outcome" in query:
            documents = documents.filter(outcome=query["outcome"])
        rows, following = page_of(documents, query, "run-documents")
        return Response(RunDocumentPage({"results": rows, "next": following}).data)


class StartView(ApiView):
    """Starting a billing run."""

    permission = {"post": "billing.send_invoice"}

    @extend_schema(operation_id="start_billing_run", request=StartIn, responses=BillingRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Do what the check found possible."""
        run = get_billing_run_for(request.user, run_id)
        start_billing_run(run.pk, by=request.user, **checked(StartIn, request.data))
        return shown(request.user, run_id)


class StopView(ApiView):
    """Stopping a billing run."""

    permission = {"post": "billing.send_invoice"}

    @extend_schema(operation_id="stop_billing_run", request=None, responses=BillingRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Stop after the piece that is being done; what is done stands."""
        stop_billing_run(get_billing_run_for(request.user, run_id).pk, by=request.user)
        return shown(request.user, run_id)


class ResumeView(ApiView):
    """Letting a billing run go on."""

    permission = {"post": "billing.send_invoice"}

    @extend_schema(operation_id="resume_billing_run", request=None, responses=BillingRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Go on with what is left of a run that was stopped or failed."""
        resume_billing_run(get_billing_run_for(request.user, run_id).pk, by=request.user)
        return shown(request.user, run_id)


class RetryView(ApiView):
    """Trying again what a billing run was refused."""

    permission = {"post": "billing.send_invoice"}

    @extend_schema(operation_id="retry_billing_run", request=None, responses=BillingRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Try what was refused again, after it was mended."""
        retry_billing_run(get_billing_run_for(request.user, run_id).pk, by=request.user)
        return shown(request.user, run_id)
