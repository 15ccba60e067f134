from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from payments.models import NoticeStatus, PaidNotice
from payments.not_found_mail import queue_not_found_mails


@transaction.atomic
def close_paid_notice(notice_id: int, *, found: bool, answer: str = "", by: User | None) -> PaidNotice:
    """Say whether the payment that a customer told of was found; they read the answer on their page, what was
    not found comes by mail too, and reminders go on.

    Raises Refused for one that is closed, and without an answer where nothing was found.
    """
    rows = PaidNotice.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "company", "invoice__company", "invoice__customer"
    )
    notice = rows.get(pk=notice_id)
    if notice.status != NoticeStatus.OPEN:
        raise Refused(f"{notice} is closed already.", code="invalid_move")
    if not found or answer.strip():
        answer = required_reason(answer, "Say what you looked for, and what would help: the customer reads it.")
    notice.status = NoticeStatus.FOUND if found else NoticeStatus.NOT_FOUND
    notice.answer, notice.closed_at, notice.closed_by = answer.strip(), timezone.now(), by
    notice.save(update_fields=["status", "answer", "closed_at", "closed_by"])
    record(
        by, "close_paid_notice", notice.invoice, after={"outcome": notice.get_status_display()}, reason=notice.answer
    )
    if not found:
        queue_not_found_mails(notice)
    return notice
