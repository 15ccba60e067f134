"""The words of mails, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input, Query
from office.api.views import ApiView, checked, company_of
from office.languages import LANGUAGES
from office.mail.texts import TEXTS, Text, TextKind, latest_version, own_texts, text_in_use
from office.models import Company
from office.operations.edit_mail_text import LONGEST_BODY, LONGEST_SUBJECT, edit_mail_text, restore_mail_text
from office.web.requests import ApiRequest


class VariableOut(serializers.Serializer):
    """A word in braces and what it stands for."""

    name = serializers.CharField()
    meaning = serializers.CharField()


class MailTextOut(serializers.Serializer):
    """The words in force of a kind and stage in a language; version 0 and `is_own` false: the built-in ones."""

    kind = serializers.CharField()
    stage = serializers.CharField()
    language = serializers.CharField()
    version = serializers.IntegerField()
    is_own = serializers.BooleanField()
    subject = serializers.CharField()
    body = serializers.CharField()


class MailTextKindOut(serializers.Serializer):
    """A kind of mail: its stages, and the words that its texts may leave open."""

    kind = serializers.CharField()
    title = serializers.CharField()
    stages = serializers.DictField(child=serializers.CharField())
    variables = VariableOut(many=True)


class MailTextsOut(serializers.Serializer):
    """The kinds, and every text that is the company's own."""

    kinds = MailTextKindOut(many=True)
    own = MailTextOut(many=True)


class PlaceQuery(Query):
    """Which text."""

    kind = serializers.CharField(max_length=30)
    stage = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(list(LANGUAGES.items()))


class MailTextIn(Input):
    """A text; without subject and body the built-in words are used again."""

    kind = serializers.CharField(max_length=30)
    stage = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(list(LANGUAGES.items()))
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="The one that was read.")
    subject = serializers.CharField(max_length=LONGEST_SUBJECT, required=False, default="", allow_blank=True)
    body = serializers.CharField(max_length=LONGEST_BODY, required=False, default="", allow_blank=True)


class MailTextsView(ApiView):
    """The words of mails."""

    locks = "office.Company"
    is_versioned = True
    permission = {"get": "office.edit_mail_texts", "put": "office.edit_mail_texts"}

    @extend_schema(operation_id="list_mail_texts", parameters=[Query], responses=MailTextsOut)
    def get(self, request: ApiRequest) -> Response:
        """What can be worded, and what the company has worded itself."""
        checked(Query, request.query_params.dict())
        company = company_of(request)
        kinds = [{**vars(kind), "stages": kind.stages(company)} for kind in TEXTS.values()]
        own = [MailTextOut({**vars(row), "is_own": True}).data for row in own_texts(company)]
        return Response(MailTextsOut({"kinds": kinds, "own": own}).data)

    @extend_schema(operation_id="edit_mail_text", request=MailTextIn, responses=MailTextOut)
    def put(self, request: ApiRequest) -> Response:
        """Word mails of a kind, stage and language anew, or have the built-in words again."""
        data, company = checked(MailTextIn, request.data), company_of(request)
        place = (company, data["kind"], data["stage"], data["language"])
        if data["subject"] or data["body"]:
            text = Text(data["subject"], data["body"])
            edit_mail_text(*place, text, version=data["version"], by=request.user)
        else:
            restore_mail_text(*place, version=data["version"], by=request.user)
        return Response(MailTextOut(_text(company, TEXTS[data["kind"]], data["stage"], data["language"])).data)


class MailTextView(ApiView):
    """One text."""

    permission = {"get": "office.edit_mail_texts"}

    @extend_schema(operation_id="get_mail_text", parameters=[PlaceQuery], responses=MailTextOut)
    def get(self, request: ApiRequest) -> Response:
        """The words in force."""
        query, company = checked(PlaceQuery, request.query_params.dict()), company_of(request)
        kind = TEXTS.get(query["kind"])
        if kind is None or query["stage"] not in kind.stages(company):
            raise serializers.ValidationError({"kind": ["There is no such kind and stage of mail."]})
        return Response(MailTextOut(_text(company, kind, query["stage"], query["language"])).data)


def _text(company: Company, kind: TextKind, stage: str, language: str) -> dict[str, object]:
    latest = latest_version(kind.kind, stage, language, company)
    text = text_in_use(kind, stage, language, company)
    said = {"kind": kind.kind, "stage": stage, "language": language, **vars(text)}
    return said | {"version": latest.version if latest else 0, "is_own": bool(latest and latest.body)}
