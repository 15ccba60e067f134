"""Statements of account, for programs."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from credit_control.api.statement_serializers import (
    StatementAskedIn,
    StatementFiguresOut,
    StatementOut,
    StatementPage,
    StatementQuery,
    StatementsQuery,
)
from credit_control.models import Statement
from credit_control.operations.send_statement import read_statement, send_read_statement
from credit_control.statements.access import get_statement_for, statements_for
from credit_control.statements.asking import Asked, Period, figures_of
from credit_control.statements.kept import figures_from, kept_statement_pdf
from credit_control.statements.names import file_name
from credit_control.statements.runs import mails_of
from credit_control.statements.usual import usual_asked, usual_period
from credit_control.web.downloads import download
from customers.access import get_customer_for
from customers.models import Customer
from customers.persons import require_sees_paper
from office.api.errors import Unavailable
from office.api.idempotency import Write, idempotent_after_reading
from office.api.paging import page_of
from office.api.renderers import PdfRenderer
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.papers import PdfUnavailable
from office.web.requests import ApiRequest

READ, SEND = "credit_control.view_statement", "credit_control.send_statements"
WHERE = {"customer": "customer_id", "run": "run_id", "on": "on"}


class CustomerStatementView(ApiView):
    """A customer's statement as of any day, and sending it."""

    permission = {"get": READ, "post": SEND}

    @extend_schema(operation_id="get_customer_statement", parameters=[StatementQuery], responses=StatementFiguresOut)
    def get(self, request: ApiRequest, customer_id: int) -> Response:
        """What it would say; nothing is kept."""
        customer = get_customer_for(request.user, customer_id)
        period, asked = _wanted(customer, checked(StatementQuery, request.query_params.dict()), request.user)
        return Response(StatementFiguresOut(figures_of(period, [asked])[0]).data)

    @extend_schema(operation_id="send_statement", request=StatementAskedIn, responses={201: StatementOut})
    @idempotent_after_reading
    def post(self, request: ApiRequest, customer_id: int) -> Write:
        """Keep it, and mail it to those who get statements, or to those named."""
        customer = get_customer_for(request.user, customer_id)
        data = checked(StatementAskedIn, request.data)
        period, asked = _wanted(customer, data, request.user)
        read = read_statement(period, asked, data.get("contacts"))
        return lambda: Response(StatementOut(_whole(send_read_statement(read, by=request.user))).data, 201)


def _wanted(customer: Customer, data: dict[str, Any], reader: User) -> tuple[Period, Asked]:
    period = usual_period(customer, data.get("from"), data.get("on"))
    is_combined = data.get("combined", False)
    return period, usual_asked(customer, data.get("form", ""), is_combined=is_combined, reader=reader)


class StatementsView(ApiView):
    """What was sent."""

    permission = {"get": READ}

    @extend_schema(operation_id="list_statements", parameters=[StatementsQuery], responses=StatementPage)
    def get(self, request: ApiRequest) -> Response:
        """The kept statements of the caller's customers."""
        query = checked(StatementsQuery, request.query_params.dict())
        where = {field: query[name] for name, field in WHERE.items() if name in query}
        rows = statements_for(request.user).filter(company=company_of(request), **where)
        found, following = page_of(rows.select_related("customer").defer("figures", "printed"), query, "statements")
        return Response(StatementPage({"results": found, "next": following}).data)


class StatementView(ApiView):
    """One kept statement."""

    locks = "credit_control.Statement"
    permission = {"get": READ}

    @extend_schema(operation_id="get_statement", responses=StatementOut)
    def get(self, request: ApiRequest, statement_id: int) -> Response:
        """A statement as it was sent, and what became of its mails."""
        return Response(StatementOut(_whole(get_statement_for(request.user, statement_id))).data)


class StatementPdfView(ApiView):
    """Its PDF."""

    permission = {"get": READ}
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="get_statement_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, statement_id: int) -> HttpResponse:
        """The kept bytes of a statement."""
        statement = get_statement_for(request.user, statement_id)
        require_sees_paper(statement.customer)
        try:
            content = bytes(kept_statement_pdf(statement).content)
        except PdfUnavailable as failure:
            raise Unavailable(str(failure), code="pdf_unavailable") from failure
        return download(content, "application/pdf", f"{file_name(statement.customer, figures_from(statement))}.pdf")


def _whole(statement: Statement) -> Statement:
    mails = mails_of(Statement.objects.filter(pk=statement.pk)).defer("kept_message").order_by("pk")
    return dressed(statement, said=figures_from(statement), mails=mails)
