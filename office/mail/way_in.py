"""The mail that tells somebody of a change of how they log in."""

from django.db.models import QuerySet
from django.urls import reverse

from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.staff_letter import NOT_HERE, person_of, quoted, staff_letter
from office.models import OutgoingMail, User
from office.operations.manage_factors import WAY_IN_MAIL


def way_in_letter(mail: OutgoingMail) -> Letter:
    """What changed, and whom to ask where it was somebody else."""
    person = person_of(mail)
    if reason := way_in_reason(mail):
        raise NotToBeSent(reason)
    words = [*quoted(mail.subject + "."), "Where you did not do this or ask for it, tell your administrator at once."]
    return staff_letter(mail, person, mail.subject, words, reverse("office:security"), "Look at your log-in")


def way_in_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: they work here no more."""
    return "" if person_of(mail).is_active else NOT_HERE


def oneself(user: User) -> QuerySet[User]:
    """Whose way in somebody reads about: their own."""
    return User.objects.filter(pk=user.pk)


WAY_IN = MailKind(WAY_IN_MAIL, way_in_letter, way_in_reason, oneself)
