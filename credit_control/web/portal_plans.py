"""A payment plan on the customer's page behind a mailed link: what it says, and one answer to its offer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from billing.models import OpeningKind
from credit_control.models import AccountLink, PaymentPlan, PlanAnswer, PlanStatus
from credit_control.operations.accept_plan import LONGEST_NAME, accept_plan
from credit_control.operations.decline_plan import decline_plan
from credit_control.plans.letter import file_name, kept_plan_pdf, terms_of
from credit_control.plans.reading import plan_now
from credit_control.plans.spread import ZERO
from credit_control.web.account_door import held, note_visit
from credit_control.web.downloads import download
from credit_control.web.portal_ways import ways_of
from ledger.refusals import Refused
from office.papers import PdfUnavailable
from office.reasons import LONGEST
from office.web.customer_door import NoSuchLink, customer_door, is_visit
from office.written import plain_day


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def plan(request: HttpRequest, ref: str, plan_id: int) -> HttpResponse:
    """The plan as it stands; a filled form answers its offer, and nothing else does."""
    link = held(request, ref)
    found = _plan_of(link, plan_id)
    if is_visit(request):
        note_visit(request, link, OpeningKind.SEEN if request.method == "POST" else OpeningKind.OPENED)
    with override(found.printed["language"]):
        wrong = _answered(request, link, found) if request.method == "POST" else ""
        if request.method == "POST" and not wrong:
            return redirect("account:plan", ref, plan_id)
        found.refresh_from_db()
        response = render(request, "portal/plan.html", _context(request, link, found, wrong))
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _context(request: HttpRequest, link: AccountLink, plan: PaymentPlan, wrong: str) -> dict[str, Any]:
    today = plan.company.today()
    now = plan_now(plan, today)
    asked = now.next.left if now.next and plan.status == PlanStatus.ACCEPTED else ZERO
    return {
        "link": link,
        "company": plan.company,
        "plan": plan,
        "now": now,
        "ways": ways_of(plan.printed, asked, plan.currency),
        "is_open": plan.status == PlanStatus.OFFERED and today <= plan.valid_until and bool(now.left),
        "terms": terms_of(plan),
        "wrong": wrong,
        "typed": request.POST if wrong else {},
        "longest_name": LONGEST_NAME,
        "longest_reason": LONGEST,
    }


def _answered(request: HttpRequest, link: AccountLink, plan: PaymentPlan) -> str:
    """Take the answer; what keeps it from counting, in the reader's words."""
    typed, on = request.POST, plan.company.today()
    try:
        if typed.get("answer") == "decline":
            decline_plan(plan.pk, typed.get("reason", ""), on=on, by=None, name=link.contact.name)
            messages.success(request, _("Thank you: we have it, and will not come back to this offer."))
        elif typed.get("agreed"):
            accept_plan(plan.pk, typed.get("name", ""), how=PlanAnswer.LINK, on=on, by=None)
            messages.success(request, _("Thank you: it is agreed. We mail you what was agreed on."))
        else:
            return _("Please tick that you agree, and type your name.")
    except Refused as refusal:
        return _in_words(refusal, plan)
    return ""


def _in_words(refusal: Refused, plan: PaymentPlan) -> str:
    plan.refresh_from_db()
    if refusal.code == "name_missing":
        return _("Please type your name.")
    if refusal.code in ("reason_missing", "reason_too_long"):
        return _("Please say why, in a word or two.")
    if refusal.code == "offer_expired":
        return _("This offer held until %(day)s. Please ask us for another.") % {"day": plain_day(plan.valid_until)}
    if refusal.code == "nothing_open":
        return _("Nothing of it is open any more: there is nothing left to do.")
    if plan.status == PlanStatus.ACCEPTED:
        return _("This plan is agreed already: there is nothing more to do.")
    return _("This offer does not stand any more. Please ask us for another.")


@require_safe
@customer_door
def plan_pdf(request: HttpRequest, ref: str, plan_id: int) -> HttpResponse:
    """The agreement, as it was sent."""
    link = held(request, ref)
    found = _plan_of(link, plan_id)
    with override(found.printed["language"]):
        try:
            content = b"" if request.method == "HEAD" else bytes(kept_plan_pdf(found).content)
        except PdfUnavailable:
            context = {"link": link, "company": found.company}
            return render(request, "portal/account_no_pdf.html", context, status=503)
        if is_visit(request):
            note_visit(request, link, OpeningKind.DOWNLOADED)
        return download(content, "application/pdf", file_name(found))


def _plan_of(link: AccountLink, plan_id: int) -> PaymentPlan:
    """A plan of the link's customer, whatever became of it; else NoSuchLink."""
    plans = PaymentPlan.objects.filter(customer=link.customer, pk=plan_id)
    found = plans.select_related("company", "customer__company").first()
    if found is None:
        raise NoSuchLink
    return found
