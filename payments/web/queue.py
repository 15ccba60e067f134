"""The queue of bank lines: each with what it probably pays, taken by one key, and taken back by another."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from payments.access import bank_accounts_for, get_bank_line_for, get_receipt_for, require_bank
from payments.bank import with_left
from payments.explaining import free_remittances
from payments.models import BankLine, Receipt
from payments.operations.reverse_receipt import reverse_receipt
from payments.proposals import proposals_for, suggestions_for

AT_ONCE = 10
MISTAKEN = "Matched by mistake"


@require_GET
@staff_door("payments.match_bank_line")
def bank_queue(request: StaffRequest) -> HttpResponse:
    """The oldest lines that wait, with their proposals, and how much waits in all."""
    require_bank(request.user)
    accounts = bank_accounts_for(request.user).filter(company=request.company)
    waiting = with_left(BankLine.objects.filter(bank_account__in=accounts)).filter(left__gt=Decimal(0))
    lines = list(waiting.select_related("bank_account__company").order_by("booked_on", "pk")[:AT_ONCE])
    suggestions = suggestions_for(lines)
    totals = {line.left for line in lines}
    advised = set(free_remittances(request.company.pk).filter(total__in=totals).values_list("total", "currency"))
    rows = [
        {
            "line": line,
            "left": line.left,
            "proposals": suggestions.get(line.pk, []),
            "is_advised": (line.left, line.currency) in advised
            and not any(each.proposal.advice for each in suggestions.get(line.pk, [])),
        }
        for line in lines
    ]
    return render(request, "payments/queue.html", {"rows": rows, "count": waiting.count(), "at_once": AT_ONCE})


def queue_row(request: StaffRequest, line: BankLine, receipt: Receipt | None = None, error: str = "") -> HttpResponse:
    """A line's row as it now stands: folded with what was done, or open with what it may be."""
    line = with_left(BankLine.objects.filter(pk=line.pk)).select_related("bank_account__company").get()
    row: dict[str, Any] = {"line": line, "left": line.left, "receipt": receipt, "error": error}
    row["proposals"] = [] if receipt and not line.left else proposals_for(line)
    return render(request, "payments/_queue_row.html", {"row": row})


@require_POST
@staff_door("payments.reverse_receipt")
def undo_match(request: StaffRequest, receipt_id: int) -> HttpResponse:
    """Take back a match that was a mistake: its line waits again."""
    receipt = get_receipt_for(request.user, receipt_id)
    line = get_bank_line_for(request.user, receipt.bank_line_id or 0)
    error = ""
    try:
        day = receipt.company.today()
        reverse_receipt(receipt.pk, dated_on=day, by=request.user, reason=MISTAKEN, mistaken=True)
    except Refused as refusal:
        error = refusal.message
    if request.htmx:
        return queue_row(request, line, receipt=receipt if error else None, error=error)
    if error:
        messages.error(request, error)
    return redirect("payments:bank_line", line.pk)
