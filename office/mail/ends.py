"""The mails that tell somebody in time that a key of theirs, or their own time, ends."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.staff_letter import NOT_HERE, person_of, quoted, staff_letter
from office.mail.way_in import oneself
from office.models import ApiToken, OutgoingMail, User
from office.operations.tell_of_ends import ACCESS_ENDS_MAIL, KEY_ENDS_MAIL
from office.written import plain_day


def key_letter(mail: OutgoingMail) -> Letter:
    """When the key ends, and where a new one is made."""
    key, person = ApiToken.objects.get(pk=mail.about_id), person_of(mail)
    if reason := key_reason(mail):
        raise NotToBeSent(reason)
    words = [
        *quoted(f"{key.name}: ends on {plain_day(key.expires_at)}."),
        "From then on its program is refused. Make a new key, give it to the program, and revoke this one.",
    ]
    return staff_letter(mail, person, mail.subject, words, reverse("office:token_list"), "Make a new key")


def key_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: the key ended already, or its owner works here no more."""
    key = ApiToken.objects.get(pk=mail.about_id)
    if key.revoked_at:
        return "Not sent: the key was revoked."
    return "" if person_of(mail).is_active else NOT_HERE


def access_letter(mail: OutgoingMail) -> Letter:
    """The last day, and whom to ask for more."""
    person = person_of(mail)
    if reason := access_reason(mail):
        raise NotToBeSent(reason)
    last = person.until or date.max  # it has one, or there is a reason above
    words = [f"Your last day in Duebook is {plain_day(last)}.", "An administrator prolongs it where you need longer."]
    return staff_letter(mail, person, mail.subject, words, reverse("home"), "Open Duebook")


def access_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: it was prolonged, or they work here no more."""
    person = person_of(mail)
    if f"{ACCESS_ENDS_MAIL}:{person.pk}:{person.until}" != mail.key:
        return "Not sent: their time was changed."
    return "" if person.is_active else NOT_HERE


def own_keys(user: User) -> QuerySet[ApiToken]:
    """Whose keys somebody reads about: their own."""
    return ApiToken.objects.filter(user=user)


ENDS = (
    MailKind(KEY_ENDS_MAIL, key_letter, key_reason, own_keys),
    MailKind(ACCESS_ENDS_MAIL, access_letter, access_reason, oneself),
)
