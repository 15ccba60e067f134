"""Reminding many customers, as a run: it goes on where it was stopped, and done again it sends nothing."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from credit_control.operations.send_reminders import send_reminders
from credit_control.reminders.proposals import Proposal
from customers.models import Customer
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, TaskKind, User
from office.operations.make_task import make_task
from office.sheets import csv_rows
from office.talk.topics import About
from office.work.runs import RunKind, begin_run
from office.written import plain_day

MOST, PIECE = 50_000, 50
SENT, LEFT_OUT = "Reminded", "Left out"


@transaction.atomic
def start_reminding(company: Company, customer_ids: Collection[int], *, on: date, by: User | None) -> Run:
    """Hand the reminding of these customers to the workers. Raises Refused for none, too many, or another day."""
    if on != company.today():
        raise Refused("Reminders say what is open today: they are sent as of today only.", code="not_today")
    known = Customer.objects.filter(company=company, pk__in=customer_ids)
    ids = list(known.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Refused("Choose at least one customer.", code="nothing_chosen")
    if len(ids) > MOST:
        raise Refused(f"A run takes at most {MOST:,} customers.", code="too_many")
    title = f"Reminders of {len(ids):,} customer{'s' * (len(ids) != 1)}, {plain_day(on)}"
    run = Run(company=company, by=by, kind=RUN_KIND.name, title=title, parameters={"customers": ids, "on": str(on)})
    begin_run(run)
    record(by, "start_reminding", run, after={"customers": len(ids), "on": on})
    return run


def do_piece(run: Run) -> None:
    """Remind the next customers of a run, and list who was left out and why.

    A run that lies over midnight goes on as of its own day: nobody is at a later step by it.
    """
    ids = run.parameters["customers"]
    run.total = len(ids)
    piece = ids[run.done : run.done + PIECE]
    reminders, left_out = send_reminders(run.company, piece, on=date.fromisoformat(run.parameters["on"]), by=run.by)
    run.result[SENT] = run.result.get(SENT, 0) + len(reminders)
    run.result[LEFT_OUT] = run.result.get(LEFT_OUT, 0) + len(left_out)
    for row in left_out:
        if row.reaches_nobody:
            _make_task(run, row)
    if left_out:
        run.errors_file = csv_rows(bytes(run.errors_file or b""), ["Customer", "Name", "Why"], map(_listed, left_out))
    run.done += len(piece)
    if run.done >= run.total:
        run.status = RunStatus.DONE


RUN_KIND = RunKind("send_reminders", do_piece)


def _make_task(run: Run, row: Proposal) -> None:
    """Somebody has to find an address; once a month for each customer."""
    make_task(
        run.company,
        TaskKind.BOUNCED,
        f"{row.customer.name} gets no reminders: {row.why_not}",
        key=f"reminder_contact:{row.customer.pk}:{run.company.today():%Y-%m}",
        by=None,
        about=About.of(row.customer),
    )


def _listed(row: Proposal) -> list[str]:
    return [row.customer.number, row.customer.name, row.why_not]
