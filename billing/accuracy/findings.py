"""Reading what was found: each finding with its state and who has it, as its events say."""

import json
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias, TypedDict

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.urls import reverse
from django_stubs_ext import WithAnnotations

from billing.accuracy.found import Found
from billing.models import AccuracyFinding, DocumentStatus, FindingAct, FindingEvent, Invoice, IssueCheck
from customers.models import Customer

OPEN = "open"
STATES = [(OPEN, "Open"), ("mended", "Mended"), ("dismissed", "Dismissed")]
"""A finding is in the state of its latest event that is no assignment: what was found, or found again, is open."""
STATE = Case(When(act=FindingAct.FOUND, then=Value(OPEN)), default=F("act"), output_field=CharField())


LONGEST = 1000


def finding_of(check: IssueCheck, subject: Invoice | Customer, said: Found) -> AccuracyFinding:
    """What a check found, as it is kept; the same facts of the same subject have the same fingerprint."""
    is_of_document = isinstance(subject, Invoice)
    customer_id = subject.customer_id if isinstance(subject, Invoice) else subject.pk
    facts = [check.value, is_of_document, subject.pk, customer_id, said.facts or said.message]
    return AccuracyFinding(
        company_id=subject.company_id,
        check_name=check.value,
        customer_id=customer_id,
        invoice=subject if isinstance(subject, Invoice) else None,
        is_of_document=is_of_document,
        message=said.message if len(said.message) <= LONGEST else f"{said.message[: LONGEST - 1]}…",
        fingerprint=sha256(json.dumps(facts).encode()).hexdigest(),
    )


class FindingState(TypedDict):
    state: str
    state_since: datetime
    assignee: int | None
    assignee_name: str | None


FindingWithState: TypeAlias = "WithAnnotations[AccuracyFinding, FindingState]"


def with_state(findings: QuerySet[AccuracyFinding]) -> QuerySet[FindingWithState]:
    """Add `state`, since when it is in it, and who has it (`assignee`, `assignee_name`)."""
    events = FindingEvent.objects.filter(finding=OuterRef("pk")).order_by("-pk")
    latest = events.exclude(act=FindingAct.ASSIGNED).annotate(state=STATE)
    given = events.filter(act=FindingAct.ASSIGNED)
    return findings.annotate(
        state=Subquery(latest.values("state")[:1]),
        state_since=Subquery(latest.values("at")[:1]),
        assignee=Subquery(given.values("assignee")[:1]),
        assignee_name=Subquery(given.values("assignee__name")[:1]),
    )


def open_findings(findings: QuerySet[AccuracyFinding]) -> QuerySet[FindingWithState]:
    """Those that wait for somebody."""
    return with_state(findings).filter(state=OPEN)


def dismissed_among(fingerprints: Collection[str]) -> set[str]:
    """Those that somebody dismissed."""
    rows = with_state(AccuracyFinding.objects.filter(fingerprint__in=fingerprints))
    return set(rows.filter(state=FindingAct.DISMISSED).values_list("fingerprint", flat=True))


def states_of(finding_ids: Collection[int]) -> dict[int, str]:
    """The state of each finding, read now; what was never said to be found has none."""
    events = FindingEvent.objects.filter(finding__in=finding_ids).exclude(act=FindingAct.ASSIGNED)
    latest = events.annotate(state=STATE).order_by("finding", "-pk").distinct("finding")
    return dict(latest.values_list("finding", "state"))


def subject_page(finding: AccuracyFinding) -> str:
    """The page of the document, or of the customer, that it is about."""
    if finding.invoice_id:
        return reverse("billing:invoice", args=[finding.invoice_id])
    return reverse("customers:customer", args=[finding.customer_id])


def way_to_mend(finding: AccuracyFinding) -> tuple[str, str]:
    """The act that mends it, in words, and its page: what is issued is corrected, all else is changed."""
    invoice = finding.invoice
    if invoice is None:
        return "Change the customer", reverse("customers:edit", args=[finding.customer_id])
    if invoice.is_draft:
        return "Edit the draft", reverse("billing:invoice_edit", args=[invoice.pk])
    if invoice.status == DocumentStatus.ISSUED and not invoice.is_credit_memo:
        return "Credit and bill anew", reverse("billing:correct_invoice", args=[invoice.pk])
    return "Look at the document", reverse("billing:invoice", args=[invoice.pk])
