"""What programs say of the orders that documents bill."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from billing.access import get_invoice_for
from billing.api.draft_serializers import LinksIn, link_from
from billing.api.serializers import InvoiceOut
from billing.api.shown import shown
from billing.operations.link_lines import link_lines
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest


class LinkLinesView(ApiView):
    """What a document's lines bill."""

    permission = {"post": "billing.issue_invoice"}

    @extend_schema(operation_id="link_lines", request=LinksIn, responses=InvoiceOut)
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Say which lines of orders and shipments a document's lines bill, also of an issued one."""
        invoice = get_invoice_for(request.user, invoice_id)
        said = checked(LinksIn, request.data)["lines"]
        link_lines(
            invoice.pk, {line["line"]: link_from({"order_line_id": None, **line}) for line in said}, by=request.user
        )
        return shown(request.user, invoice_id)
