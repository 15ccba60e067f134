from collections.abc import Collection

from django.db import transaction

from billing.accuracy.findings import OPEN, states_of
from billing.models import AccuracyFinding, FindingAct, FindingEvent
from billing.operations.assign_dispute import require_colleague
from ledger.refusals import Refused
from office.audit import record_all
from office.models import User
from office.reasons import required_reason

MOST = 5000
"""Findings that one act takes; more are narrowed first."""


@transaction.atomic
def dismiss_findings(finding_ids: Collection[int], reason: str, *, by: User) -> int:
    """Say why findings are none: they stay dismissed until the facts change. How many they were.

    Raises Refused without a reason, for too many, and where one of them is not open.
    """
    said = required_reason(" ".join(reason.split()), "Say why this is right as it is.")
    findings = _locked(finding_ids)
    _write(findings, FindingEvent(act=FindingAct.DISMISSED, reason=said, by=by))
    record_all(by, "dismiss_findings", findings)
    return len(findings)


@transaction.atomic
def assign_findings(finding_ids: Collection[int], assignee_id: int | None, *, by: User) -> int:
    """Give open findings to somebody, or to nobody. How many they were.

    Raises Refused for somebody who does not work in their company, for too many, and where one is not open.
    """
    findings = _locked(finding_ids)
    for company_id in {finding.company_id for finding in findings}:
        require_colleague(assignee_id, company_id)
    _write(findings, FindingEvent(act=FindingAct.ASSIGNED, assignee_id=assignee_id, by=by))
    record_all(by, "assign_findings", findings)
    return len(findings)


def _locked(finding_ids: Collection[int]) -> list[AccuracyFinding]:
    """Open findings, locked in one order."""
    if not finding_ids:
        raise Refused("Choose the findings first.", code="nothing_chosen")
    if len(set(finding_ids)) > MOST:
        raise Refused(f"At most {MOST:,} findings at once. Narrow the list first.", code="too_many")
    rows = AccuracyFinding.objects.select_for_update(no_key=True).filter(pk__in=finding_ids).order_by("pk")
    findings, states = list(rows), states_of(finding_ids)
    if any(states.get(finding.pk) != OPEN for finding in findings):
        raise Refused("One of these is not open any more. Look at the list again.", code="invalid_move")
    return findings


def _write(findings: list[AccuracyFinding], event: FindingEvent) -> None:
    FindingEvent.objects.bulk_create(
        [
            FindingEvent(finding=each, act=event.act, assignee_id=event.assignee_id, reason=event.reason, by=event.by)
            for each in findings
        ]
    )
