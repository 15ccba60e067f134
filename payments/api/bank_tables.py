"""Tables of banks, for programs: what their columns are, how they would be read, and taking them in."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import BankAccount
from office.web.requests import ApiRequest
from payments.access import bank_accounts_for, get_bank_account_for, get_bank_mapping_for, require_bank
from payments.api.bank_serializers import BankFileOut
from payments.api.bank_table_serializers import (
    BankMappingOut,
    BankMappingPage,
    MappingIn,
    PreviewIn,
    PreviewOut,
    TableIn,
)
from payments.bank_files.tables import TableMapping, guess_mapping, open_table
from payments.bank_tables import read_of
from payments.models import BankMapping
from payments.operations.keep_bank_mapping import forget_bank_mapping, keep_bank_mapping
from payments.operations.take_bank_file import match_after
from payments.operations.take_bank_table import take_bank_table

SHOWN = 20
"""How many lines a preview shows."""


class BankTablesView(ApiView):
    """Taking tables in."""

    permission = {"post": "payments.take_bank_file"}

    @extend_schema(operation_id="take_bank_table", request=TableIn, responses={201: BankFileOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Take a table in by a mapping, and keep the mapping for the next table like it."""
        require_bank(request.user)
        data = checked(TableIn, request.data)
        mapping = TableMapping.from_json(data["mapping"])
        taken = take_bank_table(_account(request, data), data["name"], data["content"], mapping, by=request.user)
        match_after(taken, company_of(request), by=request.user)
        return Response(BankFileOut(taken).data, 201)


class PreviewView(ApiView):
    """Looking at tables."""

    permission = {"post": "payments.take_bank_file"}

    @extend_schema(operation_id="preview_bank_table", request=PreviewIn, responses=PreviewOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """What can be guessed of a table, and its first lines as they would be read; nothing is kept."""
        require_bank(request.user)
        data = checked(PreviewIn, request.data)
        account = _account(request, data)
        told = TableMapping.from_json(data["mapping"]) if "mapping" in data else None
        grid = open_table(data["content"], *((told.encoding, told.separator) if told else ()))
        mapping = told or guess_mapping(grid)
        mapping.require_whole()
        lines = [line for statement in read_of(account, grid, mapping) for line in statement.lines]
        for line in lines[:SHOWN]:
            line.currency = account.currency
        shown = {"mapping": mapping.as_json(), "line_count": len(lines), "lines": lines[:SHOWN]}
        return Response(PreviewOut(shown).data)


class BankMappingsView(ApiView):
    """Mappings."""

    permission = {"get": "payments.view_bank", "post": "payments.take_bank_file"}

    @extend_schema(operation_id="list_bank_mappings", parameters=[PageQuery], responses=BankMappingPage)
    def get(self, request: ApiRequest) -> Response:
        """How the tables of each account are read."""
        query = checked(PageQuery, request.query_params.dict())
        accounts = bank_accounts_for(request.user).filter(company=company_of(request))
        rows = BankMapping.objects.filter(bank_account__in=accounts).select_related("bank_account")
        found, following = page_of(rows, query, "bank-mappings")
        return Response(BankMappingPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="keep_bank_mapping", request=MappingIn, responses={201: BankMappingOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Read an account's tables with these headings so from now on."""
        data = checked(MappingIn, request.data)
        mapping = TableMapping.from_json(data["mapping"])
        return Response(BankMappingOut(keep_bank_mapping(_account(request, data), mapping, by=request.user)).data, 201)


class BankMappingView(ApiView):
    """One mapping."""

    permission = {"delete": "payments.take_bank_file"}

    @extend_schema(operation_id="forget_bank_mapping", responses={204: None})
    def delete(self, request: ApiRequest, mapping_id: int) -> Response:
        """Ask again at the next table like it."""
        forget_bank_mapping(get_bank_mapping_for(request.user, mapping_id).pk, by=request.user)
        return Response(status=204)


def _account(request: ApiRequest, data: dict[str, Any]) -> BankAccount:
    return get_bank_account_for(request.user, company_of(request), data["account"])
