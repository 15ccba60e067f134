"""The front page."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from office.web.doors import staff_door
from office.web.requests import StaffRequest
from reports.ageing import AgeingQuestion, AgeingRow, ageing_totals
from reports.ageing.answers import bars
from reports.ageing.asking import question_address
from reports.front_page import came_in, latest_invoices
from reports.to_do import tasks


@require_GET
@staff_door("customers.view_customer")
def home(request: StaffRequest) -> HttpResponse:
    """What is owed now, how late it is, what came in this month, and what to do next."""
    today, own = request.company.today(), request.company.currency
    owner_id = request.user.pk if request.user.only_own_customers else None
    question = AgeingQuestion(request.company.pk, today, owner_id=owner_id)
    totals = {row.currency: row for row in ageing_totals(question)}
    received = came_in(request.user, request.company, today)
    currencies = sorted({own, *totals, *received}, key=lambda currency: (currency != own, currency))
    context = {
        "today": today,
        "money": [
            _money(currency, totals.get(currency), received.get(currency, Decimal(0))) for currency in currencies
        ],
        "owed": [
            {"currency": each, "bars": _bars(request, question, totals[each])} for each in currencies if each in totals
        ],
        "ageing_url": question_address("ageing", question),
        "tasks": tasks(request.user, request.company, today),
        "latest": latest_invoices(request.user, request.company, today),
    }
    return render(request, "reports/home.html", context)


def _bars(request: StaffRequest, question: AgeingQuestion, row: AgeingRow) -> list[dict[str, Any]]:
    """The ageing's bars; they lead to the reports for those who may read them."""
    leads = request.user.has_perm("office.view_reports")
    return [bar if leads else bar | {"url": ""} for bar in bars(question, row)]


def _money(currency: str, owed: AgeingRow | None, received: Decimal) -> dict[str, Any]:
    """What the front page says of one currency."""
    late = owed.late if owed else Decimal(0)
    return {"currency": currency, "total": owed.total if owed else Decimal(0), "late": late, "came_in": received}
