"""The mail that brings the code. It leaves at any hour and counts towards no limit of a day: somebody waits for it."""

from django.utils import timezone
from django.utils.translation import get_language, override

from credit_control.account.code_words import KIND, values_of
from credit_control.account.codes import codes_for, hash_of_code, live_codes, new_code
from credit_control.models import AccountCode
from customers.models import Contact
from customers.readers import reader_of, why_not_there, why_not_to
from office.languages import as_written_in
from office.mail import Letter, MailKind, NotToBeSent
from office.mail.texts import words_for
from office.models import OutgoingMail


def compose(mail: OutgoingMail) -> Letter:
    """The mail with a code that is drawn now; it is in the mail alone."""
    contact, code = reader_of(mail), _code_of(mail)
    if reason := _reason(code, contact):
        raise NotToBeSent(reason)
    drawn = new_code()
    live_codes().filter(pk=code.pk).update(code_hash=hash_of_code(code.link_id, drawn))
    with override(as_written_in(contact.customer.language, mail.company.country)):
        values = values_of(mail.company, contact.name, drawn)
        words = words_for(KIND, "", get_language(), mail.company, values)
        return Letter(contact.name, contact.email, words.subject, words.text, words.html)


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may."""
    contact = reader_of(mail)
    return why_not_there(mail, contact) or _reason(_code_of(mail), contact)


def _code_of(mail: OutgoingMail) -> AccountCode:
    return AccountCode.objects.select_related("link").get(pk=mail.about_id)


def _reason(code: AccountCode, contact: Contact) -> str:
    if code.link.revoked_at:
        return "Not sent: the link was revoked."
    if code.ended_at or code.expires_at <= timezone.now():
        return "Not sent: the code ran out before it could leave, or a newer one was asked for."
    return why_not_to(contact)


ACCOUNT_CODE_MAIL = MailKind(KIND, compose, reason_not_to_send, codes_for)
