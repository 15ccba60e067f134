"""Receipts and allocations, for programs."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from billing.api.act_serializers import MailsOut, SendIn
from billing.api.serializers import AllocationOut
from customers.access import get_customer_for
from customers.models import Customer
from customers.persons import require_sees_paper
from ledger.allocating import Pair
from ledger.models import Allocation
from office.api.bulk import BulkAnswer, in_bulk, many
from office.api.errors import Unavailable
from office.api.idempotency import idempotent
from office.api.paging import page_of
from office.api.renderers import PdfRenderer
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.papers import PdfUnavailable
from office.web.lists.filters import search_rows
from office.web.requests import ApiRequest
from payments.access import get_allocation_for, get_receipt_for, receipts_for
from payments.api.serializers import (
    AllocationIn,
    AllocationsOut,
    ReceiptIn,
    ReceiptOut,
    ReceiptPage,
    ReceiptQuery,
    ReversalIn,
    UndoIn,
    receipt_from,
)
from payments.operations.apply_credits import apply_credits, undo_allocation
from payments.operations.receive_payment import receive_payment
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.send_receipt import send_receipt
from payments.queries import applications, with_free
from payments.receipt_pdf import kept_receipt_pdf
from payments.web.listing import RECEIPTS

WHERE = {"customer": "customer_id", "received_from": "received_on__gte", "received_to": "received_on__lte"}


class ReceiptsView(ApiView):
    """All receipts, and recording one."""

    permission = {"get": "payments.view_receipt", "post": "payments.record_receipt"}

    @extend_schema(operation_id="list_receipts", parameters=[ReceiptQuery], responses=ReceiptPage)
    def get(self, request: ApiRequest) -> Response:
        """The receipts of a company with what of them is free."""
        query = checked(ReceiptQuery, request.query_params.dict())
        receipts = with_free(receipts_for(request.user).filter(company=company_of(request)))
        receipts = receipts.filter(**{path: query[name] for name, path in WHERE.items() if name in query})
        receipts = search_rows(receipts, RECEIPTS.search, RECEIPTS.fold(query.get("q", "")))
        rows, following = page_of(receipts.select_related("customer", "bank_account"), query, "receipts")
        return Response(ReceiptPage({"results": rows, "next": following}).data)

    @extend_schema(operation_id="record_receipt", request=ReceiptIn, responses={201: ReceiptOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Record what came in and, as `allocate` says, apply it."""
        return _recorded(request, request.data)


class ManyReceiptsView(ApiView):
    """Many receipts at once."""

    permission = {"post": "payments.record_receipt"}

    @extend_schema(operation_id="record_receipts", request=many(ReceiptIn), responses=BulkAnswer)
    @in_bulk
    def post(self, request: ApiRequest, row: Any) -> Response:
        """Record many receipts, each as it would be alone."""
        return _recorded(request, row)


def _recorded(request: ApiRequest, said: Any) -> Response:
    data = checked(ReceiptIn, said)
    customer = get_customer_for(request.user, data["customer"])
    data.setdefault("received_on", customer.company.today())
    receipt = receive_payment(customer, *receipt_from(data), by=request.user)
    return shown(request.user, receipt.pk, 201)


class ReceiptView(ApiView):
    """One receipt."""

    locks = "payments.Receipt"
    permission = {"get": "payments.view_receipt"}

    @extend_schema(operation_id="get_receipt", responses=ReceiptOut)
    def get(self, request: ApiRequest, receipt_id: int) -> Response:
        """A receipt and what it was applied to."""
        return shown(request.user, receipt_id)


class ReceiptPdfView(ApiView):
    """A receipt on paper."""

    permission = {"get": "payments.view_receipt"}
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="get_receipt_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, receipt_id: int) -> HttpResponse:
        """The kept bytes of a receipt."""
        receipt = get_receipt_for(request.user, receipt_id)
        require_sees_paper(receipt.customer)
        try:
            content = bytes(kept_receipt_pdf(receipt).content)
        except PdfUnavailable as failure:
            raise Unavailable(str(failure), code="pdf_unavailable") from failure
        headers = {"Content-Disposition": f'attachment; filename="{receipt}.pdf"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)


class SendReceiptView(ApiView):
    """Mailing a receipt."""

    permission = {"post": "payments.send_receipt"}

    @extend_schema(operation_id="send_receipt", request=SendIn, responses=MailsOut)
    @idempotent
    def post(self, request: ApiRequest, receipt_id: int) -> Response:
        """Mail a receipt to those who get the customer's papers, or to those named."""
        receipt = get_receipt_for(request.user, receipt_id)
        contacts = checked(SendIn, request.data).get("contacts")
        mails = send_receipt(receipt.pk, by=request.user, contact_ids=contacts)
        return Response(MailsOut({"results": mails}).data)


class ReverseReceiptView(ApiView):
    """Taking a receipt back."""

    permission = {"post": "payments.reverse_receipt"}

    @extend_schema(operation_id="reverse_receipt", request=ReversalIn, responses=ReceiptOut)
    @idempotent
    def post(self, request: ApiRequest, receipt_id: int) -> Response:
        """Take a receipt back: what it had settled is open again from that day."""
        receipt = get_receipt_for(request.user, receipt_id)
        data = checked(ReversalIn, request.data)
        on = data.pop("on", None) or receipt.company.today()
        reverse_receipt(receipt.pk, dated_on=on, by=request.user, **data)
        return shown(request.user, receipt_id)


class AllocationsView(ApiView):
    """Applying credits to debts."""

    permission = {"post": "payments.allocate"}

    @extend_schema(operation_id="apply_credits", request=AllocationIn, responses={201: AllocationsOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Apply a customer's receipts and credit memos to what they owe."""
        data = checked(AllocationIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        pairs = [Pair(pair["debit"], pair["credit"], pair["amount"]) for pair in data["pairs"]]
        on = data.get("on") or customer.company.today()
        done = apply_credits(customer, pairs, dated_on=on, by=request.user, reason=data.get("reason", ""))
        rows = Allocation.objects.filter(pk__in=[row.pk for row in done]).select_related("debit", "credit")
        return Response(AllocationsOut({"results": rows.order_by("id")}).data, 201)


class UndoAllocationView(ApiView):
    """Undoing an allocation."""

    permission = {"post": "payments.undo_allocation"}

    @extend_schema(operation_id="undo_allocation", request=UndoIn, responses={201: AllocationOut})
    @idempotent
    def post(self, request: ApiRequest, allocation_id: int) -> Response:
        """Bring back what an allocation closed, by a second, negative one."""
        allocation = get_allocation_for(request.user, allocation_id)
        data = checked(UndoIn, request.data)
        company = Customer.objects.get(pk=allocation.debit.customer_id).company
        on = data.get("on") or company.today()
        undone = undo_allocation(allocation.pk, dated_on=on, by=request.user, reason=data["reason"])
        return Response(AllocationOut(Allocation.objects.select_related("debit", "credit").get(pk=undone.pk)).data, 201)


def shown(user: User, receipt_id: int, status: int = 200) -> Response:
    """The answer that shows a receipt with what it was applied to, as this person may see it."""
    get_receipt_for(user, receipt_id)
    receipt = with_free(
        receipts_for(user).filter(pk=receipt_id).select_related("customer", "entry", "bank_account")
    ).get()
    dressed(receipt, item=receipt.entry.items.get(), allocations=applications(receipt))
    return Response(ReceiptOut(receipt).data, status)
