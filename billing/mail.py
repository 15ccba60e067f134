"""The mail that brings a customer's contact an invoice or credit memo."""

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from billing.access import invoices_for
from billing.customer_view import CustomerView, customer_view
from billing.einvoice.kept import file_name, kept_einvoice
from billing.links import address_of
from billing.mail_words import KIND, small_print, stage_of, values_of
from billing.medical_facts import require_may_read
from billing.models import DocumentStatus, Invoice
from billing.operations.mint_link import mint_link
from billing.pdf import kept_pdf
from billing.printed import language_of
from customers.models import Contact, EInvoiceFormat
from customers.persons import require_sees_paper
from customers.readers import reader_of, why_not_there, why_not_to
from office.mail import Attachment, Letter, MailKind, NotReady, NotToBeSent
from office.mail.texts import words_for
from office.models import OutgoingMail, User
from office.papers import PdfUnavailable


def subject_of(invoice: Invoice) -> str:
    """What the mail is about: `Invoice INV-2026-0042 from Acme Ltd`, in the language of the document."""
    with override(language_of(invoice)):
        return _("%(document)s from %(name)s") % {
            "document": f"{invoice.title} {invoice.number}",
            "name": invoice.printed["seller"]["name"],
        }


def compose(mail: OutgoingMail) -> Letter:
    """The mail as things stand now, with a link of its own: its token is in the mail and nowhere else."""
    invoice, contact = Invoice.objects.get(pk=mail.about_id), reader_of(mail)
    if reason := _reason(invoice, contact):
        raise NotToBeSent(reason)
    view = customer_view(invoice)
    attachments = [_pdf(view.invoice), *_einvoice(view.invoice), *_going_along(view.invoice)]
    with override(language_of(view.invoice)):
        return _letter(mail, view, contact, attachments)


def _letter(mail: OutgoingMail, view: CustomerView, contact: Contact, attachments: list[Attachment]) -> Letter:
    """The mail in the language that is now the reader's."""
    values = values_of(view, contact.name, address_of(mint_link(view.invoice, contact)))
    words = words_for(KIND, stage_of(view), get_language(), mail.company, values, small_print())
    return Letter(contact.name, contact.email, words.subject, words.text, words.html, attachments)


def _pdf(invoice: Invoice) -> Attachment:
    try:
        content = bytes(kept_pdf(invoice).content)
    except PdfUnavailable as reason:
        raise NotReady(f"Its PDF cannot be made now: {reason}") from reason
    return Attachment(f"{invoice.number}.pdf".replace("/", "-"), "application/pdf", content)


def _going_along(invoice: Invoice) -> list[Attachment]:
    files = invoice.attachments.filter(goes_along=True)
    return [Attachment(file.name, file.media_type, bytes(file.content)) for file in files]


def _einvoice(invoice: Invoice) -> list[Attachment]:
    """The e-invoice where the customer wants it by mail; a Factur-X one is inside the PDF already."""
    form = invoice.einvoice_format
    if not form or form == EInvoiceFormat.FACTURX or not invoice.customer.einvoice_by_mail:
        return []
    return [Attachment(file_name(invoice), "application/xml", bytes(kept_einvoice(invoice).content))]


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may. `to_email` is where it is about to go."""
    invoice, contact = Invoice.objects.get(pk=mail.about_id), reader_of(mail)
    return why_not_there(mail, contact) or _reason(invoice, contact)


def _reason(invoice: Invoice, contact: Contact) -> str:
    if invoice.status != DocumentStatus.ISSUED:
        return "Not sent: the document is void."
    return why_not_to(contact)


def require_may_open(reader: User, mail: OutgoingMail) -> None:
    """Raise Refused where the PDF that went along shows what this person may not see."""
    invoice = Invoice.objects.get(pk=mail.about_id)
    require_may_read(reader, invoice)
    require_sees_paper(invoice.customer)


INVOICE_MAIL = MailKind(KIND, compose, reason_not_to_send, invoices_for, require_may_open)
