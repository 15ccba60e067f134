from datetime import date, datetime, timedelta

from django.db import transaction

from office.audit import record
from office.mail.queueing import MailToQueue, queue_mails
from office.models import Company, UnusualDay, User
from office.operations.tell_administrators import administrators_of
from office.unusual import WATCHED, Watched, above_usual

UNUSUAL_MAIL = "unusual"


@transaction.atomic
def notice_unusual(company: Company, *, now: datetime) -> int:
    """Note who does something more often than the company thinks usual, today or yesterday, and mail administrators.

    Each person, kind and day is noted and mailed once; its count follows. Returns how many are new.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    today = company.day_of(now)
    days = (today - timedelta(days=1), today)
    return sum(_notice(company, watched, day) for day in days for watched in WATCHED)


def _notice(company: Company, watched: Watched, day: date) -> int:
    counted = above_usual(company, watched, day)
    known = UnusualDay.objects.filter(company=company, kind=watched.kind, day=day, person__in=list(counted))
    for row in known:
        UnusualDay.objects.filter(pk=row.pk).update(count=max(row.count, counted[row.person_id]))
    new = counted.keys() - {row.person_id for row in known}
    for person in User.objects.filter(pk__in=new).order_by("pk"):
        _tell(company, watched, day, person, counted[person.pk])
    return len(new)


def _tell(company: Company, watched: Watched, day: date, person: User, count: int) -> None:
    usual = getattr(company, watched.setting)
    row = UnusualDay.objects.create(
        company=company, person=person, kind=watched.kind, day=day, count=count, usual=usual
    )
    record(None, "notice_unusual", row, after={"day": day, "count": count, "usual": usual})
    queue_mails(
        MailToQueue(
            key=f"{UNUSUAL_MAIL}:{row.pk}:{administrator.pk}",
            kind=UNUSUAL_MAIL,
            company=company,
            staff=administrator,
            about=row,
            to_email=administrator.email,
            subject=f"{row}: more than usual",
        )
        for administrator in administrators_of(company)
    )
