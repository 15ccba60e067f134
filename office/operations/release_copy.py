from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.models import MailStatus, OutgoingMail, RestoredCopy, User

MAY_HAVE_LEFT = "It waited when the backup was made, so the office before this copy may have sent it since."


def uncertain_mails(copy: RestoredCopy) -> QuerySet[OutgoingMail]:
    """The mails that had not left when the backup was made, and of which nobody here knows whether they left since."""
    waiting = [MailStatus.QUEUED, MailStatus.SENDING, MailStatus.HANDED_OVER]
    return OutgoingMail.objects.filter(queued_at__lt=copy.restored_at, status__in=waiting)


@transaction.atomic
def release_copy(*, went_on: bool, by: User, now: datetime | None = None) -> int:
    """Let mails, webhooks, debits and jobs go out of this copy, which is the office from now on.

    Where the office before it `went_on` after the backup, each mail that waited then becomes uncertain, for a person
    to decide of; how many those are. Raises Refused where no copy is held.
    """
    now = now or timezone.now()
    copy = RestoredCopy.objects.select_for_update(no_key=True).filter(released_at=None).order_by("-pk").first()
    if copy is None:
        raise Refused("This copy is the office already.", code="invalid_move")
    doubted = _doubt(copy, now) if went_on else 0
    RestoredCopy.objects.filter(released_at=None).update(released_at=now, released_by=by)
    after = {"released_at": now, "uncertain_mails": doubted, "went_on": "yes" if went_on else "no"}
    record(by, "release_copy", copy, before={"released_at": None}, after=after)
    return doubted


def _doubt(copy: RestoredCopy, now: datetime) -> int:
    return uncertain_mails(copy).update(
        status=MailStatus.UNCERTAIN, leased_until=None, finished_at=now, explanation=MAY_HAVE_LEFT
    )
