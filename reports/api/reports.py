"""Every report, for programs: one endpoint for each, all of one shape."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from ledger.snapshot import snapshot
from office.api.fields import AmountOut
from office.api.views import ApiView, company_of
from office.models import Company
from office.web.requests import ApiRequest
from reports.frame import Answer, Asked, Column, Report, Row, Table
from reports.frame.question import PAGE, place_in
from reports.frame.words import plain

MOST = 1000


class ColumnOut(serializers.Serializer):
    """A column of a table. Amounts of kind company_money stand in the company's currency, money in the row's."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not its own label
    kind = serializers.CharField()


class RowOut(serializers.Serializer):
    """The values of a row by column; amounts are text, in their currency's places. `note` says more of the first one,
    such as the customer's number."""

    currency = serializers.CharField()
    values = serializers.DictField()
    note = serializers.CharField()


class TableOut(serializers.Serializer):
    """Rows and the sums of all rows; `next` is the `after` of the next page."""

    title = serializers.CharField()
    columns = ColumnOut(many=True)
    rows = RowOut(many=True)
    foot = RowOut(many=True)
    next = serializers.CharField(allow_null=True)


class ProofOut(serializers.Serializer):
    """What was compared with the book; a difference other than zero tells of a fault."""

    words = serializers.CharField()
    currency = serializers.CharField()
    difference = AmountOut()


class FigureOut(serializers.Serializer):
    """A measure with its formula; null where it cannot be worked out."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field, not its own label
    value = serializers.CharField(allow_null=True)
    unit = serializers.CharField()
    formula = serializers.CharField()


class ReportOut(serializers.Serializer):
    """What a report answers."""

    report = serializers.CharField()
    about = serializers.CharField()
    question = serializers.DictField()
    figures = FigureOut(many=True)
    tables = TableOut(many=True)
    proofs = ProofOut(many=True)
    not_compared = serializers.CharField()


def api_view_of(report: Report) -> type[ApiView]:
    """The endpoint of a report."""

    class ReportView(ApiView):
        permission = {"get": report.permission}

        @extend_schema(
            operation_id=f"get_{report.name.replace('-', '_')}_report",
            parameters=_parameters(report),
            responses=ReportOut,
            description=report.words,
        )
        def get(self, request: ApiRequest) -> Response:
            company = company_of(request)
            with timezone.override(ZoneInfo(company.time_zone)):
                return Response(_answered(request, report, company))

    ReportView.__doc__ = report.words
    return ReportView


def _parameters(report: Report) -> list[OpenApiParameter]:
    """The fields of the question, and which page of its first table."""
    named = [
        OpenApiParameter(name, enum=_choices(field), description=str(field.label or ""), type=_type(field))
        for name, field in report.form.base_fields.items()
    ]
    page = OpenApiParameter("after", description="The place that a page before gave as `next`.")
    return [*named, page, OpenApiParameter("limit", type=int, description=f"Rows of each table, at most {MOST}.")]


def _choices(field: forms.Field) -> list[str] | None:
    """What a field may say, where that does not depend on the company."""
    choices = getattr(field, "choices", None)
    return [str(key) for key, _ in choices if key != ""] if isinstance(choices, list) and choices else None


def _type(field: forms.Field) -> Any:
    formats = {forms.DateField: "date", forms.DateTimeField: "date-time"}
    known = next((each for kind, each in formats.items() if isinstance(field, kind)), "")
    return {"type": "string", "format": known} if known else int if isinstance(field, forms.IntegerField) else str


def _answered(request: ApiRequest, report: Report, company: Company) -> dict[str, Any]:
    form = report.form(request.query_params.dict(), company)
    if form.errors:
        raise serializers.ValidationError({name: [str(each) for each in words] for name, words in form.errors.items()})
    asked = Asked(report, company, request.user, form, place_in(request.query_params), _limit(request))
    with snapshot():
        return ReportOut(shown(asked, report.answer(asked))).data


def _limit(request: ApiRequest) -> int:
    text = request.query_params.get("limit") or str(PAGE)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise serializers.ValidationError({"limit": [f"Give a number from 1 to {MOST}."]})
    return int(text)


def shown(asked: Asked, answer: Answer) -> dict[str, Any]:
    """The answer as a program wants it."""
    own = asked.company.currency
    return {
        "report": asked.report.name,
        "about": answer.about,
        "question": {name: None if value is None else str(value) for name, value in asked.values.items()},
        "figures": [
            vars(replace(figure, numbers=())) | {"value": None if figure.value is None else str(figure.value)}
            for figure in answer.figures
        ],
        "tables": [_table(table, own) for table in answer.tables],
        "proofs": answer.proofs,
        "not_compared": answer.not_compared,
    }


def _table(table: Table, own: str) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": table.columns,
        "rows": [_row(table.columns, row, own) for row in table.rows],
        "foot": [_row(table.columns, row, own) for row in table.foot],
        "next": table.next or None,
    }


def _row(columns: tuple[Column, ...], row: Row, own: str) -> dict[str, Any]:
    values = {column.key: _as_json(plain(column, row, own)) for column in columns}
    return {"currency": row.currency, "values": values, "note": row.note}


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
