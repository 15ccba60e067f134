from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from office.hours.sending_hours import SendingHours
from office.mail.kinds import waits
from office.models import Company, OutgoingMail, User
from office.work.bells import ring

FOR_HOURS = "Waits for office hours where it is read."


@dataclass(frozen=True)
class MailToQueue:
    """A mail as an operation asks for it. Address and subject are what lists show until the mail is composed.

    It goes to a customer's contact, or to `staff`. `country` and `region` are those of the customer's billing address:
    a kind that waits goes by their working days.
    """

    key: str
    kind: str
    company: Company
    about: models.Model
    to_email: str
    subject: str
    customer_id: int | None = None
    contact_id: int | None = None
    staff: User | None = None
    country: str = ""
    region: str = ""
    due_at: datetime | None = None

    def as_row(self, hours: SendingHours | None) -> OutgoingMail:
        """What is kept of it; `hours` are given where it waits for them."""
        asked = self.due_at or timezone.now()
        due_at = hours.leaves_at(asked, self.country, self.region) if hours else asked
        return OutgoingMail(
            key=self.key,
            kind=self.kind,
            company=self.company,
            customer_id=self.customer_id,
            contact_id=self.contact_id,
            staff=self.staff,
            country=self.country,
            region=self.region[:100],
            about_type=self.about._meta.label_lower,
            about_id=self.about.pk,
            to_email=self.to_email,
            subject=self.subject[:200],
            due_at=due_at,
            explanation=FOR_HOURS if due_at > asked else "",
        )


def queue_mail(**mail: Any) -> OutgoingMail:
    """Write one mail as `queue_mails` does; it takes what a MailToQueue has."""
    return queue_mails([MailToQueue(**mail)])[0]


@transaction.atomic
def queue_mails(mails: Iterable[MailToQueue]) -> list[OutgoingMail]:
    """Write mails in the caller's transaction; they leave after the commit. The same key again is the same mail."""
    rows = _rows(mails)
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    found = {row.key: row for row in OutgoingMail.objects.filter(key__in=[row.key for row in rows])}
    queued = [found[row.key] for row in rows]
    if queued:
        transaction.on_commit(lambda: ring_bell([mail.pk for mail in queued]), robust=True)
    return queued


def _rows(mails: Iterable[MailToQueue]) -> list[OutgoingMail]:
    """The mails as they are kept; each company's hours are read once."""
    hours_of = cache(SendingHours.of)
    return [mail.as_row(hours_of(mail.company) if waits(mail.kind) else None) for mail in mails]


def ring_bell(mail_ids: Sequence[int]) -> None:
    """Tell the workers at once, of many mails once; else the sweep finds them within a minute."""
    if len(mail_ids) == 1:
        ring("office.tasks.hand_over_mail", mail_ids[0])
    else:
        ring("office.tasks.send_due_mail")
