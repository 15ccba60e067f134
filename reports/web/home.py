"""The front page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from customers.access import owners_seen
from ledger.snapshot import snapshot
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from reports.ageing import AgeingQuestion, AgeingRow, ageing_totals
from reports.ageing.answers import bars
from reports.ageing.asking import question_address
from reports.front_page import latest_invoices
from reports.tiles import Facts, tiles
from reports.to_do import tasks


@require_GET
@staff_door("customers.view_customer")
@snapshot()
def home(request: StaffRequest) -> HttpResponse:
    """What is owed now, how late it is, what came in this month, and what to do next; in sales, their own customers."""
    if request.user.has_perm("credit_control.sell") and not request.user.has_perm("office.view_reports"):
        return redirect("credit_control:my_customers")
    today, own = request.company.today(), request.company.currency
    owner_ids = owners_seen(request.user, request.company)
    question = AgeingQuestion(request.company.pk, today, owner_ids=owner_ids)
    totals = {row.currency: row for row in ageing_totals(question)}
    ageing_url = question_address("ageing", question)
    facts = Facts(request.user, request.company, today, totals, ageing_url, owner_ids)
    context = {
        "today": today,
        "tiles": tiles(facts),
        "owed": [
            {"currency": each, "bars": _bars(request, question, totals[each])}
            for each in sorted(totals, key=lambda currency: (currency != own, currency))
        ],
        "ageing_url": ageing_url,
        "tasks": tasks(request.user, request.company, today),
        "latest": latest_invoices(request.user, request.company, today),
    }
    return render(request, "reports/home.html", context)


def _bars(request: StaffRequest, question: AgeingQuestion, row: AgeingRow) -> list[dict[str, Any]]:
    """The ageing's bars; they lead to the reports for those who may read them."""
    leads = request.user.has_perm("office.view_reports")
    return [bar if leads else bar | {"url": ""} for bar in bars(question, row)]
