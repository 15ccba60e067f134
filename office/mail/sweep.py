"""What is due and not done, read from the database."""

from datetime import datetime

from django.db.models import QuerySet

from office.mail.handing_over import MOST_ATTEMPTS
from office.models import MailStatus, OutgoingMail

AT_ONCE = 100
STOPPED = "The worker stopped before it was sent."


def due_mails(now: datetime) -> list[int]:
    """Tidy up after workers that died, and give the mails that are to be sent now, the longest waiting first."""
    take_back(now)
    doubt(now)
    due = OutgoingMail.objects.filter(status=MailStatus.QUEUED, due_at__lte=now).order_by("due_at", "id")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


def take_back(now: datetime) -> None:
    """Queue what certainly did not leave again; give up on a mail that stops its worker each time."""
    expired = leased_until_before(now, MailStatus.SENDING)
    expired.filter(attempts__gte=MOST_ATTEMPTS).update(
        status=MailStatus.FAILED, leased_until=None, finished_at=now, explanation=STOPPED
    )
    leased_until_before(now, MailStatus.SENDING).update(
        status=MailStatus.QUEUED, leased_until=None, due_at=now, explanation=STOPPED
    )


def doubt(now: datetime) -> None:
    """Show a person what may have left: it is never sent again by itself."""
    leased_until_before(now, MailStatus.HANDED_OVER).update(
        status=MailStatus.UNCERTAIN,
        leased_until=None,
        finished_at=now,
        explanation="The worker stopped while handing it over, so it may have left.",
    )


def leased_until_before(now: datetime, status: MailStatus) -> QuerySet[OutgoingMail]:
    """Mails in this state whose worker had its time."""
    return OutgoingMail.objects.filter(status=status, leased_until__lt=now)
