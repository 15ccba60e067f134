"""Charging many customers, as a run: it goes on where it was stopped, and done again it adds nothing."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from credit_control.operations.claim_late_charges import claim_late_charges
from credit_control.proposals import Proposal
from customers.models import Customer
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import Company, Run, RunStatus, User
from office.sheets import csv_rows
from office.work.runs import RunKind, begin_run
from office.written import plain_day

MOST, PIECE = 50_000, 100
CHARGED, LEFT_OUT = "Charges", "Left out"


@transaction.atomic
def start_claiming(company: Company, customer_ids: Collection[int], *, on: date, by: User) -> Run:
    """Hand the charging of these customers up to a day to the workers. Raises Refused for none, or too many."""
    require_bookable_day(company, on)
    known = Customer.objects.filter(company=company, pk__in=customer_ids)
    ids = list(known.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Refused("Choose at least one customer.", code="nothing_chosen")
    if len(ids) > MOST:
        raise Refused(f"A run takes at most {MOST:,} customers.", code="too_many")
    title = f"Late charges of {len(ids):,} customer{'s' * (len(ids) != 1)} up to {plain_day(on)}"
    run = Run(company=company, by=by, kind=RUN_KIND.name, title=title, parameters={"customers": ids, "on": str(on)})
    begin_run(run)
    record(by, "start_claiming", run, after={"customers": len(ids), "on": on})
    return run


def do_piece(run: Run) -> None:
    """Charge the next customers of a run, and list who was left out and why."""
    ids = run.parameters["customers"]
    run.total = len(ids)
    piece = ids[run.done : run.done + PIECE]
    charges, left_out = claim_late_charges(run.company, piece, on=date.fromisoformat(run.parameters["on"]), by=run.by)
    run.result[CHARGED] = run.result.get(CHARGED, 0) + len(charges)
    run.result[LEFT_OUT] = run.result.get(LEFT_OUT, 0) + len(left_out)
    if left_out:
        heads = ["Customer", "Name", "Currency", "Why"]
        run.errors_file = csv_rows(bytes(run.errors_file or b""), heads, map(_listed, left_out))
    run.done += len(piece)
    if run.done >= run.total:
        run.status = RunStatus.DONE


RUN_KIND = RunKind("claim_late_charges", do_piece)


def _listed(row: Proposal) -> list[str]:
    return [row.customer.number, row.customer.name, row.currency, row.why_not]
