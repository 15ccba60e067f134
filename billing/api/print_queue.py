"""The print queue, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import invoices_for
from billing.api.serializers import InvoicePage
from billing.api.shown import as_rows
from billing.models import Printing
from billing.operations.mark_printed import mark_printed, unmark_printed
from billing.pdf.merging import MOST
from billing.print_queue import waiting_for_print
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest


class PrintedIn(Input):
    """Which documents."""

    invoices = serializers.ListField(child=IdIn(), allow_empty=False, max_length=MOST)


class PrintingOut(serializers.ModelSerializer):
    """That a document went to paper; `withdrawn_at` says since when that does not count."""

    class Meta:
        model = Printing
        fields = ["invoice", "printed_at", "printed_by", "withdrawn_at", "withdrawn_by"]


class PrintingsOut(serializers.Serializer):
    """One row for each document."""

    results = PrintingOut(many=True)


class PrintQueueView(ApiView):
    """What waits to be printed."""

    permission = {"get": "billing.send_invoice"}

    @extend_schema(operation_id="list_print_queue", parameters=[PageQuery], responses=InvoicePage)
    def get(self, request: ApiRequest) -> Response:
        """Issued documents of customers who get paper that nobody printed yet; their PDF is at `invoices/pdf/`."""
        query, company = checked(PageQuery, request.query_params.dict()), company_of(request)
        waiting = waiting_for_print(invoices_for(request.user).filter(company=company)).select_related("customer")
        rows, following = page_of(as_rows(waiting, company.today()), query, "print-queue")
        return Response(InvoicePage({"results": rows, "next": following}).data)


class PrintedView(ApiView):
    """Marking documents printed."""

    permission = {"post": "billing.send_invoice"}

    @extend_schema(operation_id="mark_printed", request=PrintedIn, responses=PrintingsOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Take documents that are on paper out of the queue: all of them, or none where one cannot be."""
        return Response(PrintingsOut({"results": mark_printed(named_in(request), by=request.user)}).data)


class UnprintedView(ApiView):
    """Undoing it."""

    permission = {"post": "billing.send_invoice"}

    @extend_schema(operation_id="unmark_printed", request=PrintedIn, responses=PrintingsOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Say of documents that they are not on paper after all: all of them, or none where one was not marked."""
        return Response(PrintingsOut({"results": unmark_printed(named_in(request), by=request.user)}).data)


def named_in(request: ApiRequest) -> list[int]:
    """The documents that a call names; Http404 where this person may not see one of them."""
    wanted = set(checked(PrintedIn, request.data)["invoices"])
    seen = invoices_for(request.user).filter(company=company_of(request), pk__in=wanted)
    found = list(seen.values_list("pk", flat=True))
    if len(found) != len(wanted):
        raise Http404("One of these documents does not exist.")
    return found
