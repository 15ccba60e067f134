"""The mail that brings a view as a file: made just before it leaves, as its receiver sees it then."""

from pathlib import PurePath

from django.conf import settings
from django.db.models import QuerySet

from ledger.refusals import Refused
from office.mail.kinds import Attachment, Letter, MailKind, NotReady, NotToBeSent
from office.mail.pieces import button
from office.mail.texts import Words
from office.mail.variables import Paragraph, typed
from office.models import OutgoingMail, User, ViewSchedule, ViewSending
from office.operations.send_views import VIEW_MAIL, refuse_sending
from office.papers import PdfUnavailable
from office.web.asking import ask_file
from office.written import plain_day

MOST_BYTES = 10_000_000
"""What mail servers mostly take, which is a third more as it travels."""


def file_address(schedule: ViewSchedule) -> str:
    """Where the page of a view answers the file of a schedule."""
    address = schedule.view.address
    return f"{address}{'&' if '?' in address else '?'}format={schedule.format}"


def letter(mail: OutgoingMail) -> Letter:
    """The file and what it is. Whoever may not have it gets none, and the owner is told why."""
    if reason := reason_not_to_send(mail):
        raise NotToBeSent(reason)
    sending = _sending(mail)
    assert sending, "The reason not to send would have said so."
    try:
        return _with_file(sending)
    except PdfUnavailable as trouble:
        raise NotReady(str(trouble)) from trouble
    except Refused as refusal:
        refuse_sending(sending.pk, refusal.message)
        raise NotToBeSent(f"Not sent: {refusal.message}") from refusal


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why it is not to be sent: its schedule is gone or paused."""
    sending = _sending(mail)
    if sending is None:
        return "Not sent: its schedule was removed."
    return "" if sending.schedule.next_at else "Not sent: its schedule is paused."


def sendings_of(user: User) -> QuerySet[ViewSending]:
    """The sendings that are a person's own: what went to others is theirs to read."""
    return ViewSending.objects.filter(person=user)


def _sending(mail: OutgoingMail) -> ViewSending | None:
    rows = ViewSending.objects.select_related("schedule__view__company", "schedule__view__owner", "person")
    return rows.filter(pk=mail.about_id).first()


def _with_file(sending: ViewSending) -> Letter:
    schedule, view, person = sending.schedule, sending.schedule.view, sending.person
    asked = ask_file(person, view.company, file_address(schedule))
    content, day = asked.content(MOST_BYTES), view.company.today()
    name = PurePath(asked.name)
    attachment = Attachment(f"{name.stem}-{day}{name.suffix}", asked.content_type, content)
    subject = f"{view.name}, {plain_day(day)}"
    sender = "You have it sent" if person == view.owner else f"{view.owner} has it sent"
    what = f"“{view.name}” ({view.title} of {view.company})"
    first = f"{what} is attached as {schedule.get_format_display()}, as you see it now."
    link = button(settings.SITE_URL + view.address, "Open it in Duebook", before="Open it in Duebook:")
    paragraphs = [each for text in (first, f"{sender} {schedule.rhythm_words}.") for each in typed(text)]
    paragraphs.append(Paragraph(link.text, link.html, is_piece=True))
    said = Words(subject, paragraphs, view.company, "en", is_for_staff=True)
    return Letter(person.name, person.email, subject, said.text, said.html, [attachment])


VIEW_KIND = MailKind(VIEW_MAIL, letter, reason_not_to_send, sendings_of)
