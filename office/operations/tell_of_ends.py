from collections.abc import Iterator
from datetime import datetime, timedelta

from office.mail.queueing import MailToQueue, queue_mails
from office.models import ApiToken, Company, OutgoingMail, User
from office.models.staff import may_come_in

KEY_ENDS_MAIL, ACCESS_ENDS_MAIL = "key_ends", "access_ends"
BEFORE_A_KEY, BEFORE_SOMEBODY = timedelta(days=14), timedelta(days=7)


def tell_of_ends(now: datetime) -> int:
    """Tell by mail whose key ends within two weeks, or whose own time is over within one; once for each end.

    Returns how many are told now.
    """
    mails = [*_of_keys(now), *_of_people(now)]
    known = set(OutgoingMail.objects.filter(key__in=[mail.key for mail in mails]).values_list("key", flat=True))
    return len(queue_mails(mail for mail in mails if mail.key not in known))


def _of_keys(now: datetime) -> Iterator[MailToQueue]:
    ending = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=now + BEFORE_A_KEY)
    for key in ending.filter(may_come_in("user__")).select_related("user", "company"):
        if company := key.company or _company_of(key.user):
            yield MailToQueue(
                key=f"{KEY_ENDS_MAIL}:{key.pk}:{key.expires_at:%Y-%m-%d}",
                kind=KEY_ENDS_MAIL,
                company=company,
                staff=key.user,
                about=key,
                to_email=key.user.email,
                subject=f"Your key for {key.name} ends soon",
            )


def _of_people(now: datetime) -> Iterator[MailToQueue]:
    today = now.date()
    for person in User.objects.filter(may_come_in(), until__gte=today, until__lte=today + BEFORE_SOMEBODY):
        if company := _company_of(person):
            yield MailToQueue(
                key=f"{ACCESS_ENDS_MAIL}:{person.pk}:{person.until}",
                kind=ACCESS_ENDS_MAIL,
                company=company,
                staff=person,
                about=person,
                to_email=person.email,
                subject="Your time in Duebook ends soon",
            )


def _company_of(person: User) -> Company | None:
    return person.companies.order_by("pk").first()
