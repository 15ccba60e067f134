"""When it is the turn of a mail that waits: in office hours, and not above what a customer gets in a day."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from office.hours.sending_hours import SendingHours
from office.mail.kinds import KINDS
from office.mail.queueing import FOR_HOURS
from office.models import MailStatus, OutgoingMail

LEAVING = [MailStatus.SENDING, MailStatus.HANDED_OVER]
LEFT = [MailStatus.SENT, MailStatus.UNCERTAIN, MailStatus.BOUNCED]


def hold_customer(mail: OutgoingMail) -> None:
    """Let nobody else judge a mail to the same customer until the transaction ends: two would not see each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail to {mail.customer_id}"])


def its_turn(mail: OutgoingMail, now: datetime) -> tuple[datetime, str]:
    """The moment from which it may leave, which is now or later, and what a later one waits for."""
    hours = SendingHours.of(mail.company)
    opens = hours.leaves_at(now, mail.country, mail.region)
    if opens > now:
        return opens, FOR_HOURS
    limit = mail.company.mail_daily_limit if mail.customer_id else 0
    midnight = hours.midnight(now, mail.country)
    if not limit or (count := papers_since(midnight, mail)) < limit:
        return now, ""
    words = f"Waits for the next working day: {count} mail{'s' * (count != 1)} left for this customer today."
    return hours.opening(midnight.date() + timedelta(days=1), mail.country, mail.region), words


def papers_since(midnight: datetime, mail: OutgoingMail) -> int:
    """How many other papers left for the customer since then; one to several people is one."""
    that_wait = [kind.name for kind in KINDS.values() if kind.waits]
    theirs = OutgoingMail.objects.filter(company=mail.company, customer_id=mail.customer_id, kind__in=that_wait)
    today = theirs.filter(Q(status__in=LEAVING) | Q(status__in=LEFT, finished_at__gte=midnight))
    others = today.exclude(kind=mail.kind, about_type=mail.about_type, about_id=mail.about_id)
    return others.values("kind", "about_type", "about_id").distinct().count()
