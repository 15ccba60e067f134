"""Remittance advice, for programs: forwarded as a file or line by line, joined with its payment, applied."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from customers.access import get_customer_for
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.web.requests import ApiRequest
from payments.access import get_bank_line_for, get_remittance_for, remittances_for, require_bank
from payments.advised import explained
from payments.api.bank_serializers import LeaveOutIn
from payments.api.remittance_serializers import (
    ApplyIn,
    JoinIn,
    RemittanceIn,
    RemittanceOut,
    RemittancePage,
    RemittanceReceipts,
)
from payments.explaining import with_state
from payments.models import Remittance, Rest
from payments.operations.apply_remittance import apply_remittance, join_remittance, part_remittance
from payments.operations.take_remittance import AdviceDetails, keep_advice, take_remittance, withdraw_remittance
from payments.remittances import AdvisedLine, ReadAdvice

TOLD = ("currency", "decimal", "paid_on", "payer_reference", "total")
"""What of the input stands beside the lines or the file."""


class RemittancesView(ApiView):
    """Advice."""

    permission = {"get": "payments.view_bank", "post": "payments.take_remittance"}

    @extend_schema(operation_id="list_remittances", parameters=[PageQuery], responses=RemittancePage)
    def get(self, request: ApiRequest) -> Response:
        """All advice with its lines."""
        query = checked(PageQuery, request.query_params.dict())
        rows = with_state(remittances_for(request.user).filter(company=company_of(request)))
        found, following = page_of(rows.prefetch_related("lines").select_related("customer"), query, "remittances")
        return Response(RemittancePage({"results": found, "next": following}).data)

    @extend_schema(operation_id="take_remittance", request=RemittanceIn, responses={201: RemittanceOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep what a payer advises: a file, or its lines."""
        require_bank(request.user)
        data = checked(RemittanceIn, request.data)
        customer = get_customer_for(request.user, data["customer"]) if "customer" in data else None
        told = {
            name: data[name] for name in ("currency", "decimal", "paid_on", "payer_reference", "total") if name in data
        }
        details, company = AdviceDetails(customer, **told), company_of(request)
        if "content" in data:
            remittance = take_remittance(company, data["name"], data["content"], details, by=request.user)
        else:
            content = json.dumps(request.data, sort_keys=True).encode()
            currency = details.currency or (customer.currency if customer else company.currency)
            advice = ReadAdvice(_lines(data["lines"]), currency, kind="API")
            remittance = keep_advice(company, data["name"], content, advice, details, by=request.user)
        return _shown(remittance, 201)


class RemittanceView(ApiView):
    """One advice."""

    locks = "payments.Remittance"
    permission = {"get": "payments.view_bank"}

    @extend_schema(operation_id="get_remittance", responses=RemittanceOut)
    def get(self, request: ApiRequest, remittance_id: int) -> Response:
        """An advice, and what its lines mean of ours."""
        return _shown(get_remittance_for(request.user, remittance_id))


class JoinView(ApiView):
    """Joining."""

    permission = {"post": "payments.take_remittance"}

    @extend_schema(operation_id="join_remittance", request=JoinIn, responses=RemittanceOut)
    @idempotent
    def post(self, request: ApiRequest, remittance_id: int) -> Response:
        """Say which bank line it explains."""
        remittance = get_remittance_for(request.user, remittance_id)
        line = get_bank_line_for(request.user, checked(JoinIn, request.data)["bank_line"])
        return _shown(join_remittance(remittance.pk, line.pk, by=request.user))


class PartView(ApiView):
    """Undoing that."""

    permission = {"post": "payments.take_remittance"}

    @extend_schema(operation_id="part_remittance", request=None, responses=RemittanceOut)
    @idempotent
    def post(self, request: ApiRequest, remittance_id: int) -> Response:
        """Take back which bank line it explains."""
        return _shown(part_remittance(get_remittance_for(request.user, remittance_id).pk, by=request.user))


class WithdrawView(ApiView):
    """Withdrawing."""

    permission = {"post": "payments.take_remittance"}

    @extend_schema(operation_id="withdraw_remittance", request=LeaveOutIn, responses=RemittanceOut)
    @idempotent
    def post(self, request: ApiRequest, remittance_id: int) -> Response:
        """Let it explain nothing any more."""
        remittance = get_remittance_for(request.user, remittance_id)
        reason = checked(LeaveOutIn, request.data)["reason"]
        return _shown(withdraw_remittance(remittance.pk, reason=reason, by=request.user))


class ApplyView(ApiView):
    """Applying."""

    permission = {"post": "payments.match_bank_line"}

    @extend_schema(operation_id="apply_remittance", request=ApplyIn, responses={201: RemittanceReceipts})
    @idempotent
    def post(self, request: ApiRequest, remittance_id: int) -> Response:
        """Match a bank line as its advice says: a receipt for each customer, applied document by document."""
        remittance = get_remittance_for(request.user, remittance_id)
        data = checked(ApplyIn, request.data)
        line = get_bank_line_for(request.user, data["bank_line"])
        said = {each["item"]: (Rest(each["rest"]), each.get("reason_code")) for each in data.get("rests", [])}
        receipts = apply_remittance(remittance.pk, line.pk, by=request.user, rests=said or None)
        return Response(RemittanceReceipts({"receipts": receipts}).data, 201)


def _lines(lines: list[dict[str, Any]]) -> list[AdvisedLine]:
    return [AdvisedLine(place=f"Line {number}", **line) for number, line in enumerate(lines, start=1)]


def _shown(remittance: Remittance, status: int = 200) -> Response:
    row = with_state(Remittance.objects.filter(pk=remittance.pk)).defer("content").select_related("customer").get()
    dressed(row, explained={each.line.pk: each for each in explained(row)} if not row.is_applied else {})
    return Response(RemittanceOut(row).data, status)
