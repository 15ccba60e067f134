import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import models, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from office.models import Company, OutgoingMail

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class MailToQueue:
    """A mail as an operation asks for it. Address and subject are what lists show until the mail is composed."""

    key: str
    kind: str
    company: Company
    customer_id: int
    contact_id: int
    about: models.Model
    to_email: str
    subject: str
    due_at: datetime | None = None

    def as_row(self) -> OutgoingMail:
        return OutgoingMail(
            key=self.key,
            kind=self.kind,
            company=self.company,
            customer_id=self.customer_id,
            contact_id=self.contact_id,
            about_type=self.about._meta.label_lower,
            about_id=self.about.pk,
            to_email=self.to_email,
            subject=self.subject[:200],
            due_at=self.due_at or timezone.now(),
        )


def queue_mail(**mail: Any) -> OutgoingMail:
    """Write one mail as `queue_mails` does; it takes what a MailToQueue has."""
    return queue_mails([MailToQueue(**mail)])[0]


@transaction.atomic
def queue_mails(mails: Iterable[MailToQueue]) -> list[OutgoingMail]:
    """Write mails in the caller's transaction; they leave after the commit. The same key again is the same mail."""
    rows = [mail.as_row() for mail in mails]
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    found = {row.key: row for row in OutgoingMail.objects.filter(key__in=[row.key for row in rows])}
    queued = [found[row.key] for row in rows]
    if queued:
        transaction.on_commit(lambda: ring_bell([mail.pk for mail in queued]), robust=True)
    return queued


def ring_bell(mail_ids: Sequence[int]) -> None:
    """Tell the workers at once; many mails ring once. Nothing depends on it: the sweep finds them within a minute."""
    try:
        if len(mail_ids) == 1:
            current_app.send_task("office.tasks.hand_over_mail", [mail_ids[0]], retry=False)
        else:
            current_app.send_task("office.tasks.send_due_mail", retry=False)
    except OperationalError as error:
        logger.warning("The broker is away, so mails %s wait for the sweep: %s", mail_ids, error)
