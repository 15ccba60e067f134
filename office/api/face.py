"""How a company looks to its customers, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input, Query
from office.api.views import ApiView, checked, company_of
from office.face.notices import LONGEST_NOTICE
from office.face.shown import HelpContact, texts_of
from office.models import Company
from office.operations.set_face import set_face
from office.web.requests import ApiRequest


class FaceTextIO(Input):
    """What a company says to readers of a language at a place; an empty text is taken away."""

    language = serializers.CharField(max_length=10)
    place = serializers.CharField(max_length=10, help_text="greeting, paying, foot or hours.")
    text = serializers.CharField(allow_blank=True, max_length=2000)


class HelpContactIO(Input):
    """Whom customers may ask; where it is empty they see the company's own address and phone."""

    name = serializers.CharField(max_length=100, allow_blank=True)
    email = serializers.CharField(max_length=254, allow_blank=True)
    phone = serializers.CharField(max_length=40, allow_blank=True)


class FaceIn(Input):
    """The colour, whom to ask, the privacy notice, and texts; what is left out stays."""

    accent = serializers.CharField(
        max_length=7, required=False, allow_blank=True, help_text="Such as #1f4e8c; empty for the usual colours."
    )
    contact = HelpContactIO(required=False)
    privacy_notice = serializers.CharField(
        max_length=LONGEST_NOTICE,
        required=False,
        allow_blank=True,
        help_text="Where it stands, such as https://example.com/privacy; empty: none is linked.",
    )
    texts = FaceTextIO(many=True, required=False, default=list)


class FaceOut(serializers.Serializer):
    """The colour, whom to ask, the privacy notice, and all texts."""

    accent = serializers.CharField()
    contact = HelpContactIO()
    privacy_notice = serializers.CharField()
    texts = FaceTextIO(many=True)


class FaceView(ApiView):
    """How a company looks to its customers."""

    locks = "office.Company"
    permission = {"get": "billing.view_invoice", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_face", parameters=[Query], responses=FaceOut)
    def get(self, request: ApiRequest) -> Response:
        """The colour, whom to ask, the privacy notice, and the texts of customers' pages."""
        checked(Query, request.query_params.dict())
        return _answer(company_of(request))

    @extend_schema(operation_id="set_face", request=FaceIn, responses=FaceOut)
    def put(self, request: ApiRequest) -> Response:
        """Say how the company looks to its customers from now on."""
        wanted, company = checked(FaceIn, request.data), company_of(request)
        contact = HelpContact(**wanted["contact"]) if "contact" in wanted else None
        texts = {(row["language"], row["place"]): row["text"] for row in wanted["texts"]}
        accent, notice = wanted.get("accent"), wanted.get("privacy_notice")
        set_face(company, accent=accent, contact=contact, notice=notice, texts=texts, by=request.user)
        return _answer(Company.objects.get(pk=company.pk))


def _answer(company: Company) -> Response:
    texts = [
        {"language": language, "place": place, "text": text}
        for (language, place), text in sorted(texts_of(company).items())
    ]
    contact = HelpContact(company.help_name, company.help_email, company.help_phone)
    face = {"accent": company.accent, "contact": contact, "privacy_notice": company.privacy_notice, "texts": texts}
    return Response(FaceOut(face).data)
