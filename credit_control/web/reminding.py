"""Who would be reminded of what today, and reminding some of them or all."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from credit_control.operations.remind_many import start_reminding
from credit_control.operations.send_reminders import send_reminders
from credit_control.reminders.proposals import customers_at_a_step, proposals_for
from customers.access import customers_for
from customers.models import Customer
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest

MOST_SHOWN = 200


@staff_door("credit_control.send_reminders")
def remind_page(request: StaffRequest) -> HttpResponse:
    """The preview; sent, it reminds those who were chosen, or all of them, or one customer of chosen items."""
    one = typed_id(request.GET.get("customer", ""))
    ids = _seen(request, one)
    if request.method == "POST":
        sent = _remind_one(request, one) if one and one in ids else _remind(request, ids)
        if sent:
            return sent
    return render(request, "credit_control/remind.html", {"one": one} | _shown(request, ids))


def _seen(request: StaffRequest, one: int | None) -> list[int]:
    """The customers this person sees who may be at a step; only one where the address names them."""
    seen = customers_for(request.user).filter(company=request.company)
    allowed = set((seen.filter(pk=one) if one else seen).values_list("pk", flat=True))
    return [pk for pk in customers_at_a_step(request.company, request.company.today()) if pk in allowed]


def _remind(request: StaffRequest, ids: list[int]) -> HttpResponse | None:
    chosen = {pk for text in request.POST.getlist("customer") if (pk := typed_id(text)) in ids}
    wanted = ids if request.POST.get("all") else chosen
    try:
        run = start_reminding(request.company, wanted, on=request.company.today(), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return None
    return redirect("office:run", run.pk)


def _remind_one(request: StaffRequest, customer_id: int) -> HttpResponse | None:
    only = {pk for text in request.POST.getlist("item") if (pk := typed_id(text))}
    if not only:
        messages.error(request, "Choose at least one item.")
        return None
    today = request.company.today()
    reminders, left_out = send_reminders(request.company, [customer_id], on=today, by=request.user, only=only)
    for row in left_out:
        messages.error(request, row.why_not)
    if not reminders:
        if not left_out:
            messages.error(request, "They were reminded of it just now.")
        return None
    messages.success(request, f"{reminders[0].get_tone_display()} of {reminders[0].customer.name} is on its way.")
    return redirect("credit_control:reminder", reminders[0].pk)


def _shown(request: StaffRequest, ids: list[int]) -> dict[str, Any]:
    customers = Customer.objects.filter(pk__in=ids[:MOST_SHOWN]).select_related("company")
    rows = proposals_for(request.company, customers, request.company.today()) if ids else []
    return {
        "will": [row for row in rows if not row.why_not],
        "will_not": [row for row in rows if row.why_not and not row.is_wrong],
        "wrong": [row for row in rows if row.is_wrong],
        "count": len(ids),
        "most": MOST_SHOWN,
        "today": request.company.today(),
    }
