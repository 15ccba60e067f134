"""Book checks, for programs."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import AmountOut, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.models import Run
from office.web.requests import ApiRequest
from reports.findings.kind import Asked
from reports.findings.kinds import kinds_for
from reports.operations.begin_book_check import ask_book_check
from reports.tie_out import tie_out
from reports.whole_check import WholeCheck, whole_check, with_pages


class BookCheckQuery(Query):
    """Which day."""

    on = serializers.DateField(required=False, help_text="Of the tie-out; left out: today.")


class WayToOwedOut(serializers.Serializer):
    """One way to what customers owe, and what it says more than the receivable account."""

    currency = serializers.CharField()
    key = serializers.ChoiceField(choices=["papers", "open", "allocated", "control"])
    amount = AmountOut()
    difference = AmountOut()


class CurrencyTieOut(serializers.Serializer):
    """The ways of one currency."""

    currency = serializers.CharField()
    is_tied = serializers.BooleanField()
    ties = WayToOwedOut(many=True)


class FindingKindOut(serializers.Serializer):
    """What wants a look: how many, why it matters, where it comes from, and where it is shown and mended."""

    key = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField(help_text="Past 10,000 one more than that.")
    why = serializers.CharField()
    cause = serializers.CharField()
    address = serializers.CharField()
    mend = serializers.CharField()
    mend_address = serializers.CharField()


class FoundOut(serializers.Serializer):
    """What the whole check found: the promise that is broken, its cause in words, and the page of what it is about."""

    check = serializers.CharField()
    cause = serializers.CharField()
    is_chain = serializers.BooleanField(help_text="Whether it is of the chain of hashes of documents.")
    subject = serializers.CharField()
    detail = serializers.CharField()
    address = serializers.CharField(help_text="Empty where it has no page.")
    mend = serializers.CharField()
    mend_address = serializers.CharField()


class WholeCheckOut(serializers.Serializer):
    """The last whole check: when, by whom, how much it found, and what of that is named."""

    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(allow_null=True, help_text="Empty for the check of each night.")
    count = serializers.IntegerField(allow_null=True)
    is_running = serializers.BooleanField(help_text="Whether another is under way.")
    findings = FoundOut(many=True)


class BookChecksOut(serializers.Serializer):
    """All three; who sees some customers only is told of their findings alone."""

    on = serializers.DateField()
    tie_out = CurrencyTieOut(many=True, allow_null=True)
    findings = FindingKindOut(many=True)
    whole_check = WholeCheckOut(allow_null=True)


class BookCheckRunOut(serializers.ModelSerializer):
    """A whole check under way."""

    class Meta:
        model = Run
        fields = ["id", "title", "status", "done", "total", "started_at"]


class BookChecksView(ApiView):
    """Whether the book agrees, and what in it wants a look."""

    permission = {"get": "office.view_reports", "post": "ledger.check_book"}

    @extend_schema(operation_id="get_book_checks", parameters=[BookCheckQuery], responses=BookChecksOut)
    def get(self, request: ApiRequest) -> Response:
        """The tie-out of a day, the kinds of findings with their counts, and what the last whole check found."""
        company = company_of(request)
        on = checked(BookCheckQuery, request.query_params.dict()).get("on") or company.today()
        sees_all = not request.user.only_own_customers
        asked = Asked(request.user, company, company.today())
        answer = {
            "on": on,
            "tie_out": [_tied(tied) for tied in tie_out(company.pk, on)] if sees_all else None,
            "findings": [_kind(kind, kind.count(asked, {})) for kind in kinds_for(request.user)],
            "whole_check": _whole(whole_check(company), asked) if sees_all else None,
        }
        return Response(BookChecksOut(answer).data)

    @extend_schema(operation_id="ask_book_check", request=None, responses={202: BookCheckRunOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have the whole book checked now; refused while that is under way."""
        return Response(BookCheckRunOut(ask_book_check(company_of(request), by=request.user)).data, 202)


def _tied(tied: Any) -> dict[str, Any]:
    ties = [vars(tie) | {"currency": tied.currency} for tie in tied.ties]
    return {"currency": tied.currency, "is_tied": tied.is_tied, "ties": ties}


def _kind(kind: Any, count: int) -> dict[str, Any]:
    return {
        "key": kind.key,
        "title": kind.title,
        "count": count,
        "why": kind.why,
        "cause": kind.cause,
        "address": reverse("reports:findings", args=[kind.key]),
        "mend": kind.way.words,
        "mend_address": reverse(kind.way.page),
    }


def _whole(check: WholeCheck, asked: Asked) -> dict[str, Any]:
    last = check.last
    return {
        "started_at": last.started_at if last else None,
        "finished_at": last.finished_at if last else None,
        "by": str(last.by) if last and last.by else None,
        "count": check.count if last else None,
        "is_running": check.running is not None,
        "findings": _found(check, asked),
    }


def _found(check: WholeCheck, asked: Asked) -> list[dict[str, Any]]:
    by_check = check.by_check
    every = [finding for found in by_check for finding in found.findings]
    pages = dict(with_pages(every, asked.user, asked.company))
    return [
        {
            "check": found.check,
            "cause": found.words.cause,
            "is_chain": found.words.is_chain,
            "subject": finding.subject,
            "detail": finding.detail,
            "address": pages[finding],
            "mend": found.words.way.words,
            "mend_address": reverse(found.words.way.page),
        }
        for found in by_check
        for finding in found.findings
    ]
