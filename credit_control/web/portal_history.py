"""What a customer looks up in their account: a statement of any days, their documents."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe

from billing.customer_view import told_state
from billing.links import live_links
from billing.models import OpeningKind
from billing.pdf import kept_pdf
from billing.queries import with_state
from credit_control.account.asked import LONGEST_WORDS, days_asked
from credit_control.account.documents import documents_of, found_in, safe_name
from credit_control.models import AccountLink
from credit_control.statements.asking import figures_of
from credit_control.statements.paper import printed_of
from credit_control.statements.usual import usual_asked
from credit_control.statements.words import title_of
from credit_control.web.account_door import held, opened
from credit_control.web.downloads import download
from office.languages import as_written_in
from office.papers import PdfUnavailable
from office.web.customer_door import NoSuchLink, customer_door

MOST_ROWS = 100
MOST_LINES = 500


@require_safe
@customer_door
def statement(request: HttpRequest, ref: str) -> HttpResponse:
    """A statement of the days that are asked for: what was open at their end, or each movement."""
    link = opened(request, ref, OpeningKind.OPENED)
    printed = printed_of(link.customer.company, link.customer)
    with override(printed["language"]):
        days = days_asked(link.customer, request.GET)
        figures = figures_of(days.period, [usual_asked(link.customer, days.form, is_combined=link.is_combined)])[0]
        context = {
            "link": link,
            "company": link.customer.company,
            "printed": printed,
            "days": days,
            "figures": figures,
            "title": title_of(figures),
            "is_forward": days.form == "balance_forward",
            "most": MOST_LINES,
        }
        return render(request, "portal/statement.html", context)


@require_safe
@customer_door
def documents(request: HttpRequest, ref: str) -> HttpResponse:
    """The customer's own documents of a period, also by words."""
    link = opened(request, ref, OpeningKind.OPENED)
    with override(language_of(link)):
        return documents_page(request, link)


def documents_page(request: HttpRequest, link: AccountLink, wrong: str = "") -> HttpResponse:
    """The documents of the days that are asked for, in the reader's language."""
    days = days_asked(link.customer, request.GET, is_year=True)
    words = request.GET.get("q", "")[:LONGEST_WORDS].replace("\0", "")
    rows = found_in(documents_of(link), days.period.from_on, days.period.on, words)
    shown = list(with_state(rows, link.customer.company.today())[: MOST_ROWS + 1])
    links = live_links().filter(contact=link.contact, invoice__in=shown).order_by("pk")
    pages = dict(links.values_list("invoice", "ref"))
    context = {
        "link": link,
        "company": link.customer.company,
        "days": days,
        "words": words,
        "rows": [(invoice, told_state(invoice), pages.get(invoice.pk)) for invoice in shown[:MOST_ROWS]],
        "has_more": len(shown) > MOST_ROWS,
        "wrong": wrong or days.wrong,
    }
    return render(request, "portal/documents.html", context)


@require_safe
@customer_door
def document_pdf(request: HttpRequest, ref: str, invoice_id: int) -> HttpResponse:
    """The kept file of one of these documents."""
    link = held(request, ref)
    invoice = documents_of(link).filter(pk=invoice_id).first()
    if invoice is None:
        raise NoSuchLink
    opened(request, ref, OpeningKind.DOWNLOADED)
    try:
        content = b"" if request.method == "HEAD" else bytes(kept_pdf(invoice).content)
    except PdfUnavailable:
        return _no_pdf(request, link)
    return download(content, "application/pdf", f"{safe_name(invoice.number)}.pdf")


def _no_pdf(request: HttpRequest, link: AccountLink) -> HttpResponse:
    with override(language_of(link)):
        context = {"link": link, "company": link.customer.company}
        return render(request, "portal/account_no_pdf.html", context, status=503)


def language_of(link: AccountLink) -> str:
    """The language of the link's customer, as the company's country writes it."""
    return as_written_in(link.customer.language, link.customer.company.country)
