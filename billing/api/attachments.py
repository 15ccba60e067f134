"""The files beside a document, for programs."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import get_attachment_for, get_invoice_for
from billing.models import Attachment
from billing.operations.manage_attachments import attach_file, remove_attachment
from billing.web.attachments import file_response
from office.api.fields import FileIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest


class AttachmentIn(Input):
    """A file, and whether the customer gets it with the document."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64.")
    goes_along = serializers.BooleanField(default=False)


class AttachmentOut(serializers.ModelSerializer):
    """A file beside a document."""

    class Meta:
        model = Attachment
        fields = ["id", "name", "media_type", "size", "sha256", "goes_along", "added_at"]


class AttachmentsOut(serializers.Serializer):
    """A document's files."""

    results = AttachmentOut(many=True)


class AttachmentsView(ApiView):
    """A document's files, and adding one."""

    permission = {"get": "billing.view_invoice", "post": "billing.draft_invoice"}

    @extend_schema(operation_id="list_attachments", responses=AttachmentsOut)
    def get(self, request: ApiRequest, invoice_id: int) -> Response:
        """The files beside a document."""
        rows = get_invoice_for(request.user, invoice_id).attachments.defer("content")
        return Response(AttachmentsOut({"results": rows}).data)

    @extend_schema(operation_id="attach_file", request=AttachmentIn, responses={201: AttachmentOut})
    @idempotent
    def post(self, request: ApiRequest, invoice_id: int) -> Response:
        """Keep a file beside a document."""
        invoice = get_invoice_for(request.user, invoice_id)
        data = checked(AttachmentIn, request.data)
        kept = attach_file(invoice.pk, data["name"], data["content"], goes_along=data["goes_along"], by=request.user)
        return Response(AttachmentOut(kept).data, 201)


class AttachmentView(ApiView):
    """One file."""

    permission = {"get": "billing.view_invoice", "delete": "billing.draft_invoice"}

    @extend_schema(operation_id="get_attachment", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, attachment_id: int) -> HttpResponse:
        """Its bytes."""
        return file_response(get_attachment_for(request.user, attachment_id))

    @extend_schema(operation_id="remove_attachment", responses={204: None})
    def delete(self, request: ApiRequest, attachment_id: int) -> Response:
        """Take it away."""
        remove_attachment(get_attachment_for(request.user, attachment_id).pk, by=request.user)
        return Response(status=204)
