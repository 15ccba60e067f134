"""The front page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from office.web.doors import staff_door
from office.web.requests import StaffRequest
from reports.ageing import AgeingQuestion, ageing_totals
from reports.front_page import came_in, latest_invoices, tasks
from reports.web.ageing import address, bars


@require_GET
@staff_door("customers.view_customer")
def home(request: StaffRequest) -> HttpResponse:
    """What is owed now, how late it is, what came in this month, and what to do next."""
    today = request.company.today()
    owner_id = request.user.pk if request.user.only_own_customers else None
    question = AgeingQuestion(request.company.pk, today, owner_id=owner_id)
    totals = ageing_totals(question)
    context = {
        "today": today,
        "owed": [
            {
                "currency": row.currency,
                "total": row.total,
                "late": row.days_1_30 + row.days_31_60 + row.days_61_90 + row.over_90,
                "bars": bars(question, row),
            }
            for row in sorted(totals, key=lambda row: row.currency != request.company.currency)
        ],
        "ageing_url": address("reports:ageing", question),
        "came_in": came_in(request.user, request.company, today),
        "tasks": tasks(request.user, request.company, today),
        "latest": latest_invoices(request.user, request.company, today),
    }
    return render(request, "reports/home.html", context)
