"""Mails in the states that workers bring them to, arrow by arrow."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from office.models import MailStatus, OutgoingMail

WAYS = {
    MailStatus.QUEUED: [],
    MailStatus.CANCELLED: [],
    MailStatus.SENDING: [],
    MailStatus.HANDED_OVER: ["sending"],
    MailStatus.FAILED: ["sending"],
    MailStatus.SENT: ["sending", "handed_over"],
    MailStatus.UNCERTAIN: ["sending", "handed_over"],
    MailStatus.BOUNCED: ["sending", "handed_over"],
}


def become(status: str, mails: QuerySet[OutgoingMail] | None = None, **fields: Any) -> None:
    """Bring queued mails to a state, all of them where nobody says which; `fields` are what they say then."""
    ids = list((OutgoingMail.objects.all() if mails is None else mails).values_list("pk", flat=True))
    rows, lease = OutgoingMail.objects.filter(pk__in=ids), timezone.now() + timedelta(minutes=10)
    for step in WAYS[MailStatus(status)]:
        rows.update(status=step, leased_until=lease)
    if status == MailStatus.BOUNCED:
        fields = {"bounced_at": timezone.now(), "bounce_code": "5.1.1"} | fields
    rows.update(status=status, **({"leased_until": lease} | fields))
