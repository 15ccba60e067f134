"""How a mail to a member of staff is written: some words and a button, in English, as their screens are."""

from django.conf import settings

from office.mail.kinds import Letter
from office.mail.pieces import button
from office.mail.texts import Words
from office.mail.variables import Paragraph, typed
from office.models import OutgoingMail, User

LONGEST_QUOTE = 1_000
NOT_HERE = "Not sent: they may not see it any more."


def person_of(mail: OutgoingMail) -> User:
    """Who gets it."""
    assert mail.staff_id, "A mail to staff names who gets it."
    return User.objects.get(pk=mail.staff_id)


def quoted(*texts: str) -> list[str]:
    """What somebody typed, as far as a mail quotes it."""
    return [text[:LONGEST_QUOTE] for text in texts if text]


def staff_letter(mail: OutgoingMail, person: User, subject: str, words: list[str], path: str, label: str) -> Letter:
    """The letter, with a button to a page of ours."""
    link = button(settings.SITE_URL + path, label, before=f"{label}:")
    paragraphs = [each for text in words for each in typed(text)]
    paragraphs.append(Paragraph(link.text, link.html, is_piece=True))
    said = Words(subject, paragraphs, mail.company, "en", is_for_staff=True)
    return Letter(person.name, person.email, subject, said.text, said.html)
