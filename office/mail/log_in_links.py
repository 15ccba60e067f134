"""The mail with a link by which somebody chooses a password. The link is made as the mail is written."""

from django.db.models import Q, QuerySet
from django.urls import reverse

from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.staff_letter import person_of, staff_letter
from office.models import LinkPurpose, LogInLink, OutgoingMail, User
from office.operations.log_in_links import GONE, LINK_MAIL, mint, open_links


def link_letter(mail: OutgoingMail) -> Letter:
    """What the link does, until when, and that nobody needs to do anything who did not ask for it."""
    person = person_of(mail)
    if reason := link_reason(mail):
        raise NotToBeSent(reason)
    link = LogInLink.objects.select_related("company", "made_by").get(pk=mail.about_id)
    if link.purpose == LinkPurpose.INVITATION:
        words = [
            f"{link.made_by or 'Duebook'} invites you to work in Duebook for {link.company}.",
            "Choose a password by this link. It opens once, within seven days.",
        ]
    else:
        words = [
            "Somebody asked for a new password for this address. Choose one by this link.",
            "It opens once, within an hour.",
            "Where it was not you, do nothing: your password stays as it is.",
        ]
    path = reverse("office:log_in_link", args=[mint(link)])
    return staff_letter(mail, person, mail.subject, words, path, "Choose a password")


def link_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: used, withdrawn or run out."""
    return "" if open_links().filter(pk=mail.about_id).exists() else f"Not sent: {GONE}"


def links_seen_by(user: User) -> QuerySet[LogInLink]:
    """One's own; and, of who may invite, the invitations of their companies."""
    own = Q(user=user)
    if user.has_perm("office.manage_staff"):
        own |= Q(purpose=LinkPurpose.INVITATION, company__in=user.companies.all())
    return LogInLink.objects.filter(own)


LOG_IN_LINK = MailKind(LINK_MAIL, link_letter, link_reason, links_seen_by)
