"""Invoices and credit memos, for programs: reading and drafting."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from billing.access import get_invoice_for, invoices_for
from billing.api.draft_serializers import DraftChange, DraftIn, DraftOrIssueIn, details_from
from billing.api.serializers import InvoiceOut, InvoicePage, InvoiceQuery
from billing.api.shown import as_rows, shown
from billing.delivery import delivered_as
from billing.models import Invoice
from billing.operations.draft_invoice import delete_draft, draft_invoice, edit_draft
from billing.operations.issue_invoice import issue_invoice
from billing.queries import InvoiceWithState, in_state
from billing.web.listing import INVOICES
from customers.access import get_customer_for
from office.api.bulk import BulkAnswer, in_bulk, many
from office.api.idempotency import idempotent
from office.api.paging import page_of
from office.api.views import ApiView, checked, company_of
from office.web.lists.filters import search_rows
from office.web.requests import ApiRequest

WHERE = {
    "kind": "kind",
    "customer": "customer_id",
    "dated_from": "dated_on__gte",
    "dated_to": "dated_on__lte",
}


class InvoicesView(ApiView):
    """All documents, and drafting one."""

    permission = {"get": "billing.view_invoice", "post": "billing.draft_invoice"}

    @extend_schema(operation_id="list_invoices", parameters=[InvoiceQuery], responses=InvoicePage)
    def get(self, request: ApiRequest) -> Response:
        """The invoices and credit memos of a company."""
        query = checked(InvoiceQuery, request.query_params.dict())
        company = company_of(request)
        documents = invoices_for(request.user).filter(company=company).select_related("customer")
        rows, following = page_of(_narrowed(as_rows(documents, company.today()), query), query, "invoices")
        return Response(InvoicePage({"results": rows, "next": following}).data)

    @extend_schema(operation_id="draft_invoice", request=DraftIn, responses={201: InvoiceOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Draft an invoice; it has no number and owes nothing yet."""
        data = checked(DraftIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        invoice = draft_invoice(customer.company, details_from(data), by=request.user)
        return shown(request.user, invoice.pk, 201)


class ManyInvoicesView(ApiView):
    """Many documents at once."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="draft_invoices", request=many(DraftOrIssueIn), responses=BulkAnswer)
    @in_bulk
    def post(self, request: ApiRequest, row: Any) -> Response:
        """Draft many invoices, and issue those whose row says `issue`; what cannot be issued is not drafted either."""
        data = checked(DraftOrIssueIn, row)
        is_issued = data.pop("issue")
        if is_issued and not request.user.has_perm("billing.issue_invoice"):
            raise PermissionDenied("You may draft invoices, and not issue them.")
        customer = get_customer_for(request.user, data["customer"])
        invoice = draft_invoice(customer.company, details_from(data), by=request.user)
        if is_issued:
            issue_invoice(invoice.pk, by=request.user, on=invoice.dated_on or customer.company.today())
        return shown(request.user, invoice.pk, 201)


class InvoiceView(ApiView):
    """One document."""

    locks = "billing.Invoice"
    is_versioned = True
    permission = {
        "get": "billing.view_invoice",
        "put": "billing.draft_invoice",
        "delete": "billing.draft_invoice",
    }

    @extend_schema(operation_id="get_invoice", responses=InvoiceOut)
    def get(self, request: ApiRequest, invoice_id: int) -> Response:
        """A document with its lines, taxes, account and what settled it."""
        return shown(request.user, invoice_id)

    @extend_schema(operation_id="edit_draft", request=DraftChange, responses=InvoiceOut)
    def put(self, request: ApiRequest, invoice_id: int) -> Response:
        """Change a draft that was read at `version`; its lines are replaced."""
        invoice = get_invoice_for(request.user, invoice_id)
        data = checked(DraftChange, request.data)
        version = data.pop("version")
        get_customer_for(request.user, data["customer"])
        details = details_from(data, source_reference=invoice.source_reference)
        edit_draft(invoice.pk, details, version=version, by=request.user)
        return shown(request.user, invoice_id)

    @extend_schema(operation_id="delete_draft", responses={204: None})
    def delete(self, request: ApiRequest, invoice_id: int) -> Response:
        """Throw a draft away."""
        delete_draft(get_invoice_for(request.user, invoice_id).pk, by=request.user)
        return Response(status=204)


def _narrowed(documents: QuerySet[InvoiceWithState], query: dict[str, Any]) -> QuerySet[Invoice]:
    documents = documents.filter(**{path: query[name] for name, path in WHERE.items() if name in query})
    if "state" in query:
        documents = in_state(documents, query["state"])
    if "delivery" in query:
        documents = delivered_as(documents, query["delivery"])
    return search_rows(documents, INVOICES.search, INVOICES.fold(query.get("q", "")))
