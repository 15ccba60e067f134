"""Reports, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from ledger.calendar import month_start
from office.api.views import ApiView, checked, company_of
from office.web.requests import ApiRequest
from reports.api.serializers import CauseQuery, CausesOut
from reports.causes import CauseQuestion, cause_report


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
