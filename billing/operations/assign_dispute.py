from dataclasses import dataclass
from datetime import date

from django.db import transaction

from billing.models import Dispute
from ledger.refusals import Refused
from office.access import companies_for
from office.audit import record
from office.models import Department, User


@dataclass(frozen=True)
class Assignment:
    """Who looks into a dispute, of which department, and until when the customer has an answer."""

    owner_id: int | None
    department: str
    respond_by: date


@transaction.atomic
def assign_dispute(dispute_id: int, assignment: Assignment, *, by: User | None, on: date) -> Dispute:
    """Give a dispute to somebody, and say until when it is answered; a later day ends what was escalated.

    Raises Refused once it is closed, for somebody who does not work in its company, for an unknown department, and for
    a new day that is past.
    """
    dispute = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=dispute_id)
    if not dispute.is_open:
        raise Refused(f"Dispute {dispute} is closed already.", code="invalid_move")
    _check(dispute, assignment, on)
    before = _told(dispute)
    if assignment.respond_by > dispute.respond_by:
        dispute.escalated_at = None
    dispute.owner_id, dispute.department = assignment.owner_id, assignment.department
    dispute.respond_by = assignment.respond_by
    dispute.save(update_fields=["owner", "department", "respond_by", "escalated_at"])
    after = _told(Dispute.objects.select_related("owner").get(pk=dispute.pk))
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        before, after = ({name: told[name] for name in changed} for told in (before, after))
        record(by, "assign_dispute", dispute, before=before, after=after)
    return dispute


def require_colleague(owner_id: int | None, company_id: int) -> None:
    """Raise Refused for somebody who does not work in the company, or not any more."""
    if owner_id is None:
        return
    owner = User.objects.filter(pk=owner_id, is_active=True).first()
    if owner is None or not companies_for(owner).filter(pk=company_id).exists():
        raise Refused("That person does not work here.", code="unknown_owner")


def _check(dispute: Dispute, assignment: Assignment, on: date) -> None:
    if assignment.owner_id != dispute.owner_id:
        require_colleague(assignment.owner_id, dispute.company_id)
    if assignment.department and assignment.department not in Department:
        raise Refused("There is no such department.", code="unknown_department")
    if assignment.respond_by != dispute.respond_by and assignment.respond_by < on:
        raise Refused("The day for our answer is past already.", code="deadline_too_early")


def _told(dispute: Dispute) -> dict[str, object]:
    return {
        "owner": dispute.owner,
        "department": dispute.get_department_display(),
        "answer_by": dispute.respond_by,
    }
