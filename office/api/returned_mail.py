"""Mail that came back, for mail servers."""

from collections.abc import Mapping
from typing import IO, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from office.access import companies_for
from office.api.idempotency import idempotent
from office.api.views import ApiView
from office.mail.returned import LARGEST
from office.models import OutgoingMail
from office.operations.take_returned_mail import Finding, take_returned_mail
from office.web.requests import ApiRequest


class MailParser(BaseParser):
    """A mail as it stands, each byte a character."""

    media_type = "message/rfc822"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        return {"mail": stream.read(LARGEST + 1).decode("latin-1")}


class TakenOut(serializers.Serializer):
    """What a returned mail comes to: a bounce, one known before, or none."""

    finding = serializers.ChoiceField(choices=[each.value for each in Finding])
    detail = serializers.CharField(source="words")
    mail = serializers.IntegerField(source="mail.pk", allow_null=True, default=None, help_text="The mail it is about.")


class ReturnedMailView(ApiView):
    """Mail that came back."""

    permission = {"post": "office.take_returned_mail"}
    parser_classes = [MailParser]

    @extend_schema(
        operation_id="take_returned_mail",
        request={"message/rfc822": OpenApiTypes.BINARY},
        responses=TakenOut,
    )
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Hand in a delivery report, the raw message as the body: which of our mails did not reach whom, and why."""
        data: Any = request.data
        among = OutgoingMail.objects.filter(company__in=companies_for(request.user))
        taken = take_returned_mail(data.get("mail", "").encode("latin-1"), among=among, by=request.user)
        return Response(TakenOut(taken).data)
