"""Reports, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from ledger.calendar import month_start
from office.api.paging import seal, unseal
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from reports.ageing import Ageing, aged_items, ageing
from reports.api.serializers import (
    AgedItemsOut,
    AgedItemsQuery,
    AgeingOut,
    AgeingQuery,
    CauseQuery,
    CausesOut,
    question_from,
)
from reports.causes import CauseQuestion, cause_report

LIST = "ageing"


class AgeingView(ApiView):
    """The ageing report."""

    permission = {"get": "office.view_reports"}

    @extend_schema(operation_id="get_ageing", parameters=[AgeingQuery], responses=AgeingOut)
    def get(self, request: ApiRequest) -> Response:
        """What each customer owed on a day by how late it was, with totals and the receivable account."""
        query = checked(AgeingQuery, request.query_params.dict())
        question = question_from(query, company_of(request), request.user)
        after = unseal(query["cursor"], LIST) if "cursor" in query else None
        answer = ageing(question, after=after, limit=query["limit"])
        return Response(AgeingOut(_shown(answer)).data)


class AgedItemsView(ApiView):
    """The items behind the figures of the ageing report."""

    permission = {"get": "office.view_reports"}

    @extend_schema(operation_id="list_aged_items", parameters=[AgedItemsQuery], responses=AgedItemsOut)
    def get(self, request: ApiRequest) -> Response:
        """The open items that one figure adds up, as of that day."""
        query = checked(AgedItemsQuery, request.query_params.dict())
        items = aged_items(
            question_from(query, company_of(request), request.user),
            column=query.get("column", ""),
            customer_id=query.get("customer"),
            currency=query.get("currency", ""),
        )
        return Response(AgedItemsOut({"results": items}).data)


class CausesView(ApiView):
    """Why customers object."""

    permission = {"get": "office.view_reports"}

    @extend_schema(operation_id="get_dispute_causes", parameters=[CauseQuery], responses=CausesOut)
    def get(self, request: ApiRequest) -> Response:
        """Disputes of a period by reason, product, department, owner or month; how long they took, how they ended."""
        query, company = checked(CauseQuery, request.query_params.dict()), company_of(request)
        question = CauseQuestion(
            company=company,
            first_day=query.get("first_day") or month_start(company.today()).replace(month=1),
            last_day=query.get("last_day") or company.today(),
            by=query["by"],
            owner_id=request.user.pk if request.user.only_own_customers else None,
        )
        report = cause_report(question)
        return Response(CausesOut({"question": question, "results": report.causes, "totals": report.totals}).data)


def _shown(answer: Ageing) -> dict[str, Any]:
    question, last = answer.question, answer.rows[-1] if answer.rows else None
    return {
        "on": question.on,
        "by": question.by,
        "known_at": question.known_at,
        "results": answer.rows,
        "totals": [row._asdict() | _proof(answer, row.currency) for row in answer.totals],
        "next": seal(last.place, LIST) if answer.has_more and last else None,
    }


def _proof(answer: Ageing, currency: str) -> dict[str, Any]:
    """The receivable account and what it says more; neither where the answer covers only some customers."""
    if not answer.question.is_whole:
        return {"control": None, "difference": None}
    return {"control": answer.control.get(currency, 0), "difference": answer.difference(currency)}
