"""The mail that brings a new link to the account. It leaves at any hour: somebody waits for it."""

from django.utils.translation import get_language, override

from credit_control.account.link_words import KIND, values_of
from credit_control.account.shown import account_links_for
from credit_control.models import AccountLink
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.statements.links import address_of
from credit_control.statements.mail_words import small_print
from customers.readers import reader_of, why_not_there, why_not_to
from office.languages import as_written_in
from office.mail import Letter, MailKind, NotToBeSent
from office.mail.texts import words_for
from office.models import OutgoingMail


def compose(mail: OutgoingMail) -> Letter:
    """The mail with a link that is made now; its token is in the mail alone."""
    contact = reader_of(mail)
    if reason := why_not_to(contact):
        raise NotToBeSent(reason)
    old = AccountLink.objects.get(pk=mail.about_id)
    with override(as_written_in(contact.customer.language, mail.company.country)):
        link = address_of(mint_account_link(contact.customer, contact, is_combined=old.is_combined))
        values = values_of(mail.company, contact.name, link)
        words = words_for(KIND, "", get_language(), mail.company, values, small_print())
        return Letter(contact.name, contact.email, words.subject, words.text, words.html)


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may."""
    contact = reader_of(mail)
    return why_not_there(mail, contact) or why_not_to(contact)


ACCOUNT_LINK_MAIL = MailKind(KIND, compose, reason_not_to_send, account_links_for)
