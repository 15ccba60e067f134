from typing import Any

from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.mail.queueing import ring_bell
from office.models import MailStatus, OutgoingMail, User

MOVES = {
    "retry": ({MailStatus.FAILED, MailStatus.CANCELLED, MailStatus.UNCERTAIN}, MailStatus.QUEUED),
    "sent": ({MailStatus.UNCERTAIN}, MailStatus.SENT),
    "cancel": ({MailStatus.QUEUED, MailStatus.FAILED, MailStatus.UNCERTAIN}, MailStatus.CANCELLED),
}
"""What a person may decide, of mails in which state, and what becomes of them."""


def outcomes_for(mail: OutgoingMail) -> list[str]:
    """What a person may decide of this mail now."""
    return [outcome for outcome, (before, _) in MOVES.items() if mail.status in before]


@transaction.atomic
def settle_mail(mail_id: int, outcome: str, by: User | None) -> OutgoingMail:
    """Decide of a mail that waits for a person: "retry", "sent" or "cancel". Raises Refused where it waits no more."""
    if outcome not in MOVES:
        raise Refused("Say retry, sent or cancel.", code="unknown_outcome")
    mail = OutgoingMail.objects.select_for_update(no_key=True).get(pk=mail_id)
    before, (allowed, after) = mail.status, MOVES[outcome]
    if before not in allowed:
        raise Refused(f"This mail is {mail.get_status_display().lower()} now. Look again.", code="invalid_move")
    fields = changes(after, by)
    for name, value in fields.items():
        setattr(mail, name, value)
    mail.save(update_fields=fields)
    record(by, "settle_mail", mail, before={"status": before}, after={"status": after})
    if after == MailStatus.QUEUED:
        transaction.on_commit(lambda: ring_bell([mail_id]), robust=True)
    return mail


def changes(after: MailStatus, by: User | None) -> dict[str, Any]:
    """The fields that say the decision. The count of attempts goes on: it tells one worker's attempt from another's."""
    now = timezone.now()
    if after == MailStatus.QUEUED:
        return {"status": after, "due_at": now, "finished_at": None, "explanation": f"Sent again by {by}."}
    return {"status": after, "finished_at": now, "explanation": f"Settled by {by}."}
