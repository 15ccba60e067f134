"""The statements that were made: the list, and each with its figures, mails and files; and sending one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.models import Statement
from credit_control.operations.mint_account_link import revoke_account_links
from credit_control.operations.send_statement import send_statement
from credit_control.statements.access import get_statement_for, statements_for
from credit_control.statements.excel import sheet_of
from credit_control.statements.kept import figures_from, kept_statement_pdf
from credit_control.statements.links import live_links
from credit_control.statements.names import file_name
from credit_control.statements.runs import mails_of
from credit_control.statements.usual import usual_asked, usual_period
from credit_control.web.downloads import download
from credit_control.web.statement_now import StatementNowForm
from customers.access import get_customer_for
from customers.models import StatementForm
from customers.persons import require_sees_paper
from customers.search import fold
from ledger.refusals import Refused
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.lists.excel import EXCEL
from office.web.requests import StaffRequest
from office.written import plain_day

READ, SEND = "credit_control.view_statement", "credit_control.send_statements"
FORMS = [each for each in StatementForm.choices if each[0] != StatementForm.NONE]

STATEMENTS = ListSpec(
    name="statements",
    title="Statements sent",
    columns=(
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("credit_control:statement", args=[row.pk]),
            note=lambda row: "over all their subsidiaries" if row.is_combined else "",
        ),
        Column("number", "Number", "customer.number", hide_below="phone"),
        Column("on", "As of", "on", "day", sort="on"),
        Column("form", "Shows", lambda row: row.get_form_display(), hide_below="tablet"),
        Column("made_at", "Made", "made_at", "moment", sort="pk"),
        Column("by", "By", lambda row: str(row.made_by) if row.made_by else "Duebook", hide_below="tablet"),
    ),
    order="-made_at",
    filters=(Choice("form", "Shows", "form", choices=FORMS), DateRange("on", "As of", "on")),
    search=("customer__search_text",),
    search_hint="Name or number",
    fold=fold,
    empty=Empty(
        "No statement was made yet",
        "Whatever is sent to customers is kept here as they got it.",
        "file-text",
        "credit_control:statement_run_new",
        "Prepare statements",
    ),
)


@require_GET
@staff_door(READ)
def statement_list(request: StaffRequest) -> HttpResponseBase:
    """What was sent, newest first."""
    rows = statements_for(request.user).filter(company=request.company)
    rows = rows.select_related("customer", "made_by").defer("figures", "printed")
    return list_page(request, STATEMENTS, rows, template="credit_control/statement_list.html")


@require_GET
@staff_door(READ)
def statement_page(request: StaffRequest, statement_id: int) -> HttpResponse:
    """A statement as it was made, and what became of its mails."""
    statement = get_statement_for(request.user, statement_id)
    context = {
        "statement": statement,
        "customer": statement.customer,
        "figures": figures_from(statement),
        "mails": mails_of(Statement.objects.filter(pk=statement.pk)).defer("kept_message").order_by("pk"),
        "links": live_links().filter(customer=statement.customer).count(),
    }
    return render(request, "credit_control/statement.html", context)


@require_GET
@staff_door(READ)
def statement_pdf(request: StaffRequest, statement_id: int) -> HttpResponse:
    """The kept bytes."""
    statement = get_statement_for(request.user, statement_id)
    require_sees_paper(statement.customer)
    try:
        content = bytes(kept_statement_pdf(statement).content)
    except PdfUnavailable as problem:
        messages.error(request, str(problem))
        return redirect("credit_control:statement", statement.pk)
    return download(content, "application/pdf", f"{file_name(statement.customer, figures_from(statement))}.pdf")


@require_GET
@staff_door(READ)
def statement_xlsx(request: StaffRequest, statement_id: int) -> HttpResponse:
    """The same figures as Excel."""
    statement = get_statement_for(request.user, statement_id)
    require_sees_paper(statement.customer)
    figures = figures_from(statement)
    return download(sheet_of(figures, statement.printed), EXCEL, f"{file_name(statement.customer, figures)}.xlsx")


@require_POST
@staff_door(SEND)
def send(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Keep the statement that the form asks for, and mail it."""
    customer = get_customer_for(request.user, customer_id)
    form = StatementNowForm(request.POST)
    if not form.is_valid():
        messages.error(request, "One of the days or the form is none.")
        return redirect("credit_control:statement_now", customer.pk)
    asked = form.cleaned_data
    try:
        period = usual_period(customer, asked["from_on"], asked["on"])
        wanted = usual_asked(customer, asked["form"], is_combined=asked["combined"], reader=request.user)
        statement = send_statement(period, wanted, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("credit_control:statement_now", customer.pk)
    messages.success(request, f"The statement as of {plain_day(statement.on)} is kept, and leaves by mail.")
    return redirect("credit_control:statement", statement.pk)


@require_POST
@staff_door(SEND)
def stop_links(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Stop all links to a customer's account."""
    customer = get_customer_for(request.user, customer_id)
    count = revoke_account_links(customer, by=request.user)
    messages.success(request, f"{count} link{'s' * (count != 1)} stopped.")
    return redirect("credit_control:statement_now", customer.pk)
