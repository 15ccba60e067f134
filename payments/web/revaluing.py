"""What foreign money was worth at a month's end, and entering it."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from payments.models import Revaluation
from payments.operations.revalue_month import revalue_month
from payments.revaluing import month_end, worth_on

LATEST = 36


@staff_door("payments.revalue_month")
def revaluation(request: StaffRequest) -> HttpResponse:
    """Each foreign currency at a month's end, what was entered, and entering what is missing."""
    last = request.company.today().replace(day=1) - timedelta(days=1)
    typed = request.POST if request.method == "POST" else request.GET
    month = _month(typed.get("month", ""), last)
    if request.method == "POST":
        try:
            rows = revalue_month(request.company, month, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request, f"Entered for {', '.join(row.currency for row in rows)}, and taken back next day."
            )
        return redirect(f"{reverse('payments:revalue_month')}?month={month:%Y-%m}")
    on = month_end(month)
    context = {
        "month": month,
        "on": on,
        "is_over": on < request.company.today(),
        "found": worth_on(request.company, on),
        "rows": Revaluation.objects.filter(company=request.company).select_related("by")[:LATEST],
    }
    return render(request, "payments/revaluation.html", context)


def _month(text: str, usual: date) -> date:
    """The month that was typed as 2026-02, else the usual one."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError:
        return usual
