"""Disputes, for programs."""

from datetime import date

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from billing.access import disputes_for, get_dispute_file_for, get_dispute_for, get_invoice_for
from billing.api.act_serializers import wanted_from, why_from
from billing.api.dispute_serializers import (
    CareIn,
    CloseDisputeIn,
    CreditDisputeIn,
    DisputeFileIn,
    DisputeIn,
    DisputeOut,
    DisputePage,
    DisputeQuery,
    MessageIn,
    RebillIn,
    ReopenDisputeIn,
)
from billing.disputes import with_state
from billing.models import Dispute, DisputeOutcome
from billing.operations.answer_dispute import answer_dispute
from billing.operations.assign_dispute import Assignment, assign_dispute
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.close_dispute import close_dispute
from billing.operations.credit_dispute import credit_dispute, rebill_dispute
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.operations.reopen_dispute import reopen_dispute
from billing.web.attachments import file_response
from customers.access import items_for
from ledger.refusals import Refused
from office.api.approving import ApprovalOut
from office.api.idempotency import idempotent
from office.api.paging import page_of
from office.api.views import ApiView, checked, company_of
from office.models import Company, User
from office.web.requests import ApiRequest

WHERE = {
    "status": "status",
    "customer": "customer",
    "invoice": "invoice",
    "owner": "owner",
    "respond_to": "respond_by__lte",
}


class DisputesView(ApiView):
    """All disputes, and opening one."""

    permission = {"get": "billing.view_dispute", "post": "billing.open_dispute"}

    @extend_schema(operation_id="list_disputes", parameters=[DisputeQuery], responses=DisputePage)
    def get(self, request: ApiRequest) -> Response:
        """The disputes of a company."""
        query, company = checked(DisputeQuery, request.query_params.dict()), company_of(request)
        rows = with_state(disputes_for(request.user).filter(company=company), company.today())
        rows = rows.filter(**{path: query[name] for name, path in WHERE.items() if name in query})
        found, following = page_of(rows.select_related("customer", "reason_code"), query, "disputes")
        return Response(DisputePage({"results": found, "next": following}).data)

    @extend_schema(operation_id="open_dispute", request=DisputeIn, responses={201: DisputeOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Open a case over an invoice, lines of it or an amount; it holds the disputed part from then on."""
        data = checked(DisputeIn, request.data)
        entry_id, item_id, company = _about(request.user, data.get("invoice"), data.get("item"))
        details = DisputeDetails(
            reason_code_id=data["reason_code"],
            words=data["words"],
            amount=data.get("amount"),
            lines={each["line"]: each.get("amount") for each in data.get("lines", [])},
            item_id=item_id,
            said_by=data["said_by"],
            department=data.get("department", ""),
            owner_id=data.get("owner"),
            respond_by=data.get("respond_by"),
        )
        return _shown(request.user, open_dispute(entry_id, details, on=company.today(), by=request.user).pk, 201)


class DisputeView(ApiView):
    """One dispute."""

    locks = "billing.Dispute"
    permission = {"get": "billing.view_dispute"}

    @extend_schema(operation_id="get_dispute", responses=DisputeOut)
    def get(self, request: ApiRequest, dispute_id: int) -> Response:
        """A dispute with what it holds, the talk with the customer and files."""
        return _shown(request.user, dispute_id)


class MessagesView(ApiView):
    """What is said to the customer."""

    permission = {"post": "billing.open_dispute"}

    @extend_schema(operation_id="answer_dispute", request=MessageIn, responses={201: DisputeOut})
    @idempotent
    def post(self, request: ApiRequest, dispute_id: int) -> Response:
        """Write to the customer, by mail and on their page. What is for colleagues alone is a comment."""
        dispute = get_dispute_for(request.user, dispute_id)
        answer_dispute(dispute.pk, checked(MessageIn, request.data)["words"], by=request.user)
        return _shown(request.user, dispute.pk, 201)


class DisputeFilesView(ApiView):
    """Files."""

    permission = {"post": "billing.open_dispute"}

    @extend_schema(operation_id="attach_to_dispute", request=DisputeFileIn, responses={201: DisputeOut})
    @idempotent
    def post(self, request: ApiRequest, dispute_id: int) -> Response:
        """Keep a photo or paper."""
        dispute = get_dispute_for(request.user, dispute_id)
        attach_to_dispute(dispute.pk, **checked(DisputeFileIn, request.data), by=request.user)
        return _shown(request.user, dispute.pk, 201)


class DisputeFileView(ApiView):
    """One file."""

    permission = {"get": "billing.view_dispute"}

    @extend_schema(operation_id="get_dispute_file", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, file_id: int) -> HttpResponse:
        """Its bytes."""
        return file_response(get_dispute_file_for(request.user, file_id))


class AssignDisputeView(ApiView):
    """Who looks into it."""

    permission = {"post": "billing.open_dispute"}

    @extend_schema(operation_id="assign_dispute", request=CareIn, responses=DisputeOut)
    @idempotent
    def post(self, request: ApiRequest, dispute_id: int) -> Response:
        """Give it to somebody, and say until when it is answered; what is left out stays."""
        dispute, data = get_dispute_for(request.user, dispute_id), checked(CareIn, request.data)
        assignment = Assignment(
            data.get("owner", dispute.owner_id),
            data.get("department", dispute.department),
            data.get("respond_by", dispute.respond_by),
        )
        assign_dispute(dispute.pk, assignment, by=request.user, on=dispute.company.today())
        return _shown(request.user, dispute.pk)


class CloseDisputeView(ApiView):
    """Its end without a credit."""

    permission = {"post": "billing.close_dispute"}

    @extend_schema(operation_id="close_dispute", request=CloseDisputeIn, responses=DisputeOut)
    @idempotent
    def post(self, request: ApiRequest, dispute_id: int) -> Response:
        """Refuse it, or say that the customer took it back: what it held is asked for again."""
        dispute, data = get_dispute_for(request.user, dispute_id), checked(CloseDisputeIn, request.data)
        outcome, on = DisputeOutcome(data["outcome"]), dispute.company.today()
        close_dispute(dispute.pk, outcome, on=on, by=request.user, note=data["note"])
        return _shown(request.user, dispute.pk)


class CreditDisputeView(ApiView):
    """Its end with a credit memo or a lower price."""

    permission = {"post": "billing.credit_invoice"}

    @extend_schema(
        operation_id="credit_dispute", request=CreditDisputeIn, responses={200: DisputeOut, 202: ApprovalOut}
    )
    @idempotent
    def post(self, request: ApiRequest, dispute_id: int) -> Response:
        """Credit its invoice and close it, both or neither."""
        dispute, data = _closable(request.user, dispute_id), checked(CreditDisputeIn, request.data)
        credit_dispute(
            dispute.pk,
            wanted_from(data),
            **why_from(data),
            apply=data["apply"],
            note=data["note"],
            by=request.user,
            on=_day(dispute, data.get("on")),
        )
        return _shown(request.user, dispute.pk)


class RebillDisputeView(ApiView):
    """Its end with a new invoice."""

    permission = {"post": "billing.credit_invoice"}

    @extend_schema(operation_id="rebill_dispute", request=RebillIn, responses={200: DisputeOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest, dispute_id: int) -> Response:
        """Credit all of its invoice, draft the right one, and close it; all or nothing."""
        dispute, data = _closable(request.user, dispute_id), checked(RebillIn, request.data)
        on = _day(dispute, data.get("on"))
        rebill_dispute(dispute.pk, **why_from(data), note=data["note"], by=request.user, on=on)
        return _shown(request.user, dispute.pk)


class ReopenDisputeView(ApiView):
    """Taking it up again."""

    permission = {"post": "billing.close_dispute"}

    @extend_schema(operation_id="reopen_dispute", request=ReopenDisputeIn, responses=DisputeOut)
    @idempotent
    def post(self, request: ApiRequest, dispute_id: int) -> Response:
        """Open a refused dispute again; it holds what is still open of it."""
        dispute, data = get_dispute_for(request.user, dispute_id), checked(ReopenDisputeIn, request.data)
        reopen_dispute(dispute.pk, reason=data["reason"], by=request.user, on=dispute.company.today())
        return _shown(request.user, dispute.pk)


def _about(user: User, invoice_id: int | None, item_id: int | None) -> tuple[int, int | None, Company]:
    """The entry that is disputed, the one item of it where that is said, and the company."""
    if invoice_id is not None:
        invoice = get_invoice_for(user, invoice_id)
        if invoice.entry_id is None:
            raise Refused("A draft cannot be disputed.", code="nothing_open")
        return invoice.entry_id, None, invoice.company
    item = items_for(user).filter(pk=item_id or 0).first()
    if item is None:
        raise Http404("No such open item.")
    return item.entry_id, item.pk, Company.objects.get(pk=item.company_id)


def _closable(user: User, dispute_id: int) -> Dispute:
    """The dispute, for who may close one."""
    if not user.has_perm("billing.close_dispute"):
        raise PermissionDenied
    return get_dispute_for(user, dispute_id)


def _day(dispute: Dispute, asked: date | None) -> date:
    return asked or dispute.company.today()


def _shown(user: User, dispute_id: int, status: int = 200) -> Response:
    today = get_dispute_for(user, dispute_id).company.today()
    rows = with_state(disputes_for(user).filter(pk=dispute_id), today).select_related("customer", "reason_code")
    return Response(DisputeOut(rows.get()).data, status)
