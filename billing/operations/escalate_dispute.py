from django.db import transaction
from django.utils import timezone

from billing.models import Dispute, DisputeStatus
from office.audit import record
from office.models import TaskKind
from office.operations.make_task import make_task
from office.talk.topics import About
from office.written import plain_day


def due_to_escalate() -> list[int]:
    """The open disputes whose day for our answer is past, in the time of their company, and nobody was told yet."""
    waiting = Dispute.objects.filter(status=DisputeStatus.OPEN, escalated_at=None).select_related("company")
    return [row.pk for row in waiting.order_by("pk") if row.respond_by < row.company.today()]


@transaction.atomic
def escalate_dispute(dispute_id: int) -> bool:
    """Raise a dispute to the managers once its day is past, and make it somebody's task; false where that was done."""
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    dispute = rows.get(pk=dispute_id)
    if not dispute.is_open or dispute.escalated_at or dispute.respond_by >= dispute.company.today():
        return False
    dispute.escalated_at = timezone.now()
    dispute.save(update_fields=["escalated_at"])
    record(None, "escalate_dispute", dispute, after={"answer_by": dispute.respond_by})
    make_task(
        dispute.company,
        TaskKind.OTHER,
        f"{dispute} has had no answer by {plain_day(dispute.respond_by)}",
        key=f"escalate_dispute:{dispute.pk}:{dispute.respond_by}",
        by=None,
        about=About.of(dispute),
        department=dispute.department,
    )
    return True
