"""The mail by which whoever writes a text sees it in their own mailbox. No customer's history shows it."""

from office.languages import as_written_in
from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.texts import TEXTS, Text, words_of
from office.mail.values import values_for
from office.models import MailText, OutgoingMail
from office.operations.edit_mail_text import TRIAL


def compose(mail: OutgoingMail) -> Letter:
    """The text as it was typed, filled in."""
    row = MailText.objects.select_related("company").get(pk=mail.about_id)
    kind, by = TEXTS.get(row.kind), mail.staff
    if kind is None or by is None:
        raise NotToBeSent("Not sent: there is no such kind of mail any more.")
    language = as_written_in(row.language, row.company.country)
    customer_id = int(mail.key.rpartition(":")[2]) or None
    values = values_for(kind, row.stage, language, row.company, by, customer_id)
    words = words_of(Text(row.subject, row.body), kind, language, row.company, values)
    return Letter(by.name, by.email, f"Trial: {words.subject}", words.text, words.html)


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why it must not leave: whoever asked works here no more."""
    return "" if mail.staff and mail.staff.is_active else "Not sent: they work here no more."


TRIAL_MAIL = MailKind(TRIAL, compose, reason_not_to_send, lambda user: MailText.objects.filter(by=user))
