"""Whether a reminder reached its customer."""

from django.db.models import Exists, OuterRef, QuerySet

from credit_control.models import Channel, Reminder, ReminderItem
from office.models import MailStatus, OutgoingMail

NEVER_ARRIVED = (MailStatus.FAILED, MailStatus.BOUNCED, MailStatus.CANCELLED)


def never_arrived(rows: QuerySet[ReminderItem]) -> QuerySet[ReminderItem]:
    """Of what was reminded of by mail, what is in no mail that left or may leave."""
    mails = OutgoingMail.objects.filter(about_type=Reminder._meta.label_lower, about_id=OuterRef("reminder"))
    return rows.filter(~Exists(mails.exclude(status__in=NEVER_ARRIVED)), reminder__channel=Channel.MAIL)
