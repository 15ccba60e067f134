"""Applying many receipts at once: what each would settle, and starting the run."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.allocating import oldest_first
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.models import Run, RunStatus
from office.web.doors import staff_door
from office.web.lists import chosen_rows
from office.web.requests import StaffRequest
from payments.access import receipts_for
from payments.models import Receipt
from payments.operations.apply_receipts import RUN_KIND, prepare_applying, start_applying
from payments.web.listing import RECEIPTS, listed_receipts

MOST_SHOWN = 200


class Looked(NamedTuple):
    """What would become of one receipt."""

    receipt: Receipt
    shares: list[tuple[OpenItem, Decimal]]
    left: Decimal


@require_POST
@staff_door("payments.allocate")
def prepare(request: StaffRequest) -> HttpResponse:
    """Take the receipts chosen in the list, and show what would become of them."""
    chosen = chosen_rows(request, RECEIPTS, listed_receipts(request))
    try:
        run = prepare_applying(request.company, Receipt.objects.filter(pk__in=chosen.values("pk")), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payments:receipt_list")
    return redirect("payments:apply_receipts", run.pk)


@staff_door("payments.allocate")
def check_and_start(request: StaffRequest, run_id: int) -> HttpResponse:
    """What each receipt would settle now, and starting it."""
    runs = Run.objects.filter(company=request.company, kind=RUN_KIND.name, by=request.user).defer("errors_file")
    run = runs.filter(pk=run_id).first()
    if run is None:
        raise Http404("No such run.")
    if request.method == "POST":
        try:
            start_applying(run.pk, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect("office:run", run.pk)
    if run.status != RunStatus.PREPARED:
        return redirect("office:run", run.pk)
    ids = run.parameters["receipts"]
    seen = receipts_for(request.user).filter(pk__in=ids[:MOST_SHOWN]).select_related("customer")
    looked = looked_at(list(seen.order_by("received_on", "pk")))
    context = {"run": run, "count": len(ids), "most": MOST_SHOWN, "rows": looked}
    context["able"] = sum(bool(row.shares) for row in looked)
    return render(request, "payments/apply_receipts.html", context)


def looked_at(receipts: Sequence[Receipt]) -> list[Looked]:
    """What each would settle if all were applied now, one after another, each the oldest first."""
    customers = {receipt.customer_id for receipt in receipts}
    items = OpenItem.objects.filter(customer_id__in=customers).exclude(balance=0).order_by("due_on", "dated_on", "pk")
    debts, credits = defaultdict(list), {}
    for item in items:
        if item.balance > 0:
            debts[item.customer_id, item.currency].append(item)
        else:
            credits[item.entry_id] = item
    return [_looked(receipt, credits.get(receipt.entry_id), debts) for receipt in receipts]


def _looked(receipt: Receipt, credit: OpenItem | None, debts: dict[tuple[int, str], list[OpenItem]]) -> Looked:
    if credit is None:
        return Looked(receipt, [], Decimal(0))
    open_items = [item for item in debts[receipt.customer_id, receipt.currency] if item.balance > 0]
    pairs = oldest_first(open_items, [credit])
    by_id = {item.pk: item for item in open_items}
    shares = [(by_id[pair.debit_id], pair.amount) for pair in pairs]
    for item, amount in shares:
        item.balance -= amount
    return Looked(receipt, shares, -credit.balance - sum((amount for _, amount in shares), Decimal(0)))
