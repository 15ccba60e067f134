"""Debit runs, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from customers.api.serializers import CustomerRef
from customers.models import MandateScheme
from office.api.fields import AmountOut, FileIn, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.web.requests import ApiRequest
from payments.access import debit_runs_for, get_debit_run_for, require_bank
from payments.api.payment_files import CancelIn, PaymentFileOut, file_shown
from payments.models import DebitCollection, DebitRun
from payments.operations.cancel_debit_run import cancel_debit_run
from payments.operations.prepare_debit_run import RunDetails, prepare_debit_run, preview_debits
from payments.operations.read_debit_answers import take_debit_answer
from payments.operations.settle_debits import collect_debit_run
from payments.payment_files.pain008 import VERSIONS
from payments.web.debit_runs import with_counts


class DebitRunIn(Input):
    """What is collected when, by which scheme and into which of our accounts."""

    scheme = serializers.ChoiceField(choices=MandateScheme.choices)
    bank_account = IdIn(source="bank_account_id")
    collect_on = serializers.DateField()
    version = serializers.ChoiceField(choices=VERSIONS, default=VERSIONS[0], help_text="Of a SEPA file.")


class CollectIn(Input):
    """When the money came."""

    on = serializers.DateField(required=False, help_text="Left out: today.")


class AnswerIn(Input):
    """A file of the bank about our debits."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64: a status report (pain.002), or returns of ACH.")


class AnswersOut(serializers.Serializer):
    """What came of it, and what a person should look at."""

    rejected = serializers.IntegerField()
    returned = serializers.IntegerField()
    notes = serializers.ListField(child=serializers.CharField())


class DebitRunRow(serializers.ModelSerializer):
    """A run; its total is without what was left out."""

    bank_account = serializers.CharField(source="bank_account.iban")
    debit_count = serializers.IntegerField()
    back_count = serializers.IntegerField(help_text="Returned or rejected.")
    total = AmountOut()

    class Meta:
        model = DebitRun
        fields = ["id", "state", "scheme", "bank_account", "collect_on", "currency", "version", "message_id"]
        fields += ["debit_count", "back_count", "total", "cancelled_reason"]


class DebitOut(serializers.ModelSerializer):
    """A debit and what became of it."""

    customer = CustomerRef()
    amount = AmountOut()
    account = serializers.CharField(source="account.masked_number")
    mandate = serializers.CharField(source="mandate.reference")

    class Meta:
        model = DebitCollection
        fields = ["id", "customer", "amount", "currency", "account", "mandate", "sequence", "end_to_end_id", "trace"]
        fields += ["state", "reason_code", "reason", "receipt_id", "settled_on"]


class DebitRunOut(DebitRunRow):
    """A run with its debits."""

    debits = DebitOut(many=True)

    class Meta(DebitRunRow.Meta):
        fields = [*DebitRunRow.Meta.fields, "debits"]


class DebitRunPage(serializers.Serializer):
    """Some runs, and the cursor of the next page."""

    results = DebitRunRow(many=True)
    next = serializers.CharField(allow_null=True)


class ToDebitOut(serializers.Serializer):
    """Who would be debited."""

    customer = CustomerRef(source="mandate.customer")
    mandate = serializers.CharField(source="mandate.reference")
    account = serializers.CharField(source="mandate.account.masked_number")
    sequence = serializers.CharField()
    currency = serializers.CharField()
    amount = AmountOut()


class NotDebitedOut(serializers.Serializer):
    """An item that would stay, and why."""

    customer = CustomerRef()
    item = serializers.IntegerField(source="item.pk")
    reference = serializers.CharField(source="item.reference")
    currency = serializers.CharField(source="item.currency")
    open = AmountOut("item.currency", source="item.balance")
    reason = serializers.CharField()


class DebitPreviewOut(serializers.Serializer):
    """Who would be debited, and what not and why."""

    debits = ToDebitOut(many=True)
    others = NotDebitedOut(many=True)


class PreviewQuery(DebitRunIn):
    """What would be collected when."""

    company = IdIn(required=False)


class DebitRunsView(ApiView):
    """All runs, and preparing one."""

    permission = {"get": "payments.view_bank", "post": "payments.manage_debit_runs"}

    @extend_schema(operation_id="list_debit_runs", parameters=[PageQuery], responses=DebitRunPage)
    def get(self, request: ApiRequest) -> Response:
        """The debit runs of a company."""
        query = checked(PageQuery, request.query_params.dict())
        runs = with_counts(debit_runs_for(request.user).filter(company=company_of(request)))
        rows, following = page_of(runs.select_related("bank_account"), query, "debit-runs")
        return Response(DebitRunPage({"results": rows, "next": following}).data)

    @extend_schema(operation_id="prepare_debit_run", request=DebitRunIn, responses={201: DebitRunOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Claim what is due by the day, and ask a second person."""
        require_bank(request.user)
        details = RunDetails(**checked(DebitRunIn, request.data))
        return _shown(request.user, prepare_debit_run(company_of(request), details, by=request.user).pk, 201)


class DebitPreviewView(ApiView):
    """Who would be debited."""

    permission = {"get": "payments.manage_debit_runs"}

    @extend_schema(operation_id="preview_debits", parameters=[PreviewQuery], responses=DebitPreviewOut)
    def get(self, request: ApiRequest) -> Response:
        """Who would be debited on a day, and what not and why."""
        require_bank(request.user)
        query = checked(PreviewQuery, request.query_params.dict())
        query.pop("company", None)
        return Response(DebitPreviewOut(preview_debits(company_of(request), RunDetails(**query))).data)


class DebitRunView(ApiView):
    """One run."""

    locks = "payments.DebitRun"
    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="get_debit_run", responses=DebitRunOut)
    def get(self, request: ApiRequest, run_id: int) -> Response:
        """A run with what became of each debit."""
        return _shown(request.user, run_id)


class CancelDebitRunView(ApiView):
    """Giving a run up."""

    permission = {"post": "payments.manage_debit_runs"}

    @extend_schema(operation_id="cancel_debit_run", request=CancelIn, responses=DebitRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Give up a run that the bank did not get."""
        run = get_debit_run_for(request.user, run_id)
        cancel_debit_run(run.pk, **checked(CancelIn, request.data), by=request.user)
        return _shown(request.user, run_id)


class CollectDebitRunView(ApiView):
    """Recording that a run came in."""

    permission = {"post": "payments.record_receipt"}

    @extend_schema(operation_id="collect_debit_run", request=CollectIn, responses=DebitRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Record that all of a run that is on its way came in."""
        run = get_debit_run_for(request.user, run_id)
        on = checked(CollectIn, request.data).get("on") or run.company.today()
        collect_debit_run(run.pk, on=on, by=request.user)
        return _shown(request.user, run_id)


class DebitRunFileView(ApiView):
    """The file of a run."""

    permission = {"get": "payments.download_payment_file"}

    @extend_schema(operation_id="download_debit_file", responses=PaymentFileOut)
    def get(self, request: ApiRequest, run_id: int) -> Response:
        """The file for the bank. Each reading is kept in the audit trail."""
        return file_shown(get_debit_run_for(request.user, run_id), request.user)


class DebitAnswersView(ApiView):
    """What the bank says of our debits."""

    permission = {"post": "payments.manage_debit_runs"}

    @extend_schema(operation_id="take_debit_answer", request=AnswerIn, responses={201: AnswersOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Read a status report (pain.002) or returns of ACH."""
        require_bank(request.user)
        data = checked(AnswerIn, request.data)
        found = take_debit_answer(company_of(request), data["name"], data["content"], by=request.user)
        return Response(AnswersOut(found).data, 201)


def _shown(user: User, run_id: int, status: int = 200) -> Response:
    get_debit_run_for(user, run_id)
    run = with_counts(debit_runs_for(user).filter(pk=run_id)).select_related("bank_account").get()
    dressed(run, debits=run.collections.select_related("customer", "account", "mandate"))
    return Response(DebitRunOut(run).data, status)
