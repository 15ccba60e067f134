"""The mail of a day to somebody in sales: what is new of their customers, each line with its page."""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from credit_control.digest import Section, sections_of
from credit_control.models import SalesDigest
from credit_control.operations.send_digests import DIGEST_MAIL
from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.pieces import button
from office.mail.staff_letter import NOT_HERE
from office.mail.texts import Words
from office.mail.variables import Paragraph, typed
from office.models import OutgoingMail, User
from office.talk.topics import colleagues_of
from office.written import plain_day


def digest_letter(mail: OutgoingMail) -> Letter:
    """What is new, as they may see it now; NotToBeSent where nothing is left of it."""
    digest = _digest(mail)
    if reason := digest_reason(mail):
        raise NotToBeSent(reason)
    sections = sections_of(digest.person, digest.company, digest.since, digest.until)
    if not sections:
        raise NotToBeSent("Not sent: nothing of it is theirs any more.")
    link = button(settings.SITE_URL + reverse("credit_control:my_customers"), "My customers", before="My customers:")
    own = button(settings.SITE_URL + reverse("office:profile"), "Your mails", before="To have none of these mails:")
    paragraphs = [
        *typed(f"What is new of your customers, {plain_day(digest.on)}."),
        *(_paragraph(section) for section in sections),
        *(Paragraph(piece.text, piece.html, is_piece=True) for piece in (link, own)),
    ]
    said = Words(mail.subject, paragraphs, digest.company, "en", is_for_staff=True)
    return Letter(digest.person.name, digest.person.email, mail.subject, said.text, said.html)


def digest_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: they want none any more, or work here no more."""
    person = _digest(mail).person
    if not person.daily_digest:
        return "Not sent: they want none any more."
    return "" if colleagues_of(mail.company).filter(pk=person.pk).exists() else NOT_HERE


def digests_of(user: User) -> QuerySet[SalesDigest]:
    """A person's own."""
    return SalesDigest.objects.filter(person=user)


def _digest(mail: OutgoingMail) -> SalesDigest:
    return SalesDigest.objects.select_related("company", "person").get(pk=mail.about_id)


def _paragraph(section: Section) -> Paragraph:
    lines = [(settings.SITE_URL + line.path, line.words) for line in section.lines]
    text = "\n".join([f"{section.title}:", *(f"- {words}\n  {url}" for url, words in lines)])
    links = format_html_join("", '<br><a href="{}">{}</a>', lines)
    return Paragraph(text, format_html("<p><strong>{}</strong>{}</p>", section.title, links), is_piece=True)


DIGEST_KIND = MailKind(DIGEST_MAIL, digest_letter, digest_reason, digests_of)
