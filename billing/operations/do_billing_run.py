"""The pieces of a billing run: some documents together, and where these are refused, each half of them.

So what is wrong is left out with its reason, everything else is done as if one by one, and what is right costs few
statements. A dry run does the very same and takes it back.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial

from django.db import transaction

from billing.billing_runs import ACTS, act_of, day_of, documents_left, kind_of
from billing.einvoice.checking import judge_each
from billing.einvoice.document import Document
from billing.issue_checks import concerns_of, drafts_to_check
from billing.models import DocumentOutcome, RunDocument, Severity
from billing.operations.issue_invoice import issue_invoices
from billing.operations.send_invoice import send_invoices
from ledger.bulk import update_all
from ledger.present import present
from ledger.refusals import Refused
from office.models import Run, RunStatus
from office.work.retrying import DATABASE_AWAY
from office.work.runs import RunKind

logger = logging.getLogger(__name__)
TOGETHER = 200
GONE = "The draft was thrown away."
UNFORESEEN = "Something went wrong that nobody foresaw. Try again, and tell whoever runs Duebook if it stays."

Notes = dict[int, str]
Act = Callable[[Sequence[int]], Notes]
"""Does something with documents, all or none, and says what is to be noted of which."""


def plan_issuing(run: Run) -> Callable[[Run], None]:
    """The next drafts to issue; what the rules of e-invoices say of them is asked while nothing is locked."""
    documents = list(documents_left(run)[:TOGETHER])
    judged, wrong = judge_each([row.invoice_id for row in documents if row.invoice_id], day_of(run))
    return partial(_do_piece, documents, wrong, lambda held: partial(_issue, held, judged))


def plan_sending(run: Run) -> Callable[[Run], None]:
    """The next documents to mail."""
    return partial(_do_piece, list(documents_left(run)[:TOGETHER]), {}, lambda held: partial(_send, held))


def _do_piece(planned: Sequence[RunDocument], wrong: Notes, act_for: Callable[[Run], Act], run: Run) -> None:
    """Do what was planned of a run that is held now; whoever was quicker has left less of it."""
    run.total = run.total or documents_left(run).count()
    documents = list(documents_left(run).filter(pk__in=[row.pk for row in planned]))
    able = []
    for row in documents:
        problem = GONE if row.invoice_id is None else wrong.get(row.invoice_id, "")
        if problem:
            _refuse(row, problem)
        else:
            able.append(row)
    act = act_for(run)
    _attempt(able, partial(_try_out, act) if run.is_dry else act)
    if run.is_dry:
        _only_checked(able)
    update_all(documents, ["outcome", "note"])
    _count(run, documents)


def _attempt(documents: Sequence[RunDocument], act: Act) -> None:
    """Do it with all at once; where that is refused, with each half, until only what is refused alone is left."""
    if not documents:
        return None
    try:
        with transaction.atomic():
            notes = act([present(row.invoice_id) for row in documents])
    except Refused as refusal:
        problem = refusal.message
    except DATABASE_AWAY:
        raise  # a deadlock or a lost connection: the sweep comes again
    except Exception:
        if len(documents) == 1:
            logger.exception("A billing run met a fault in document %s", documents[0].invoice_id)
        problem = UNFORESEEN
    else:
        return _mark_done(documents, notes)
    if len(documents) == 1:
        return _refuse(documents[0], problem)
    half = len(documents) // 2
    _attempt(documents[:half], act)
    return _attempt(documents[half:], act)


def _mark_done(documents: Sequence[RunDocument], notes: Notes) -> None:
    for row in documents:
        row.outcome, row.note = DocumentOutcome.DONE, notes.get(present(row.invoice_id), "")[:1000]


class _TakenBack(Exception):
    """Ends what was only tried."""


def _try_out(act: Act, invoice_ids: Sequence[int]) -> Notes:
    """What the act would note; all that it did is taken back. Raises Refused as the act does."""
    notes: Notes = {}
    with suppress(_TakenBack), transaction.atomic():
        notes = act(invoice_ids)
        raise _TakenBack
    return notes


def _only_checked(documents: Sequence[RunDocument]) -> None:
    for row in documents:
        if row.outcome == DocumentOutcome.DONE:
            row.outcome = DocumentOutcome.WAITING


def _refuse(row: RunDocument, problem: str) -> None:
    row.outcome, row.note = DocumentOutcome.REFUSED, problem[:1000]


def _count(run: Run, documents: Sequence[RunDocument]) -> None:
    done = act_of(run).done
    words = (f"Can be {done}", "Cannot") if run.is_dry else (done.capitalize(), "Refused")
    refused = sum(row.outcome == DocumentOutcome.REFUSED for row in documents)
    for what, count in zip(words, (len(documents) - refused, refused), strict=True):
        run.result[what] = run.result.get(what, 0) + count
    run.done += len(documents)
    if not documents_left(run).exists():
        run.status = RunStatus.DONE


def _issue(run: Run, judged: Collection[Document], invoice_ids: Sequence[int]) -> Notes:
    notes = _warnings(invoice_ids) if run.is_dry else {}
    issue_invoices(invoice_ids, by=run.by, on=day_of(run), judged=judged)
    return notes | _mail(run, invoice_ids) if run.parameters.get("sends") else notes


def _warnings(invoice_ids: Sequence[int]) -> Notes:
    notes: Notes = {}
    for concern in concerns_of(drafts_to_check(invoice_ids), [Severity.WARN]):
        notes[concern.invoice_id] = f"{notes.get(concern.invoice_id, '')} {concern.message}".strip()
    return notes


def _mail(run: Run, invoice_ids: Sequence[int]) -> Notes:
    """Mail what was just issued; why not, where it cannot be: the document stands all the same."""
    _, refused = send_invoices(invoice_ids, by=run.by)
    return {invoice_id: f"Issued, but not mailed: {refusal.message}" for invoice_id, refusal in refused.items()}


def _send(run: Run, invoice_ids: Sequence[int]) -> Notes:
    _, refused = send_invoices(invoice_ids, by=run.by)
    for refusal in refused.values():
        raise refusal
    return {}


PAGE = "billing:billing_run"
RUN_KINDS = [
    RunKind(kind_of(ACTS["issue"]), None, PAGE, is_own_page=True, plan=plan_issuing),
    RunKind(kind_of(ACTS["send"]), None, PAGE, is_own_page=True, plan=plan_sending),
]
