"""All documents of a period as one ZIP: asked for by a form, made by a worker, and downloaded from the same page."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from billing.models import Invoice, OpeningKind
from credit_control.account.asked import Days, days_asked
from credit_control.account.documents import (
    MOST_DOCUMENTS,
    MOST_MB,
    archive_of,
    documents_of,
    require_not_too_much,
    safe_name,
)
from credit_control.models import AccountLink
from credit_control.operations.make_archive import archive_asked, ask_archive
from credit_control.web.account_door import held, note_visit
from credit_control.web.portal_history import documents_page, language_of
from ledger.refusals import Refused
from office.models import Run, RunStatus
from office.web.customer_door import customer_door, is_visit

LOOKS, EACH = 40, 5
"""How often the page looks again by itself, and after how many seconds."""
MOST_AN_HOUR = 30
"""Downloads of one link; a person wants fewer."""


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """The file of the days that are asked for: the button that has it made, how far it is, and once made the way to
    it. Only the sent form has it made."""
    link = held(request, ref)
    with override(language_of(link)):
        days = days_asked(link.customer, request.GET, is_year=True)
        if days.wrong:
            return documents_page(request, link)
        if request.method == "POST":
            try:
                ask_archive(link.pk, days.period.from_on, days.period.on)
            except Refused as refusal:
                return documents_page(request, link, _in_words(refusal))
            return redirect(f"{request.path}?{urlencode(days.typed)}")
        return _page(request, link, days)


def _page(request: HttpRequest, link: AccountLink, days: Days) -> HttpResponse:
    run = archive_asked(link, days.period.from_on, days.period.on)
    typed = request.GET.get("look", "")
    looked = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
    is_making = bool(run and not run.is_finished)
    context = {
        "link": link,
        "company": link.customer.company,
        "days": days,
        "query": urlencode(days.typed),
        "run": run,
        "wrong": _why_not(run) if run and run.status in (RunStatus.FAILED, RunStatus.STOPPED) else "",
        "count": len(run.parameters["documents"]) if run else 0,
        "is_making": is_making,
        "look_again": looked + 1 if is_making and looked < LOOKS else 0,
        "seconds": EACH,
    }
    response = render(request, "portal/archive.html", context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


@require_safe
@customer_door
def archive_file(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The file, once it is made; else the page that says how far it is."""
    link = held(request, ref)
    with override(language_of(link)):
        days = days_asked(link.customer, request.GET, is_year=True)
        run = archive_asked(link, days.period.from_on, days.period.on)
        if run is None or run.status != RunStatus.DONE or days.wrong:
            return redirect("account:archive", ref)
        try:
            require_not_too_much(run.parameters["documents"])
            _require_not_too_often(link)
        except Refused as refusal:
            return documents_page(request, link, _in_words(refusal))
    if is_visit(request):
        note_visit(request, link, OpeningKind.DOWNLOADED)
    name = f"documents-{safe_name(link.customer.number)}-{days.period.from_on}-{days.period.on}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    content = archive_of(_documents(link, run)) if request.method != "HEAD" else iter(())
    return StreamingHttpResponse(content, content_type="application/zip", headers=headers)


def _documents(link: AccountLink, run: Run) -> list[Invoice]:
    """The run's documents in its order, as far as they are the link's."""
    found = documents_of(link).in_bulk(run.parameters["documents"])
    return [found[pk] for pk in run.parameters["documents"] if pk in found]


def _require_not_too_often(link: AccountLink) -> None:
    since = timezone.now() - timedelta(hours=1)
    if link.openings.filter(kind=OpeningKind.DOWNLOADED, opened_at__gt=since).count() >= MOST_AN_HOUR:
        raise Refused("This link was used for too many downloads just now.", code="too_often")


def _why_not(run: Run) -> str:
    """Why a file was not made; it can be asked for again."""
    try:
        require_not_too_much(run.parameters["documents"])
    except Refused as refusal:
        return _in_words(refusal)
    return _("It could not be made just now. Please try again.")


def _in_words(refusal: Refused) -> str:
    if refusal.code == "too_many":
        words = _("There are more than %(count)s documents in this period. Please choose a shorter one.")
        return words % {"count": MOST_DOCUMENTS}
    if refusal.code == "too_much":
        words = _("These documents are more than %(size)s MB together. Please choose a shorter period.")
        return words % {"size": MOST_MB}
    if refusal.code == "too_often":
        return _("That is more than this page takes. Please answer our mail, or call us.")
    return _("Nothing was found.")
