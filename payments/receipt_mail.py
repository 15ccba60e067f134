"""The mail that brings a customer's contact the receipt of what they paid."""

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from customers.models import Contact
from customers.readers import reader_of, why_not_there, why_not_to
from office.mail import Attachment, Letter, MailKind, NotReady, NotToBeSent
from office.mail.texts import words_for
from office.models import OutgoingMail
from office.papers import PdfUnavailable
from payments.access import receipts_for
from payments.models import Receipt, ReceiptStatus
from payments.receipt_pdf import kept_receipt_pdf, language_of
from payments.receipt_words import KIND, values_of


def subject_of(receipt: Receipt) -> str:
    """What the mail is about: `Receipt RC-2026-0042 from Acme Ltd`, in the language of its customer."""
    with override(language_of(receipt)):
        words = {"document": f"{_('Receipt')} {receipt.number}", "name": receipt.company.legal_name}
        return _("%(document)s from %(name)s") % words


def compose(mail: OutgoingMail) -> Letter:
    """The mail as things stand now, with the receipt's PDF."""
    receipt, contact = _receipt(mail), reader_of(mail)
    if reason := _reason(receipt, contact):
        raise NotToBeSent(reason)
    try:
        content = bytes(kept_receipt_pdf(receipt).content)
    except PdfUnavailable as problem:
        raise NotReady(f"Its PDF cannot be made now: {problem}") from problem
    attachment = Attachment(f"{receipt.number}.pdf".replace("/", "-"), "application/pdf", content)
    with override(language_of(receipt)):
        return _letter(receipt, contact, attachment)


def _letter(receipt: Receipt, contact: Contact, attachment: Attachment) -> Letter:
    values = values_of(receipt, contact.name)
    words = words_for(KIND, "", get_language(), receipt.company, values)
    return Letter(contact.name, contact.email, words.subject, words.text, words.html, [attachment])


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may."""
    contact = reader_of(mail)
    return why_not_there(mail, contact) or _reason(_receipt(mail), contact)


def _reason(receipt: Receipt, contact: Contact) -> str:
    if receipt.status == ReceiptStatus.REVERSED:
        return "Not sent: the receipt is reversed."
    return why_not_to(contact)


def _receipt(mail: OutgoingMail) -> Receipt:
    return Receipt.objects.select_related("company", "customer").get(pk=mail.about_id)


RECEIPT_MAIL = MailKind(KIND, compose, reason_not_to_send, receipts_for)
