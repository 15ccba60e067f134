"""Applying many receipts, each to what its customer has open for longest: looked at first, then done as a run."""

import csv
from collections.abc import Sequence
from io import StringIO

from django.db import transaction
from django.db.models import QuerySet

from ledger.allocating import lock_items
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, User
from office.sheets import guard
from office.work.runs import RunKind, begin_run, resume_run
from payments.models import Receipt
from payments.operations.apply_credits import apply_oldest_first

MOST, PIECE = 10_000, 100
APPLIED, NOTHING, REFUSED = "Applied", "Nothing to apply it to", "Refused"


@transaction.atomic
def prepare_applying(company: Company, receipts: QuerySet[Receipt], *, by: User) -> Run:
    """Keep which receipts are meant; nothing is applied before somebody has looked and starts it.

    Raises Refused for none, or too many.
    """
    ids = list(receipts.filter(company=company).order_by("received_on", "pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Refused("Choose at least one payment.", code="nothing_chosen")
    if len(ids) > MOST:
        raise Refused(f"A run takes at most {MOST:,} payments. Narrow the list first.", code="too_many")
    title = f"Apply {len(ids):,} payment{'s' * (len(ids) != 1)}, oldest first"
    parameters = {"receipts": ids}
    return Run.objects.create(
        company=company, by=by, kind=RUN_KIND.name, title=title, parameters=parameters, status=RunStatus.PREPARED
    )


@transaction.atomic
def start_applying(run_id: int, *, by: User) -> Run:
    """Hand a run that was looked at to the workers, once. Raises Refused for one that was started."""
    run = Run.objects.select_for_update(no_key=True, of=("self",)).get(pk=run_id, kind=RUN_KIND.name)
    if run.status == RunStatus.FAILED:
        resume_run(run.pk)
        return run
    if run.status != RunStatus.PREPARED:
        raise Refused("This run is not waiting to be started.", code="invalid_move")
    begin_run(run)
    record(by, "start_applying", run, after={"payments": len(run.parameters["receipts"])})
    return run


def do_piece(run: Run) -> None:
    """Apply the next receipts of a run; one that is refused stops no other, and is listed with why."""
    ids = run.parameters["receipts"]
    run.total = len(ids)
    piece = ids[run.done : run.done + PIECE]
    receipts = Receipt.objects.select_related("customer__company", "entry").in_bulk(piece)
    _lock(list(receipts.values()))
    refused = []
    for receipt in (receipts[pk] for pk in piece):
        outcome, why = _apply(receipt, run.by)
        run.result[outcome] = run.result.get(outcome, 0) + 1
        refused += [(receipt.number, receipt.customer.name, why)] if why else []
    if refused:
        run.errors_file = _listed(bytes(run.errors_file or b""), refused)
    run.done += len(piece)
    if run.done >= run.total:
        run.status = RunStatus.DONE


RUN_KIND = RunKind("apply_receipts", do_piece, page="payments:apply_receipts")


def _lock(receipts: Sequence[Receipt]) -> None:
    """Lock all that the piece may touch, in the one order."""
    customers = {receipt.customer_id for receipt in receipts}
    debts = OpenItem.objects.filter(customer_id__in=customers, balance__gt=0)
    credits = OpenItem.objects.filter(entry__in=[receipt.entry_id for receipt in receipts])
    lock_items([*debts.values_list("pk", flat=True), *credits.values_list("pk", flat=True)])


def _apply(receipt: Receipt, by: User | None) -> tuple[str, str]:
    """What became of one receipt, and why it was refused."""
    item = receipt.entry.items.get()
    try:
        with transaction.atomic():
            done = apply_oldest_first(
                receipt.customer,
                dated_on=receipt.customer.company.today(),
                by=by,
                only_credits=[item.pk],
                currency=receipt.currency,
            )
    except Refused as refusal:
        return REFUSED, refusal.message
    return (APPLIED if done else NOTHING), ""


def _listed(before: bytes, rows: Sequence[tuple[str, str, str]]) -> bytes:
    """The file of what was refused, with these rows added."""
    text = StringIO()
    lines = csv.writer(text)
    if not before:
        lines.writerow(["Payment", "Customer", "Why"])
    lines.writerows([guard(cell) for cell in row] for row in rows)
    return before + text.getvalue().encode()
