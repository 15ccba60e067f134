"""The mails about a dispute to the customer: that we have it, what we answer, and how it ended."""

from dataclasses import dataclass

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from billing.access import disputes_for
from billing.dispute_text import ANSWERED, CLOSED, KIND, values_of
from billing.links import address_of
from billing.mail_words import small_print
from billing.models import Dispute, DisputeMessage
from billing.operations.mint_link import mint_link
from billing.printed import language_of
from customers.models import Contact
from customers.readers import reader_of, why_not_there, why_not_to
from office.languages import as_written_in
from office.mail import Letter, MailKind, MailToQueue, NotToBeSent, queue_mails
from office.mail.texts import words_for
from office.models import OutgoingMail


@dataclass(frozen=True)
class Occasion:
    """What a mail is sent for, as its key says it: the event, and of an answer its message or of an end its count."""

    event: str
    number: int

    @classmethod
    def of(cls, mail: OutgoingMail) -> "Occasion":
        """The occasion of a mail."""
        _kind, _dispute, event, number, _contact = mail.key.split(":")
        return cls(event, int(number))


def queue_dispute_mails(dispute: Dispute, event: str, message: DisputeMessage | None = None) -> list[OutgoingMail]:
    """Queue a mail to who said it, else to all who get invoices; gives none where nobody can be reached."""
    number = message.pk if message else dispute.amounts.count()
    return queue_mails(
        MailToQueue(
            key=f"{KIND}:{dispute.pk}:{event}:{number}:{contact.pk}",
            kind=KIND,
            company=dispute.company,
            customer_id=dispute.customer_id,
            contact_id=contact.pk,
            about=dispute,
            to_email=contact.email,
            subject=subject_of(dispute),
        )
        for contact in readers_of(dispute)
    )


def readers_of(dispute: Dispute) -> list[Contact]:
    """Who is told: the person who said it, as long as they can be reached, else those who get invoices."""
    reachable = Contact.objects.filter(customer=dispute.customer_id, is_active=True).exclude(email="")
    return list(reachable.filter(pk=dispute.contact_id or 0)) or list(reachable.filter(gets_invoices=True))


def language_of_dispute(dispute: Dispute) -> str:
    """The language of the document it is about, else of its customer."""
    if dispute.invoice:
        return language_of(dispute.invoice)
    return as_written_in(dispute.customer.language, dispute.company.country)


def subject_of(dispute: Dispute) -> str:
    """What the mail is about: `Your objection DP-2026-0042 to INV-2026-0017`, in the customer's language."""
    with override(language_of_dispute(dispute)):
        return _("Your objection %(number)s to %(document)s") % {
            "number": dispute.number,
            "document": dispute.entry.reference,
        }


def compose(mail: OutgoingMail) -> Letter:
    """The mail as things stand now, with a link of its own to the document."""
    dispute, contact = _dispute(mail), reader_of(mail)
    if reason := why_not_to(contact):
        raise NotToBeSent(reason)
    occasion = Occasion.of(mail)
    message = DisputeMessage.objects.get(pk=occasion.number) if occasion.event == ANSWERED else None
    with override(language_of_dispute(dispute)):
        return _letter(dispute, contact, occasion.event, message)


def _letter(dispute: Dispute, contact: Contact, event: str, message: DisputeMessage | None) -> Letter:
    """The mail in the language that is now the reader's."""
    said = message.words if message else dispute.outcome_note if event == CLOSED else ""
    link = address_of(mint_link(dispute.invoice, contact)) if dispute.invoice else ""
    values = values_of(dispute, contact.name, said, link)
    words = words_for(KIND, event, get_language(), dispute.company, values, small_print() if link else "")
    return Letter(contact.name, contact.email, words.subject, words.text, words.html)


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may."""
    contact = reader_of(mail)
    if reason := why_not_there(mail, contact):
        return reason
    if Occasion.of(mail).event == CLOSED and _dispute(mail).is_open:
        return "Not sent: the dispute was taken up again."
    return why_not_to(contact)


def _dispute(mail: OutgoingMail) -> Dispute:
    rows = Dispute.objects.select_related("company", "customer__company", "invoice__company", "invoice__customer")
    return rows.select_related("entry", "credit_memo").get(pk=mail.about_id)


DISPUTE_MAIL = MailKind(KIND, compose, reason_not_to_send, disputes_for)
