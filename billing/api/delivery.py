"""Delivery and printing, for programs."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from billing.access import get_invoice_for, invoices_for
from billing.delivery import deliveries_of
from billing.pdf.merging import MOST, merged_pdf
from office.api.errors import Unavailable
from office.api.fields import PersonEmailOut, PersonNameOut, Query, WordsOut
from office.api.renderers import PdfRenderer
from office.api.views import ApiView, checked, company_of
from office.papers import PdfUnavailable
from office.web.fields import typed_id
from office.web.requests import ApiRequest


class DeliveryOut(serializers.Serializer):
    """A recipient, and how the latest mail to them stands: a state of mails, `not_sent`, or `opened` by a person."""

    contact = serializers.IntegerField(source="contact.pk")
    name = PersonNameOut(source="contact.name")
    email = PersonEmailOut()
    state = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    explanation = WordsOut()


class DeliveriesOut(serializers.Serializer):
    """How a document stands with each recipient."""

    results = DeliveryOut(many=True)


class DeliveriesView(ApiView):
    """Whom a document reached."""

    permission = {"get": "billing.view_invoice"}

    @extend_schema(operation_id="list_deliveries", responses=DeliveriesOut)
    def get(self, request: ApiRequest, invoice_id: int) -> Response:
        """How a document stands with each recipient; to mail it again, use `send` and name the contact."""
        return Response(DeliveriesOut({"results": deliveries_of(get_invoice_for(request.user, invoice_id))}).data)


class MergedQuery(Query):
    """Which documents."""

    documents = serializers.CharField(max_length=2000, help_text=f"Ids with commas between, at most {MOST}.")

    def validate_documents(self, text: str) -> list[int]:
        ids = [typed_id(part.strip()) for part in text.split(",")]
        if None in ids:
            raise ValidationError("Write the ids of documents with commas between: 12,13,14.")
        return [each for each in ids if each is not None]


class MergedPdfView(ApiView):
    """Several documents on paper."""

    permission = {"get": "billing.view_invoice"}
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(
        operation_id="get_merged_pdf",
        parameters=[MergedQuery],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        """Issued documents as one PDF, in the order of their numbers."""
        ids = checked(MergedQuery, request.query_params.dict())["documents"]
        seen = invoices_for(request.user).filter(company=company_of(request), pk__in=ids)
        try:
            content = merged_pdf(
                seen.select_related("company", "customer").order_by("number", "pk")[: MOST + 1], request.user
            )
        except PdfUnavailable as failure:
            raise Unavailable(str(failure), code="pdf_unavailable") from failure
        headers = {"Content-Disposition": 'attachment; filename="documents.pdf"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)
