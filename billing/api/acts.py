"""What programs do with one document."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from billing.access import get_invoice_for, get_link_for
from billing.api.act_serializers import (
    CorrectIn,
    CreditIn,
    DebitNoteIn,
    IssueIn,
    LinkOut,
    LinksOut,
    MailOut,
    MailsOut,
    ReadIn,
    SendIn,
    VoidIn,
    wanted_from,
    why_from,
)
from billing.api.serializers import InvoiceOut
from billing.api.shown import shown
from billing.operations.copy_invoice import copy_invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.draft_debit_note import draft_debit_note
from billing.operations.grant_discount import grant_discount
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_links import renew_link, revoke_link
from billing.operations.read_einvoice import read_einvoice
from billing.operations.send_invoice import send_invoice
from billing.operations.void_invoice import void_invoice
from billing.pdf import pdf_for
from billing.web.document import xml_response
from office.api.approving import ApprovalOut
from office.api.errors import Unavailable
from office.api.idempotency import idempotent
from office.api.renderers import PdfRenderer
from office.api.views import ApiView, checked, company_of
from office.papers import PdfUnavailable
from office.web.requests import ApiRequest


class CopyView(ApiView):
    """Copying a document."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="copy_invoice", request=None, responses={201: InvoiceOut})
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Draft the same again, and answer with the draft."""
        copy = copy_invoice(get_invoice_for(request.user, invoice_id).pk, by=request.user)
        return shown(request.user, copy.pk, 201)


class IssueView(ApiView):
    """Issuing a draft."""

    permission = {"post": "billing.issue_invoice"}

    @extend_schema(operation_id="issue_invoice", request=IssueIn, responses=InvoiceOut)
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Give a draft its number and enter in the book what the customer now owes."""
        invoice = get_invoice_for(request.user, invoice_id)
        data = checked(IssueIn, request.data)
        on = data.get("on") or invoice.company.today()
        issue_invoice(invoice.pk, by=request.user, on=on, override=data.get("override", ""))
        return shown(request.user, invoice_id)


class SendView(ApiView):
    """Mailing a document."""

    permission = {"post": "billing.send_invoice"}

    @extend_schema(operation_id="send_invoice", request=SendIn, responses=MailsOut)
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Mail an issued document to those who get invoices, or to those named."""
        invoice = get_invoice_for(request.user, invoice_id)
        contacts = checked(SendIn, request.data).get("contacts")
        mails = send_invoice(invoice.pk, by=request.user, contact_ids=contacts)
        return Response(MailsOut({"results": mails}).data)


class VoidView(ApiView):
    """Voiding a document."""

    permission = {"post": "billing.void_invoice"}

    @extend_schema(operation_id="void_invoice", request=VoidIn, responses={200: InvoiceOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Take an issued document back by its mirror; it keeps its number."""
        invoice = get_invoice_for(request.user, invoice_id)
        data = checked(VoidIn, request.data)
        on = data.get("on") or invoice.company.today()
        void_invoice(invoice.pk, **why_from(data), by=request.user, on=on)
        return shown(request.user, invoice_id)


class CreditView(ApiView):
    """Crediting an invoice."""

    permission = {"post": "billing.credit_invoice"}

    @extend_schema(operation_id="credit_invoice", request=CreditIn, responses={201: InvoiceOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Issue a credit memo for an invoice, and answer with it."""
        invoice = get_invoice_for(request.user, invoice_id)
        data = checked(CreditIn, request.data)
        memo = credit_invoice(
            invoice.pk,
            wanted_from(data),
            **why_from(data),
            by=request.user,
            on=data.get("on") or invoice.company.today(),
            apply=data["apply"],
        )
        return shown(request.user, memo.pk, 201)


class CorrectView(ApiView):
    """Correcting an invoice."""

    permission = {"post": "billing.credit_invoice"}

    @extend_schema(operation_id="correct_invoice", request=CorrectIn, responses={201: InvoiceOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Credit all that is left of a wrong invoice, draft the right one from it, and answer with the draft."""
        invoice = get_invoice_for(request.user, invoice_id)
        data = checked(CorrectIn, request.data)
        draft = correct_invoice(
            invoice.pk,
            **why_from(data),
            by=request.user,
            on=data.get("on") or invoice.company.today(),
        )
        return shown(request.user, draft.pk, 201)


class DiscountView(ApiView):
    """Granting an early-payment discount."""

    permission = {"post": "billing.credit_invoice"}

    @extend_schema(operation_id="grant_discount", request=None, responses={201: InvoiceOut, 202: ApprovalOut})
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Credit the discount that was earned by paying early, and answer with the credit memo."""
        invoice = get_invoice_for(request.user, invoice_id)
        memo = grant_discount(invoice.pk, by=request.user, on=invoice.company.today())
        return shown(request.user, memo.pk, 201)


class DebitNoteView(ApiView):
    """Charging more."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="draft_debit_note", request=DebitNoteIn, responses={201: InvoiceOut})
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Draft a debit note that adds to an issued invoice, without lines yet, and answer with it."""
        invoice = get_invoice_for(request.user, invoice_id)
        draft = draft_debit_note(invoice.pk, **why_from(checked(DebitNoteIn, request.data)), by=request.user)
        return shown(request.user, draft.pk, 201)


class PdfView(ApiView):
    """A document on paper."""

    permission = {"get": "billing.view_invoice"}
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(
        operation_id="get_invoice_pdf",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: ApiRequest, invoice_id: int) -> HttpResponse:
        """The kept bytes of an issued document; a draft is made anew each time and says that it is one."""
        invoice = get_invoice_for(request.user, invoice_id)
        try:
            content = pdf_for(request.user, invoice)
        except PdfUnavailable as failure:
            raise Unavailable(str(failure), code="pdf_unavailable") from failure
        headers = {"Content-Disposition": f'attachment; filename="{invoice}.pdf"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)


class XmlRenderer(BaseRenderer):
    """Lets a caller ask for application/xml; the view gives the bytes."""

    media_type = "application/xml"
    format = "xml"
    render_style = "binary"
    charset = None


class XmlView(ApiView):
    """A document as an e-invoice."""

    permission = {"get": "billing.view_invoice"}
    renderer_classes = [XmlRenderer, JSONRenderer]

    @extend_schema(
        operation_id="get_einvoice",
        responses={(200, "application/xml"): OpenApiTypes.BINARY},
    )
    def get(self, request: ApiRequest, invoice_id: int) -> HttpResponse:
        """The kept bytes of an issued document's e-invoice, in the format its customer wanted."""
        return xml_response(get_invoice_for(request.user, invoice_id))


class ReadView(ApiView):
    """Reading an e-invoice."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="read_einvoice", request=ReadIn, responses={201: InvoiceOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Draft what a UBL, CII or Factur-X file says, and answer with the draft."""
        data = checked(ReadIn, request.data)
        company = company_of(request)
        draft = read_einvoice(
            company,
            data["file"],
            by=request.user,
            customer_id=data.get("customer"),
            exchange_rate=data.get("exchange_rate"),
        )
        return shown(request.user, draft.pk, 201)


class LinksView(ApiView):
    """The links that opened a document to its customer."""

    permission = {"get": "billing.view_invoice"}

    @extend_schema(operation_id="list_links", responses=LinksOut)
    def get(self, request: ApiRequest, invoice_id: int) -> Response:
        """A document's links, the newest first."""
        invoice = get_invoice_for(request.user, invoice_id)
        return Response(LinksOut({"results": invoice.links.select_related("contact")}).data)


class RenewLinkView(ApiView):
    """Renewing a link."""

    permission = {"post": "billing.manage_links"}

    @extend_schema(operation_id="renew_link", request=None, responses=MailOut)
    @idempotent
    def post(self, request: ApiRequest, link_id: int) -> Response:
        """Stop a link and mail its contact a new one."""
        link = get_link_for(request.user, link_id)
        return Response(MailOut(renew_link(link.pk, by=request.user)).data)


class RevokeLinkView(ApiView):
    """Revoking a link."""

    permission = {"post": "billing.manage_links"}

    @extend_schema(operation_id="revoke_link", request=None, responses=LinkOut)
    @idempotent
    def post(self, request: ApiRequest, link_id: int) -> Response:
        """Stop a link at once."""
        link = get_link_for(request.user, link_id)
        return Response(LinkOut(revoke_link(link.pk, by=request.user)).data)
