"""Billing runs: which acts they do, and how a run stands."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from billing.models import DocumentOutcome, DocumentStatus, RunDocument
from office.models import Run


@dataclass(frozen=True)
class BillingAct:
    """What a run does with each of its documents, which documents it is for, and the words for it."""

    name: str
    takes: DocumentStatus
    permission: str
    verb: str
    done: str
    taken: str


ACTS = {
    act.name: act
    for act in (
        BillingAct("issue", DocumentStatus.DRAFT, "billing.issue_invoice", "Issue", "issued", "drafts"),
        BillingAct("send", DocumentStatus.ISSUED, "billing.send_invoice", "Mail", "mailed", "issued documents"),
    )
}


def kind_of(act: BillingAct) -> str:
    """The name of the kind of run that does this act."""
    return f"billing_{act.name}"


KINDS = {kind_of(act): act for act in ACTS.values()}


def act_of(run: Run) -> BillingAct:
    """What a billing run does."""
    return KINDS[run.kind]


def day_of(run: Run) -> date:
    """The day on which documents without a day of their own are issued: that of the latest start."""
    return date.fromisoformat(run.parameters["on"])


def outcome_before(run: Run) -> DocumentOutcome:
    """The outcome of documents that are still to be done."""
    return DocumentOutcome.UNCHECKED if run.is_dry else DocumentOutcome.WAITING


def documents_left(run: Run) -> QuerySet[RunDocument]:
    """What is still to be done, in order."""
    return RunDocument.objects.filter(run=run, outcome=outcome_before(run)).order_by("pk")


@dataclass
class Tally:
    """How many documents have one outcome, and what they come to in each currency."""

    outcome: DocumentOutcome
    count: int = 0
    totals: list[dict[str, Any]] = field(default_factory=list)


def tallies_of(documents: QuerySet[RunDocument]) -> dict[str, Tally]:
    """How documents of a run stand, by outcome; those of which there are none are left out."""
    sums = documents.order_by().values_list("outcome", "invoice__currency").annotate(Count("pk"), Sum("invoice__total"))
    tallies: dict[str, Tally] = {}
    for outcome, currency, count, total in sums.order_by("outcome", "invoice__currency"):
        tally = tallies.setdefault(outcome, Tally(DocumentOutcome(outcome)))
        tally.count += count
        if currency:
            tally.totals.append({"currency": currency, "total": total})
    return tallies


def reasons_of(documents: QuerySet[RunDocument]) -> list[tuple[str, int]]:
    """Why documents were refused and how many for each reason, the commonest first."""
    refused = documents.filter(outcome=DocumentOutcome.REFUSED).order_by()
    counts: dict[str, int] = defaultdict(int)
    for note, count in refused.values_list("note").annotate(Count("pk")):
        counts[note] += count
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def customers_with_several(documents: QuerySet[RunDocument]) -> int:
    """How many customers would get more than one document of a run."""
    waiting = documents.filter(outcome=DocumentOutcome.WAITING, invoice__isnull=False).order_by()
    return waiting.values("invoice__customer").annotate(Count("pk")).filter(pk__count__gt=1).count()
