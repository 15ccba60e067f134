"""The months of the book, closed and open."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing.operations.close_month import close_month, reopen_month
from ledger.models import Period
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest


@require_GET
@staff_door("office.close_month")
def month_list(request: StaffRequest) -> HttpResponse:
    """Every month that something is dated into, newest first."""
    months = Period.objects.filter(company_id=request.company.pk).order_by("-month")
    this_month = request.company.today().replace(day=1)
    return render(request, "billing/month_list.html", {"months": months, "this_month": this_month})


@require_POST
@staff_door("office.close_month")
def close(request: StaffRequest, month: str) -> HttpResponse:
    """Close a month."""
    day = _month(month)
    return _answer(request, f"{day:%B %Y} is closed.", lambda: close_month(request.company, day, by=request.user))


@require_POST
@staff_door("office.close_month")
def reopen(request: StaffRequest, month: str) -> HttpResponse:
    """Reopen a month, with a reason."""
    day, reason = _month(month), request.POST.get("reason", "")
    return _answer(
        request,
        f"{day:%B %Y} is open again.",
        lambda: reopen_month(request.company, day, reason=reason, by=request.user),
    )


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404("No such month.") from error


def _answer(request: StaffRequest, done: str, act: Callable[[], Period]) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("billing:month_list")
