"""Recurring invoices, usage and joining drafts, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from billing.access import get_occurrence_for, get_recurring_for, invoices_for, recurring_for, usage_for
from billing.api.recurring_serializers import (
    ConfirmDueIn,
    ConsolidatedOut,
    ConsolidateIn,
    OccurrenceOut,
    PauseIn,
    RecordedOut,
    RecurringChange,
    RecurringIn,
    RecurringOut,
    RecurringPage,
    RecurringQuery,
    UsageBatchIn,
    UsagePage,
    UsageQuery,
    recurring_details_from,
)
from billing.api.shown import as_rows
from billing.operations.bill_recurring import bill_again
from billing.operations.confirm_due_periods import confirm_due_periods
from billing.operations.consolidate_drafts import consolidate_drafts
from billing.operations.manage_recurring import (
    add_recurring_invoice,
    edit_recurring_invoice,
    end_recurring_invoice,
    pause_recurring_invoice,
    resume_recurring_invoice,
)
from billing.operations.record_usage import UsageDetails, record_usage
from billing.recurring import coming, waiting_periods
from customers.access import get_customer_for
from office.api.idempotency import idempotent
from office.api.paging import page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.web.requests import ApiRequest

LATEST = 100
USAGE_WHERE = {"customer": "customer_id", "meter": "meter", "used_from": "used_on__gte", "used_to": "used_on__lte"}


def shown(user: User, recurring_id: int, status: int = 200) -> Response:
    """The answer that shows a recurring invoice with what it made and will make."""
    recurring = get_recurring_for(user, recurring_id)
    waiting = len(waiting_periods(recurring, recurring.company.today()))
    latest = recurring.occurrences.all()[:LATEST]
    recurring = dressed(recurring, coming=coming(recurring), waiting=waiting, latest=latest)
    return Response(RecurringOut(recurring).data, status)


class RecurringInvoicesView(ApiView):
    """All recurring invoices, and setting one up."""

    permission = {"get": "billing.view_invoice", "post": "billing.manage_recurring"}

    @extend_schema(operation_id="list_recurring_invoices", parameters=[RecurringQuery], responses=RecurringPage)
    def get(self, request: ApiRequest) -> Response:
        """The recurring invoices of a company."""
        query = checked(RecurringQuery, request.query_params.dict())
        rows = recurring_for(request.user).filter(company=company_of(request)).select_related("customer")
        if "customer" in query:
            rows = rows.filter(customer=query["customer"])
        results, following = page_of(rows, query, "recurring")
        return Response(RecurringPage({"results": results, "next": following}).data)

    @extend_schema(operation_id="add_recurring_invoice", request=RecurringIn, responses={201: RecurringOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Set up an invoice that repeats; what is due already is made within a minute."""
        data = checked(RecurringIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        recurring = add_recurring_invoice(customer.company, recurring_details_from(data), by=request.user)
        return shown(request.user, recurring.pk, 201)


class RecurringInvoiceView(ApiView):
    """One recurring invoice."""

    locks = "billing.RecurringInvoice"
    is_versioned = True
    permission = {"get": "billing.view_invoice", "put": "billing.manage_recurring"}

    @extend_schema(operation_id="get_recurring_invoice", responses=RecurringOut)
    def get(self, request: ApiRequest, recurring_id: int) -> Response:
        """A recurring invoice with its next twelve documents and what it made."""
        return shown(request.user, recurring_id)

    @extend_schema(operation_id="edit_recurring_invoice", request=RecurringChange, responses=RecurringOut)
    def put(self, request: ApiRequest, recurring_id: int) -> Response:
        """Change what the coming documents say, as read at `version`; its lines are replaced."""
        recurring = get_recurring_for(request.user, recurring_id)
        data = checked(RecurringChange, request.data)
        version = data.pop("version")
        get_customer_for(request.user, data["customer"])
        edit_recurring_invoice(recurring.pk, recurring_details_from(data), version=version, by=request.user)
        return shown(request.user, recurring_id)


class PauseView(ApiView):
    """Pausing a recurring invoice."""

    permission = {"post": "billing.manage_recurring"}

    @extend_schema(operation_id="pause_recurring_invoice", request=PauseIn, responses=RecurringOut)
    @idempotent
    def post(self, request: ApiRequest, recurring_id: int) -> Response:
        """Let no period begin for a while."""
        recurring = get_recurring_for(request.user, recurring_id)
        data = checked(PauseIn, request.data)
        first_on = data.get("first_on") or recurring.company.today()
        pause_recurring_invoice(recurring.pk, first_on=first_on, last_on=data.get("last_on"), by=request.user)
        return shown(request.user, recurring_id)


class ResumeView(ApiView):
    """Resuming a recurring invoice."""

    permission = {"post": "billing.manage_recurring"}

    @extend_schema(operation_id="resume_recurring_invoice", request=None, responses=RecurringOut)
    @idempotent
    def post(self, request: ApiRequest, recurring_id: int) -> Response:
        """Let periods begin again from today on; those of the pause are not billed."""
        recurring = get_recurring_for(request.user, recurring_id)
        resume_recurring_invoice(recurring.pk, on=recurring.company.today(), by=request.user)
        return shown(request.user, recurring_id)


class ConfirmDueView(ApiView):
    """Having the periods made that wait because they are many."""

    permission = {"post": "billing.manage_recurring"}

    @extend_schema(operation_id="confirm_due_periods", request=ConfirmDueIn, responses=RecurringOut)
    @idempotent
    def post(self, request: ApiRequest, recurring_id: int) -> Response:
        """Let the periods due up to a day be billed, however many they are; they are made within a minute."""
        recurring = get_recurring_for(request.user, recurring_id)
        until, today = checked(ConfirmDueIn, request.data)["until"], recurring.company.today()
        confirm_due_periods(recurring.pk, until=until, by=request.user, on=today)
        return shown(request.user, recurring_id)


class EndView(ApiView):
    """Ending a recurring invoice."""

    permission = {"post": "billing.manage_recurring"}

    @extend_schema(operation_id="end_recurring_invoice", request=None, responses=RecurringOut)
    @idempotent
    def post(self, request: ApiRequest, recurring_id: int) -> Response:
        """Make no more documents, for good."""
        end_recurring_invoice(get_recurring_for(request.user, recurring_id).pk, by=request.user)
        return shown(request.user, recurring_id)


class BillAgainView(ApiView):
    """Making the document of a period that has none."""

    permission = {"post": "billing.manage_recurring"}

    @extend_schema(operation_id="bill_again", request=None, responses=OccurrenceOut)
    @idempotent
    def post(self, request: ApiRequest, occurrence_id: int) -> Response:
        """Make the document of a parked period, or of one whose draft was thrown away, dated today."""
        occurrence = get_occurrence_for(request.user, occurrence_id)
        again = bill_again(occurrence.pk, by=request.user, on=occurrence.recurring.company.today())
        return Response(OccurrenceOut(again).data)


class UsageView(ApiView):
    """What customers used."""

    permission = {"get": "billing.view_invoice", "post": "billing.record_usage"}

    @extend_schema(operation_id="list_usage", parameters=[UsageQuery], responses=UsagePage)
    def get(self, request: ApiRequest) -> Response:
        """The usage that a company recorded."""
        query = checked(UsageQuery, request.query_params.dict())
        records = usage_for(request.user).filter(company=company_of(request))
        records = records.filter(**{path: query[name] for name, path in USAGE_WHERE.items() if name in query})
        results, following = page_of(records, query, "usage")
        return Response(UsagePage({"results": results, "next": following}).data)

    @extend_schema(operation_id="record_usage", request=UsageBatchIn, responses={201: RecordedOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep usage to be billed; what was sent before adds nothing."""
        records = checked(UsageBatchIn, request.data)["records"]
        batch = [UsageDetails(customer_id=record.pop("customer"), **record) for record in records]
        return Response(RecordedOut(record_usage(company_of(request), batch, by=request.user)).data, 201)


class ConsolidateView(ApiView):
    """Joining drafts."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="consolidate_drafts", request=ConsolidateIn, responses=ConsolidatedOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Join drafts into one for each customer and month."""
        company, wanted = company_of(request), checked(ConsolidateIn, request.data)["drafts"]
        own = invoices_for(request.user)
        if own.filter(pk__in=wanted).count() < len(set(wanted)):
            raise Http404("No such document.")
        joined = consolidate_drafts(company, wanted, by=request.user)
        rows = as_rows(own.filter(pk__in=[one.pk for one in joined]), company.today())
        return Response(ConsolidatedOut({"results": rows.select_related("customer").order_by("pk")}).data)
