"""The mail that says that a payment which a customer told of was not found, and what they can do."""

from django.utils.translation import get_language, override

from billing.links import address_of
from billing.mail_words import small_print
from billing.operations.mint_link import mint_link
from billing.printed import language_of
from customers.models import Contact
from customers.readers import reader_of, why_not_there, why_not_to
from ledger.models import OpenItem
from office.mail import Letter, MailKind, MailToQueue, NotToBeSent, queue_mails
from office.mail.texts import words_for
from office.models import OutgoingMail
from payments.access import paid_notices_for
from payments.models import PaidNotice
from payments.not_found_words import KIND, values_of


def queue_not_found_mails(notice: PaidNotice) -> list[OutgoingMail]:
    """Queue a mail to who told of it, else to all who get invoices; none where nobody can be reached."""
    return queue_mails(
        MailToQueue(
            key=f"{KIND}:{notice.pk}:{contact.pk}",
            kind=KIND,
            company=notice.company,
            customer_id=notice.customer_id,
            contact_id=contact.pk,
            about=notice,
            to_email=contact.email,
            subject=_letter(notice, contact, "").subject,
        )
        for contact in _readers_of(notice)
    )


def _readers_of(notice: PaidNotice) -> list[Contact]:
    reachable = Contact.objects.filter(customer=notice.customer_id, is_active=True).exclude(email="")
    return list(reachable.filter(pk=notice.contact_id)) or list(reachable.filter(gets_invoices=True))


def compose(mail: OutgoingMail) -> Letter:
    """The mail as things stand now, with a link of its own to the document."""
    notice, contact = _notice(mail), reader_of(mail)
    if reason := why_not_to(contact):
        raise NotToBeSent(reason)
    return _letter(notice, contact, address_of(mint_link(notice.invoice, contact)))


def _letter(notice: PaidNotice, contact: Contact, link: str) -> Letter:
    with override(language_of(notice.invoice)):
        values = values_of(notice, contact.name, link)
        words = words_for(KIND, "", get_language(), notice.company, values, small_print())
        return Letter(contact.name, contact.email, words.subject, words.text, words.html)


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may."""
    contact = reader_of(mail)
    if reason := why_not_there(mail, contact):
        return reason
    if not OpenItem.objects.filter(entry=_notice(mail).invoice.entry_id, balance__gt=0).exists():
        return "Not sent: nothing of the document is open any more."
    return why_not_to(contact)


def _notice(mail: OutgoingMail) -> PaidNotice:
    rows = PaidNotice.objects.select_related("company", "invoice__company", "invoice__customer", "contact")
    return rows.get(pk=mail.about_id)


NOT_FOUND_MAIL = MailKind(KIND, compose, reason_not_to_send, paid_notices_for)
