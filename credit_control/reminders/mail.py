"""The mail that reminds. What it asks for is read from the book just before it leaves."""

from hashlib import sha256

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from billing.links import address_of
from billing.mail_words import small_print
from billing.operations.mint_link import mint_link
from credit_control.access import reminders_for
from credit_control.models import Reminder, ReminderItem, ReminderPdf
from credit_control.reminders.contacts import why_not_remind
from credit_control.reminders.letter import ReminderLetter, language_of, letter_of, pdf_of
from credit_control.reminders.words import KIND, values_of, words_of
from customers.models import Contact
from customers.own_choices import is_last_reminded, stop_address
from customers.readers import reader_of, why_not_there
from office.mail import Attachment, Letter, MailKind, NotReady, NotToBeSent
from office.mail.texts import words_for
from office.models import OutgoingMail
from office.papers import PdfUnavailable


def subject_of(reminder: Reminder) -> str:
    """What the mail is about: `Payment reminder from Acme Ltd`, in the customer's language."""
    with override(language_of(reminder)):
        return _("%(document)s from %(name)s") % {
            "document": words_of(reminder.tone, "").title,
            "name": reminder.company.legal_name,
        }


def compose(mail: OutgoingMail) -> Letter:
    """The mail as things stand now; what was paid, disputed or promised meanwhile is dropped, and says so."""
    reminder, contact = _reminder(mail), reader_of(mail)
    if reason := why_not_remind(contact):
        raise NotToBeSent(reason)
    with override(language_of(reminder)):
        letter = letter_of(reminder)
    for line_id, why in letter.dropped.items():
        ReminderItem.objects.filter(pk=line_id, dropped="").update(dropped=why)
    for row in letter.rows:
        reminder.items.filter(item=row.item, dropped="").update(amount=row.amount)
    if not letter.rows:
        raise NotToBeSent(_nothing_left(reminder))
    attachments = [_pdf(mail, letter)] if reminder.has_letter else []
    with override(language_of(reminder)):
        return _letter(mail, letter, contact, attachments)


def _letter(mail: OutgoingMail, letter: ReminderLetter, contact: Contact, attachments: list[Attachment]) -> Letter:
    """The mail in the language that is now the reader's, with a link of its own to each document."""
    invoices = {row.invoice.pk: row.invoice for row in letter.rows if row.invoice}
    links = {pk: address_of(mint_link(invoice, contact)) for pk, invoice in invoices.items()}
    values = values_of(letter, contact.name, links)
    stop_url = "" if is_last_reminded(contact) else stop_address(contact)
    to_stop = _("No more reminders to this address: %(link)s") % {"link": stop_url} if stop_url else ""
    small = " ".join(filter(None, (small_print(), to_stop)))
    words = words_for(KIND, letter.reminder.tone, get_language(), mail.company, values, small)
    return Letter(contact.name, contact.email, words.subject, words.text, words.html, attachments, stop_url)


def _pdf(mail: OutgoingMail, letter: ReminderLetter) -> Attachment:
    """The letter, kept as it goes along with this mail."""
    try:
        content = pdf_of(letter)
    except PdfUnavailable as reason:
        raise NotReady(f"Its PDF cannot be made now: {reason}") from reason
    made = {"content": content, "sha256": sha256(content).hexdigest()}
    ReminderPdf.objects.update_or_create(reminder=letter.reminder, mail_id=mail.pk, defaults=made)
    return Attachment(f"{letter.words.title} {letter.today}.pdf", "application/pdf", content)


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may. Raises NotReady where it says what is true no more."""
    contact = reader_of(mail)
    if reason := why_not_there(mail, contact) or why_not_remind(contact):
        return reason
    reminder = _reminder(mail)
    rows = letter_of(reminder).rows
    if not rows:
        return _nothing_left(reminder)
    said = dict(reminder.items.filter(dropped="").values_list("item", "amount"))
    if {row.item.pk: row.amount for row in rows} != said:
        raise NotReady("What is open changed just then.")
    return ""


def _nothing_left(reminder: Reminder) -> str:
    dropped = letter_of(reminder).dropped.values() or reminder.items.values_list("dropped", flat=True)
    why = next(iter(dropped), "nothing is left of it.")
    return f"Not sent: {why[:1].lower()}{why[1:]}"


def _reminder(mail: OutgoingMail) -> Reminder:
    return Reminder.objects.select_related("company", "customer").get(pk=mail.about_id)


REMINDER_MAIL = MailKind(KIND, compose, reason_not_to_send, reminders_for, waits=True)
