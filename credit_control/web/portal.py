"""A customer's account behind a mailed link and a code, as it stands today: no log-in, and a visit changes nothing but
the list of openings."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from billing.links import hash_of
from billing.links import live_links as live_document_links
from billing.models import OpeningKind
from billing.web.portal import entered as entered_document
from credit_control.account.asked import days_asked
from credit_control.models import AccountLink, Statement
from credit_control.plans.requests import last_request, may_be_planned
from credit_control.plans.shown import shown_plans
from credit_control.statements.asking import figures_of
from credit_control.statements.excel import sheet_of
from credit_control.statements.figures import Figures
from credit_control.statements.kept import figures_from, kept_statement_pdf
from credit_control.statements.links import standing_links
from credit_control.statements.names import file_name
from credit_control.statements.paper import page_of, printed_of
from credit_control.statements.usual import usual_asked, usual_period
from credit_control.web.account_door import entered, held, note_visit, opened, shown
from credit_control.web.downloads import download
from credit_control.web.portal_ways import pays_online, ways_of
from customers.models import StatementForm
from office.papers import PdfUnavailable, render_pdf
from office.web.customer_door import FirstTo, NoSuchLink, customer_door
from office.web.lists.excel import EXCEL
from payments.mandate_offer import scheme_offered, standing_mandates

MOST_ROWS, LATEST = 200, 12


@require_safe
@customer_door
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the token for a cookie that only the page itself gets, so it stays out of history and referrers."""
    link = standing_links().filter(token_hash=hash_of(token)).first()
    if link is None:
        raise NoSuchLink
    return entered(link)


@require_safe
@customer_door
def account(request: HttpRequest, ref: str) -> HttpResponse:
    """What is open today, how to pay it, the documents that have links, and the statements that were sent."""
    link = opened(request, ref, OpeningKind.OPENED)
    figures, printed = _today(link)
    sent = Statement.objects.filter(customer=link.customer, is_combined=link.is_combined)
    with override(printed["language"]):
        context = {
            "link": link,
            "company": link.customer.company,
            "printed": printed,
            "figures": figures,
            "rows": _rows(link, figures),
            "ways": [way for total in figures.totals for way in ways_of(printed, total.closing, total.currency)],
            "pays_online": pays_online(link.customer),
            "sent": sent.only("on").order_by("-on", "-pk")[:LATEST],
            "most_rows": MOST_ROWS,
            "plans": shown_plans(link),
            "mandates": standing_mandates(link.customer),
            "may_give_mandate": bool(scheme_offered(link.customer)),
            "may_ask_plan": may_be_planned(link.customer, figures.on) or last_request(link.customer),
        }
        return render(request, "portal/account.html", context)


def _today(link: AccountLink) -> tuple[Figures, dict[str, Any]]:
    """The account as of today, and what it prints."""
    customer = link.customer
    asked = usual_asked(customer, StatementForm.OPEN_ITEM, is_combined=link.is_combined)
    return figures_of(usual_period(customer, None, None), [asked])[0], printed_of(customer.company, customer)


def _of_days(request: HttpRequest, link: AccountLink) -> tuple[Figures, dict[str, Any]]:
    """The account as of the days that the address asks for; where these are none, their own page says so first."""
    customer, days = link.customer, days_asked(link.customer, request.GET)
    if days.wrong:
        raise FirstTo(f"{reverse('account:statement_now', args=[link.ref])}?{request.GET.urlencode()}")
    asked = usual_asked(customer, days.form, is_combined=link.is_combined)
    return figures_of(days.period, [asked])[0], printed_of(customer.company, customer)


def _rows(link: AccountLink, figures: Figures) -> list[dict[str, Any]]:
    """The first open items, each with the page of its document where this contact has a link to it."""
    found: list[dict[str, Any]] = [
        {"section": section, "part": part, "item": item}
        for section in figures.sections
        for part in section.parts
        for item in part.items
    ][:MOST_ROWS]
    pages = _documents(link, [row["item"].entry_id for row in found])
    return [row | {"document": pages.get(row["item"].entry_id)} for row in found]


def _documents(link: AccountLink, entry_ids: Sequence[int]) -> dict[int, str]:
    links = live_document_links().filter(contact=link.contact, invoice__entry__in=entry_ids).order_by("pk")
    return dict(links.values_list("invoice__entry", "ref"))


@require_safe
@customer_door
def document(request: HttpRequest, ref: str, document: str) -> HttpResponse:
    """Open one of the account's documents, to which this contact has a link of its own."""
    link = held(request, ref)
    found = live_document_links().filter(contact=link.contact, ref=document).first()
    if found is None:
        raise NoSuchLink
    return entered_document(found)


@require_safe
@customer_door
def pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """The account of the days that are asked for, else of today, as PDF; it is kept nowhere."""
    link = opened(request, ref, OpeningKind.DOWNLOADED)
    figures, printed = _of_days(request, link)
    try:
        page = page_of(figures, printed, link.customer.company)
        content = b"" if request.method == "HEAD" else render_pdf(page, identifier=f"account {link.pk} {figures.on}")
    except PdfUnavailable:
        return _no_pdf(request, link)
    return download(content, "application/pdf", f"{file_name(link.customer, figures)}.pdf")


@require_safe
@customer_door
def xlsx(request: HttpRequest, ref: str) -> HttpResponse:
    """The same as Excel."""
    link = opened(request, ref, OpeningKind.DOWNLOADED)
    figures, printed = _of_days(request, link)
    return download(sheet_of(figures, printed), EXCEL, f"{file_name(link.customer, figures)}.xlsx")


@require_safe
@customer_door
def kept_statement(request: HttpRequest, ref: str, statement_id: int) -> HttpResponse:
    """A statement that was sent, as it was sent."""
    link = held(request, ref)
    sent = Statement.objects.filter(customer=link.customer, is_combined=link.is_combined, pk=statement_id)
    statement = sent.select_related("company", "customer").first()
    if statement is None:
        raise NoSuchLink
    opened(request, ref, OpeningKind.DOWNLOADED)
    try:
        content = b"" if request.method == "HEAD" else bytes(kept_statement_pdf(statement).content)
    except PdfUnavailable:
        return _no_pdf(request, link)
    return download(content, "application/pdf", f"{file_name(link.customer, figures_from(statement))}.pdf")


def _no_pdf(request: HttpRequest, link: AccountLink) -> HttpResponse:
    language = printed_of(link.customer.company, link.customer)["language"]
    with override(language):
        context = {"link": link, "company": link.customer.company}
        return render(request, "portal/account_no_pdf.html", context, status=503)


@require_safe
@customer_door
def logo(request: HttpRequest, ref: str) -> HttpResponse:
    """The sender's logo."""
    company = shown(request, ref).customer.company
    if not company.logo:
        raise NoSuchLink
    return HttpResponse(bytes(company.logo), content_type=company.logo_type)


@require_POST
@customer_door
def seen(request: HttpRequest, ref: str) -> HttpResponse:
    """A person touched the page, which no mail scanner does."""
    note_visit(request, held(request, ref), OpeningKind.SEEN)
    return HttpResponse(status=204)
