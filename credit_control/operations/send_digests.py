"""The daily mail to those in sales who want it: in the morning of the company, once, and only where there is news."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from credit_control.digest import sections_of
from credit_control.models import SalesDigest
from customers.models import Customer
from office.mail.queueing import queue_mail
from office.models import Company, User
from office.talk.topics import colleagues_of

DIGEST_MAIL = "sales_digest"
FROM_HOUR = 7
LATEST_HOUR = 10
"""Until then it waits until somebody looked for the day's missed payments."""
ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=7)


def send_digests(company: Company, *, now: datetime) -> int:
    """Queue the mail of the day of each person who wants it and was not sent it, and say how many; none before the
    morning. Days with nothing to say send none, and what they would have said is in the next."""
    local = now.astimezone(ZoneInfo(company.time_zone))
    looked = company.missed_days.filter(on__gte=local.date()).exists()
    if local.hour < FROM_HOUR or not (looked or local.hour >= LATEST_HOUR):
        return 0
    had = SalesDigest.objects.filter(company=company, on=local.date()).values("person")
    owners = Customer.objects.filter(company=company).values("sales_owner")
    people = colleagues_of(company).filter(daily_digest=True, pk__in=owners).exclude(pk__in=had)
    return sum(_send(company, person, now, local) for person in people.order_by("pk"))


@transaction.atomic
def _send(company: Company, person: User, now: datetime, local: datetime) -> bool:
    last = SalesDigest.objects.filter(company=company, person=person).order_by("-until").first()
    since = max(last.until, now - LONGEST) if last else now - ONE_DAY
    if not sections_of(person, company, since, now):
        return False
    digest = SalesDigest(company=company, person=person, on=local.date(), since=since, until=now)
    SalesDigest.objects.bulk_create([digest], ignore_conflicts=True)  # whoever comes second waits here for the first
    kept = SalesDigest.objects.filter(company=company, person=person, on=local.date()).earliest("pk")
    queue_mail(
        key=f"{DIGEST_MAIL}:{company.pk}:{person.pk}:{local.date()}",
        kind=DIGEST_MAIL,
        company=company,
        staff=person,
        about=kept,
        to_email=person.email,
        subject="News of your customers",
    )
    return kept.until == now
