"""Exporting the journal to other books, for programs."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from ledger.fields import field_of
from office.api.fields import AmountOut, IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from reports.access import get_journal_batch_for, journal_batches_for, require_whole_book
from reports.journal.entries import mapped_accounts
from reports.models import JournalAccount, JournalBatch, JournalFormat
from reports.operations.download_journal import download_journal
from reports.operations.export_journal import ExportDetails, export_journal
from reports.operations.map_journal_accounts import AccountNames, map_journal_accounts
from reports.operations.withdraw_journal import withdraw_journal

DOOR = "reports.export_journal"


class JournalIn(Input):
    """Which days, in which format."""

    format = serializers.ChoiceField(choices=JournalFormat.choices)
    last_day = serializers.DateField()
    first_day = serializers.DateField(
        required=False, allow_null=True, help_text="Left out: all that was not exported up to the last day."
    )


class WithdrawIn(Input):
    """Why an export is taken back."""

    reason = serializers.CharField(max_length=300, allow_blank=True)


class JournalOut(serializers.ModelSerializer):
    """An export; its amounts are what its entries come to on each side."""

    state = serializers.CharField()
    file_name = serializers.CharField(source="file.name")
    sha256 = serializers.CharField(source="file.sha256")
    size = serializers.IntegerField(source="file.size")
    entry_count = serializers.IntegerField(source="file.entry_count")
    line_count = serializers.IntegerField(source="file.line_count")
    currency = serializers.CharField(source="company.currency")
    debits = AmountOut("company.currency", source="file.company_debits")
    debits_by_currency = serializers.DictField(child=serializers.CharField(), source="file.debits")

    class Meta:
        model = JournalBatch
        fields = [
            "id",
            "number",
            "state",
            "format",
            "first_day",
            "last_day",
            "made_at",
            "file_name",
            "sha256",
            "size",
            "entry_count",
            "line_count",
            "currency",
            "debits",
            "debits_by_currency",
            "withdrawn_at",
            "withdrawn_reason",
        ]


class JournalPage(serializers.Serializer):
    """Some exports, and the cursor of the next page."""

    results = JournalOut(many=True)
    next = serializers.CharField(allow_null=True)


class JournalsView(ApiView):
    """All exports, and making one."""

    permission = {"get": DOOR, "post": DOOR}

    @extend_schema(operation_id="list_journal_exports", parameters=[PageQuery], responses=JournalPage)
    def get(self, request: ApiRequest) -> Response:
        """The exports of a company."""
        query = checked(PageQuery, request.query_params.dict())
        rows = journal_batches_for(request.user).filter(company=company_of(request)).select_related("company", "file")
        found, following = page_of(rows, query, "journal-exports")
        return Response(JournalPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="export_journal", request=JournalIn, responses={201: JournalOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Export the entries of some days that were not exported yet."""
        require_whole_book(request.user)
        details = ExportDetails(**checked(JournalIn, request.data))
        return Response(JournalOut(export_journal(company_of(request), details, by=request.user)).data, 201)


class JournalView(ApiView):
    """One export."""

    locks = "reports.JournalBatch"
    permission = {"get": DOOR}

    @extend_schema(operation_id="get_journal_export", responses=JournalOut)
    def get(self, request: ApiRequest, journal_id: int) -> Response:
        """An export with what its file holds."""
        return Response(JournalOut(get_journal_batch_for(request.user, journal_id)).data)


class JournalFileView(ApiView):
    """The file of an export."""

    permission = {"get": DOOR}

    @extend_schema(operation_id="download_journal_export", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, journal_id: int) -> StreamingHttpResponse:
        """The file, the same each time. Each reading is kept in the audit trail."""
        file = get_journal_batch_for(request.user, journal_id).file
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
        content = download_journal(file, by=request.user)
        return StreamingHttpResponse(content, content_type=file.media_type, headers=headers)


class WithdrawJournalView(ApiView):
    """Taking an export back."""

    permission = {"post": DOOR}

    @extend_schema(operation_id="withdraw_journal_export", request=WithdrawIn, responses=JournalOut)
    @idempotent
    def post(self, request: ApiRequest, journal_id: int) -> Response:
        """Take an export back that was wrong: its entries wait for the next."""
        batch = get_journal_batch_for(request.user, journal_id)
        withdraw_journal(batch.pk, **checked(WithdrawIn, request.data), by=request.user)
        return Response(JournalOut(get_journal_batch_for(request.user, journal_id)).data)


def _names(name: str) -> serializers.CharField:
    longest = field_of(JournalAccount, name).max_length
    return serializers.CharField(max_length=longest, allow_blank=True, default="")


class AccountNamesIn(Input):
    """What the other books call an account of ours; all empty: nothing any more."""

    account = IdIn(source="account_id")
    number = _names("number")
    name = _names("name")
    tax_code = _names("tax_code")


class JournalAccountsIn(Input):
    """Some accounts; the others keep their names."""

    accounts = AccountNamesIn(many=True, allow_empty=False)


class JournalAccountOut(serializers.Serializer):
    """An account of ours, and what it is called in the other books."""

    account = serializers.IntegerField(source="pk")
    code = serializers.CharField()
    our_name = serializers.CharField(source="name")
    number = serializers.CharField()
    name = serializers.CharField(source="their_name")
    tax_code = serializers.CharField()


class JournalAccountsOut(serializers.Serializer):
    """All accounts of the company."""

    results = JournalAccountOut(many=True)


class JournalAccountsView(ApiView):
    """What the other books call our accounts."""

    permission = {"get": DOOR, "post": DOOR}

    @extend_schema(operation_id="list_journal_accounts", responses=JournalAccountsOut)
    def get(self, request: ApiRequest) -> Response:
        """All accounts of the company with their names there, empty where nobody said one."""
        require_whole_book(request.user)
        return Response(JournalAccountsOut({"results": list(mapped_accounts(company_of(request).pk).values())}).data)

    @extend_schema(operation_id="map_journal_accounts", request=JournalAccountsIn, responses=JournalAccountsOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Say what the other books call some accounts."""
        require_whole_book(request.user)
        names = [AccountNames(**each) for each in checked(JournalAccountsIn, request.data)["accounts"]]
        map_journal_accounts(company_of(request), names, by=request.user)
        return Response(JournalAccountsOut({"results": list(mapped_accounts(company_of(request).pk).values())}).data)
