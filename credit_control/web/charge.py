"""One late charge: for which days of which documents, what of it is paid, and waiving it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from credit_control.access import get_late_charge_for, late_charges_for
from credit_control.late_charges import with_state
from credit_control.operations.waive_late_charge import waive_late_charge
from ledger.balances import allocations_of
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.requests import StaffRequest


@require_GET
@staff_door("credit_control.view_latecharge")
def charge_page(request: StaffRequest, charge_id: int) -> HttpResponse:
    """The charge with its lines."""
    charge = get_late_charge_for(request.user, charge_id)
    figures = with_state(late_charges_for(request.user)).get(pk=charge.pk)
    context = {
        "charge": charge,
        "state": figures.state,
        "open": figures.open,
        "lines": charge.lines.select_related("item"),
        "rows": allocations_of(charge.entry_id),
    }
    return render(request, "credit_control/late_charge.html", context)


@require_POST
@staff_door("credit_control.waive_late_charge")
def waive(request: StaffRequest, charge_id: int) -> HttpResponse:
    """Give it up, with a reason."""
    charge = get_late_charge_for(request.user, charge_id)
    reason = request.POST.get("reason", "")
    try:
        waive_late_charge(charge.pk, on=charge.company.today(), by=request.user, reason=reason)
    except ApprovalNeeded as needed:
        send_for_approval(request, needed)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{charge} is waived. What was paid of it is free again.")
    return redirect("credit_control:late_charge", charge.pk)
