"""How papers look, for programs."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from billing.api.acts import Unavailable
from billing.looks import PaperWords, texts_of
from billing.models import PaperKind
from billing.operations.set_paper_looks import set_paper_looks
from billing.pdf.sample import sample_pdf
from office.api.fields import Input, Query
from office.api.renderers import PdfRenderer
from office.api.views import ApiView, checked, company_of
from office.languages import LANGUAGES
from office.models import Company
from office.papers import PdfUnavailable
from office.web.requests import ApiRequest


class PaperTextIO(Input):
    """What papers of a kind say in a language; a text that is left out becomes empty."""

    language = serializers.CharField(max_length=10)
    kind = serializers.CharField(max_length=12)
    above = serializers.CharField(required=False, allow_blank=True, default="", help_text="Above the lines.")
    foot = serializers.CharField(required=False, allow_blank=True, default="", help_text="At the foot of each page.")


class LooksIn(Input):
    """The colour, and texts; what is left out stays."""

    accent = serializers.CharField(
        max_length=7, required=False, allow_blank=True, help_text="Such as #1f4e8c; empty for the usual ink."
    )
    texts = PaperTextIO(many=True, required=False, default=list)


class LooksOut(serializers.Serializer):
    """The colour, and all texts."""

    accent = serializers.CharField()
    texts = PaperTextIO(many=True)


class SampleQuery(Query):
    """Which sample."""

    language = serializers.ChoiceField(choices=list(LANGUAGES.items()))
    kind = serializers.ChoiceField(choices=PaperKind.choices, default=PaperKind.INVOICE.value)


class LooksView(ApiView):
    """How a company's papers look."""

    locks = "office.Company"
    permission = {"get": "billing.view_invoice", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_paper_looks", parameters=[Query], responses=LooksOut)
    def get(self, request: ApiRequest) -> Response:
        """The colour and the texts of papers."""
        checked(Query, request.query_params.dict())
        return _answer(company_of(request))

    @extend_schema(operation_id="set_paper_looks", request=LooksIn, responses=LooksOut)
    def put(self, request: ApiRequest) -> Response:
        """Say how papers look from now on; what is issued stays as it is."""
        wanted = checked(LooksIn, request.data)
        texts = {(row["language"], row["kind"]): PaperWords(row["above"], row["foot"]) for row in wanted["texts"]}
        company = company_of(request)
        set_paper_looks(company, accent=wanted.get("accent"), texts=texts, by=request.user)
        return _answer(Company.objects.get(pk=company.pk))


class SampleView(ApiView):
    """A made-up document with the company's looks."""

    permission = {"get": "billing.view_invoice"}
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(
        operation_id="get_paper_sample",
        parameters=[SampleQuery],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        """A sample as PDF, marked as a draft."""
        query = checked(SampleQuery, request.query_params.dict())
        company = company_of(request)
        try:
            content = sample_pdf(company, query["language"], query["kind"], texts_of(company))
        except PdfUnavailable as failure:
            raise Unavailable(str(failure), code="pdf_unavailable") from failure
        return HttpResponse(content, content_type="application/pdf")


def _answer(company: Company) -> Response:
    texts = [
        {"language": language, "kind": kind, "above": words.above, "foot": words.foot}
        for (language, kind), words in sorted(texts_of(company).items())
    ]
    return Response(LooksOut({"accent": company.accent, "texts": texts}).data)
