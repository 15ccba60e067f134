"""Billing runs: many documents issued or mailed in one go, after a look at what would become of each."""

from django.db import transaction
from django.db.models import QuerySet

from billing.billing_runs import ACTS, BillingAct, act_of, kind_of
from billing.models import DocumentOutcome, Invoice, RunDocument
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, User
from office.work.runs import LARGE, begin_run, resume_run, stop_run

MOST = 50_000


@transaction.atomic
def prepare_billing_run(company: Company, act: str, documents: QuerySet[Invoice], *, by: User) -> Run:
    """Take on documents and have the workers look at each; nothing is done with them before somebody starts the run.

    Left out are those that the act is not for; how many, the run says. Raises Refused where none is left, or too many.
    """
    todo = ACTS.get(act)
    if todo is None:
        raise Refused("There is no such act.", code="unknown_act")
    require_may(todo, by)
    chosen = documents.filter(company=company)
    ids = list(chosen.filter(status=todo.takes).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Refused(f"None of these is among the {todo.taken}. Choose some first.", code="nothing_chosen")
    if len(ids) > MOST:
        raise Refused(f"A run takes at most {MOST:,} documents. Narrow the list first.", code="too_many")
    run = Run(company=company, by=by, kind=kind_of(todo), title=_title(todo, len(ids)))
    run.parameters = {"dry_run": True, "left_out": chosen.exclude(status=todo.takes).count()}
    _begin(run)
    insert_all(RunDocument(run=run, invoice_id=invoice_id) for invoice_id in ids)
    record(by, "prepare_billing_run", run, after={"documents": len(ids)})
    return run


@transaction.atomic
def start_billing_run(run_id: int, *, by: User, sends: bool = False) -> Run:
    """Do what the check found possible, once; `sends` mails what is issued. Raises Refused before the check."""
    run = _held(run_id, by)
    if not (run.is_dry and run.status == RunStatus.DONE):
        raise Refused("This run is not waiting to be started.", code="invalid_move")
    if not run.documents.filter(outcome=DocumentOutcome.WAITING).exists():
        raise Refused("Nothing of this run can be done. Mend what is refused and check it again.", code="nothing_left")
    if sends:
        require_may(ACTS["send"], by)
    run.parameters |= {"dry_run": False, "sends": sends}
    _begin(run)
    record(by, "start_billing_run", run, after={"mails": "yes" if sends else "no"})
    return run


@transaction.atomic
def stop_billing_run(run_id: int, *, by: User) -> Run:
    """Stop a run after the piece it is at; what is done stands. Raises Refused for a run at its end."""
    run = _held(run_id, by)
    stop_run(run.pk)
    record(by, "stop_billing_run", run)
    return run


@transaction.atomic
def resume_billing_run(run_id: int, *, by: User) -> Run:
    """Let a run that was stopped or failed go on with what is left, on the company's today."""
    run = _held(run_id, by)
    resume_run(run.pk)
    run.parameters["on"] = run.company.today().isoformat()
    run.save(update_fields=["parameters"])
    record(by, "resume_billing_run", run)
    return run


@transaction.atomic
def retry_billing_run(run_id: int, *, by: User) -> Run:
    """Try what was refused again, after it was mended; a run not started yet looks at everything again."""
    run = _held(run_id, by)
    if not run.is_finished:
        raise Refused("This run is still at work. Stop it first, or wait for its end.", code="invalid_move")
    refused = run.documents.filter(outcome=DocumentOutcome.REFUSED)
    if not refused.exists():
        raise Refused("Nothing of this run was refused.", code="nothing_left")
    if run.is_dry:
        run.documents.update(outcome=DocumentOutcome.UNCHECKED, note="")
    else:
        refused.update(outcome=DocumentOutcome.WAITING, note="")
    _begin(run)
    record(by, "retry_billing_run", run)
    return run


def require_may(act: BillingAct, by: User) -> None:
    """Raise Refused for someone who may not do with one document what the run does with many."""
    if not by.has_perm(act.permission):
        raise Refused("That is not yours to do. Ask a manager.", code="may_not")


def _begin(run: Run) -> None:
    run.parameters["on"] = run.company.today().isoformat()
    begin_run(run)


def _held(run_id: int, by: User) -> Run:
    """The run with its row held, which waits for the piece that is being done; for someone who may do its act."""
    rows = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("company").defer(*LARGE)
    run = rows.get(pk=run_id)
    require_may(act_of(run), by)
    return run


def _title(act: BillingAct, count: int) -> str:
    return f"{act.verb} {count:,} document{'s' * (count != 1)}"
