"""The mail that tells administrators of a person's unusual day."""

from django.db.models import QuerySet
from django.urls import reverse

from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.staff_letter import NOT_HERE, person_of, quoted, staff_letter
from office.models import OutgoingMail, UnusualDay, User
from office.operations.notice_unusual import UNUSUAL_MAIL
from office.written import plain_day

MAY_SEE = "office.manage_staff"


def unusual_letter(mail: OutgoingMail) -> Letter:
    """Who did what how often on which day, and what to do about it."""
    row, reader = UnusualDay.objects.select_related("person").get(pk=mail.about_id), person_of(mail)
    if reason := unusual_reason(mail):
        raise NotToBeSent(reason)
    words = [
        *quoted(f"{row}: {row.count} on {plain_day(row.day)}. Up to {row.usual} a day is usual here."),
        "Look at what it was, and ask. Where nobody can say why, end their log-ins and switch them off.",
    ]
    return staff_letter(mail, reader, mail.subject, words, reverse("office:unusual_list"), "Look at what was noticed")


def unusual_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: they may not see it any more."""
    reader = person_of(mail)
    return "" if reader.is_active and unusual_for(reader).filter(pk=mail.about_id).exists() else NOT_HERE


def unusual_for(user: User) -> QuerySet[UnusualDay]:
    """What was noticed in the companies of somebody who keeps their staff."""
    companies = user.companies.all() if user.has_perm(MAY_SEE) else user.companies.none()
    return UnusualDay.objects.filter(company__in=companies)


UNUSUAL = MailKind(UNUSUAL_MAIL, unusual_letter, unusual_reason, unusual_for)
