"""A customer's statement as of any day: looked at, as PDF and as Excel; nothing is kept."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from credit_control.statements.access import statements_for
from credit_control.statements.asking import Period, figures_of
from credit_control.statements.choosing import receiving
from credit_control.statements.excel import sheet_of
from credit_control.statements.figures import Figures
from credit_control.statements.links import live_links
from credit_control.statements.names import file_name
from credit_control.statements.paper import page_of, printed_of
from credit_control.statements.usual import usual_asked, usual_period
from credit_control.web.downloads import download
from customers.access import get_customer_for
from customers.models import Customer, StatementForm
from customers.persons import require_sees_paper
from ledger.refusals import Refused
from office.papers import PdfUnavailable, render_pdf
from office.web.doors import staff_door
from office.web.lists.excel import EXCEL
from office.web.requests import StaffRequest

READ = "credit_control.view_statement"
DAY = {"type": "date"}


class StatementNowForm(forms.Form):
    """Which statement."""

    from_on = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs=DAY))
    on = forms.DateField(label="As of", required=False, widget=forms.DateInput(attrs=DAY))
    form = forms.ChoiceField(
        label="Shows", required=False, choices=[each for each in StatementForm.choices if each[0] != StatementForm.NONE]
    )
    combined = forms.BooleanField(label="With all their subsidiaries", required=False)


@dataclass(frozen=True)
class Shown:
    """A statement as it was asked for."""

    customer: Customer
    form: StatementNowForm
    period: Period
    figures: Figures


def shown_for(request: StaffRequest, customer_id: int) -> Shown:
    """The statement that the address asks for. Raises Http404 and Refused."""
    customer = get_customer_for(request.user, customer_id)
    form = StatementNowForm(request.GET)
    if not form.is_valid():
        raise Refused("One of the days or the form is none.", code="bad_period")
    asked = form.cleaned_data
    period = usual_period(customer, asked["from_on"], asked["on"])
    wanted = usual_asked(customer, asked["form"], is_combined=asked["combined"], reader=request.user)
    return Shown(customer, form, period, figures_of(period, [wanted])[0])


@require_GET
@staff_door(READ)
def statement_now(request: StaffRequest, customer_id: int) -> HttpResponse:
    """The statement on the screen."""
    try:
        shown = shown_for(request, customer_id)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("credit_control:statement_now", customer_id)
    context = {
        "customer": shown.customer,
        "form": _filled(shown),
        "figures": shown.figures,
        "has_subsidiaries": shown.customer.subsidiaries.exists(),
        "query": request.GET.urlencode(),
        "receivers": receiving([customer_id]),
        "links": live_links().filter(customer=customer_id).count(),
        "sent": statements_for(request.user)
        .filter(customer=customer_id)
        .defer("figures", "printed")
        .order_by("-pk")[:12],
    }
    return render(request, "credit_control/statement_now.html", context)


def _filled(shown: Shown) -> StatementNowForm:
    """The form with what is shown, also where the address left it out."""
    figures = shown.figures
    values = {"from_on": figures.from_on, "on": figures.on, "form": figures.form, "combined": figures.is_combined}
    return StatementNowForm(initial=values)


@require_GET
@staff_door(READ)
def statement_now_pdf(request: StaffRequest, customer_id: int) -> HttpResponse:
    """It as PDF."""
    require_sees_paper(get_customer_for(request.user, customer_id))
    try:
        shown = shown_for(request, customer_id)
        page = page_of(shown.figures, printed_of(shown.customer.company, shown.customer), shown.customer.company)
        content = render_pdf(page, identifier=f"statement {customer_id} {shown.figures.on}")
    except (Refused, PdfUnavailable) as problem:
        messages.error(request, str(problem))
        return redirect("credit_control:statement_now", customer_id)
    return download(content, "application/pdf", f"{file_name(shown.customer, shown.figures)}.pdf")


@require_GET
@staff_door(READ)
def statement_now_xlsx(request: StaffRequest, customer_id: int) -> HttpResponse:
    """It as Excel."""
    require_sees_paper(get_customer_for(request.user, customer_id))
    try:
        shown = shown_for(request, customer_id)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("credit_control:statement_now", customer_id)
    content = sheet_of(shown.figures, printed_of(shown.customer.company, shown.customer))
    return download(content, EXCEL, f"{file_name(shown.customer, shown.figures)}.xlsx")
