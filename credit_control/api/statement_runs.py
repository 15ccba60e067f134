"""Statement runs and their schedule, for programs."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from credit_control.api.statement_serializers import (
    StatementRunIn,
    StatementRunOut,
    StatementRunPage,
    StatementRunRowPage,
    StatementRunRowsQuery,
    StatementScheduleIn,
    StatementScheduleOut,
    StatementStartIn,
    require_known,
)
from credit_control.models import StatementRun, StatementSchedule
from credit_control.operations.manage_statement_runs import (
    look_again,
    prepare_statement_run,
    resume_statement_run,
    start_statement_run,
    stop_statement_run,
)
from credit_control.operations.schedule_statements import ScheduleDetails, schedule_of, set_statement_schedule
from credit_control.statements.access import (
    get_statement_run_for,
    statement_rows_for,
    statement_runs_for,
    statements_for,
)
from credit_control.statements.asking import Period
from credit_control.statements.runs import mail_states, tallies_of, with_mail
from credit_control.statements.schedule import next_day
from customers.access import customers_for
from customers.models import CustomerGroup
from ledger import calendar
from office.api.fields import Input, Query
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.web.requests import ApiRequest

READ, SEND = "credit_control.view_statement", "credit_control.send_statements"


class StatementRunsView(ApiView):
    """Statement runs."""

    permission = {"get": READ, "post": SEND}

    @extend_schema(operation_id="list_statement_runs", parameters=[PageQuery], responses=StatementRunPage)
    def get(self, request: ApiRequest) -> Response:
        """The runs of a company."""
        query = checked(PageQuery, request.query_params.dict())
        rows = statement_runs_for(request.user).filter(company=company_of(request))
        found, following = page_of(rows, query, "statement-runs")
        results = [_standing(request.user, run) for run in found]
        return Response(StatementRunPage({"results": results, "next": following}).data)

    @extend_schema(operation_id="prepare_statement_run", request=StatementRunIn, responses={202: StatementRunOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have the workers look who gets a statement; nothing is sent before the run is started."""
        company, data = company_of(request), checked(StatementRunIn, request.data)
        customers = customers_for(request.user).filter(company=company)
        if "customers" in data:
            customers = customers.filter(pk__in=data["customers"])
            require_known(customers.count(), len(set(data["customers"])))
        groups = CustomerGroup.objects.filter(company=company)
        group = get_object_or_404(groups, pk=data["group"]) if "group" in data else None
        period = Period(company, data["from"], data["on"])
        run = prepare_statement_run(company, customers, period, by=request.user, group=group)
        return Response(StatementRunOut(_standing(request.user, run)).data, 202)


class StatementRunView(ApiView):
    """One run."""

    locks = "office.Run"
    permission = {"get": READ}

    @extend_schema(operation_id="get_statement_run", responses=StatementRunOut)
    def get(self, request: ApiRequest, run_id: int) -> Response:
        """How far it and its mails are."""
        return Response(StatementRunOut(_standing(request.user, get_statement_run_for(request.user, run_id))).data)


class StatementRunRowsView(ApiView):
    """The customers of a run."""

    permission = {"get": READ}

    @extend_schema(
        operation_id="list_statement_run_rows", parameters=[StatementRunRowsQuery], responses=StatementRunRowPage
    )
    def get(self, request: ApiRequest, run_id: int) -> Response:
        """Who gets one, who does not and why, and what became of the mails."""
        query = checked(StatementRunRowsQuery, request.query_params.dict())
        rows = with_mail(statement_rows_for(request.user, get_statement_run_for(request.user, run_id)))
        where = {"outcome": "outcome", "mail": "mail_state"}
        rows = rows.filter(**{field: query[name] for name, field in where.items() if name in query})
        found, following = page_of(rows.select_related("customer"), query, "statement-run-rows")
        return Response(StatementRunRowPage({"results": found, "next": following}).data)


class _Act(ApiView):
    """Something done with a run."""

    permission = {"post": SEND}

    def done(self, request: ApiRequest, run_id: int, act: Callable[..., StatementRun]) -> Response:
        """Do it, and say how the run stands."""
        run = get_statement_run_for(request.user, run_id)
        act(run.pk, by=request.user)
        return Response(StatementRunOut(_standing(request.user, get_statement_run_for(request.user, run_id))).data)


class StartStatementRunView(_Act):
    """Sending."""

    @extend_schema(operation_id="start_statement_run", request=StatementStartIn, responses=StatementRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Send all that can be sent, or some."""
        data = checked(StatementStartIn, request.data)
        rows = statement_rows_for(request.user, get_statement_run_for(request.user, run_id))
        chosen = {
            name: list(rows.filter(pk__in=data.get(name, [])).values_list("pk", flat=True))
            for name in ("without", "approved")
        }
        return self.done(request, run_id, lambda pk, by: start_statement_run(pk, by=by, **chosen))


class StopStatementRunView(_Act):
    """Stopping."""

    @extend_schema(operation_id="stop_statement_run", request=Input, responses=StatementRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Stop after the piece that is being done."""
        checked(Input, request.data)
        return self.done(request, run_id, stop_statement_run)


class ResumeStatementRunView(_Act):
    """Going on."""

    @extend_schema(operation_id="resume_statement_run", request=Input, responses=StatementRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Go on with who is left."""
        checked(Input, request.data)
        return self.done(request, run_id, resume_statement_run)


class LookAgainView(_Act):
    """Looking again."""

    @extend_schema(operation_id="look_again_at_statements", request=Input, responses=StatementRunOut)
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Look at everybody once more, while the run is not started."""
        checked(Input, request.data)
        return self.done(request, run_id, look_again)


class StatementScheduleView(ApiView):
    """The schedule."""

    locks = "office.Company"
    permission = {"get": READ, "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_statement_schedule", parameters=[Query], responses=StatementScheduleOut)
    def get(self, request: ApiRequest) -> Response:
        """When statements are made by themselves."""
        checked(Query, request.query_params.dict())
        return Response(_schedule_out(schedule_of(company_of(request))))

    @extend_schema(operation_id="set_statement_schedule", request=StatementScheduleIn, responses=StatementScheduleOut)
    def put(self, request: ApiRequest) -> Response:
        """Set it; what was due before is not caught up."""
        details = ScheduleDetails(**checked(StatementScheduleIn, request.data))
        return Response(_schedule_out(set_statement_schedule(company_of(request), details, by=request.user)))


def _schedule_out(schedule: StatementSchedule) -> dict[str, Any]:
    return StatementScheduleOut(dressed(schedule, next_on=next_day(schedule, calendar.now()))).data


def _standing(user: User, run: StatementRun) -> StatementRun:
    """The run with how many customers and mails stand how."""
    outcomes = list(tallies_of(statement_rows_for(user, run)).values())
    sent = statements_for(user).filter(run=run)
    mails = [{"state": state, "count": count} for state, count in mail_states(sent)]
    return dressed(run, outcomes=outcomes, mails=mails)
