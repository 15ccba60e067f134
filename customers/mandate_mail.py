"""The mail that confirms a mandate to who gave it, with the mandate as its customer gave it."""

from django.utils.translation import get_language, override

from customers.access import mandates_for
from customers.mandate_pdf import file_name, kept_mandate_pdf
from customers.mandate_words import KIND, values_of
from customers.models import GivenMandate
from customers.readers import reader_of, why_not_there, why_not_to
from office.mail import Attachment, Letter, MailKind, MailToQueue, NotReady, NotToBeSent, queue_mails
from office.mail.texts import Words, words_for
from office.models import OutgoingMail
from office.papers import PdfUnavailable


def confirm_by_mail(given: GivenMandate) -> None:
    """Queue the mail, to the address that we have of the contact."""
    if not given.contact.email:
        return
    queue_mails(
        [
            MailToQueue(
                key=f"{KIND}:{given.pk}",
                kind=KIND,
                company=given.company,
                customer_id=given.customer_id,
                contact_id=given.contact_id,
                about=given.mandate,
                to_email=given.contact.email,
                subject=_words(given).subject,
            )
        ]
    )


def compose(mail: OutgoingMail) -> Letter:
    """The mail, with the kept PDF."""
    contact = reader_of(mail)
    if reason := why_not_to(contact):
        raise NotToBeSent(reason)
    given = GivenMandate.objects.select_related("company", "contact", "mandate").get(mandate=mail.about_id)
    words = _words(given)
    try:
        content = bytes(kept_mandate_pdf(given).content)
    except PdfUnavailable as problem:
        raise NotReady(f"Its PDF cannot be made now: {problem}") from problem
    with override(given.printed["language"]):
        files = [Attachment(file_name(given), "application/pdf", content)]
    return Letter(contact.name, contact.email, words.subject, words.text, words.html, files)


def _reason_not_to_send(mail: OutgoingMail) -> str:
    contact = reader_of(mail)
    return why_not_there(mail, contact) or why_not_to(contact)


def _words(given: GivenMandate) -> Words:
    with override(given.printed["language"]):
        return words_for(KIND, "", get_language(), given.company, values_of(given))


MANDATE_MAIL = MailKind(KIND, compose, _reason_not_to_send, mandates_for)
