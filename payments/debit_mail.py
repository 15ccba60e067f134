"""The mail that tells a customer's contact what is debited on a day, from which account, under which mandate."""

from decimal import Decimal

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from customers.mandates import with_state
from customers.models import Contact, Mandate
from customers.readers import reader_of, why_not_there, why_not_to
from ledger.models import OpenItem
from office.languages import as_written_in
from office.mail import Letter, MailKind, NotToBeSent
from office.mail.texts import words_for
from office.models import OutgoingMail
from office.written import money, plain_day
from payments.access import debit_notices_for
from payments.debit_words import KIND, values_of
from payments.debiting import announceable, due_by
from payments.models import DebitNotice


def subject_of(notice: DebitNotice) -> str:
    """What the mail is about, in the language that is now the reader's."""
    amount = sum((line.amount for line in notice.lines.all()), Decimal(0))
    return _("%(name)s debits %(amount)s on %(day)s") % {
        "name": notice.company.legal_name,
        "amount": money(amount, notice.currency),
        "day": plain_day(notice.collect_on),
    }


def compose(mail: OutgoingMail) -> Letter:
    """The mail as things stand now: what was paid meanwhile is not in it any more."""
    notice = _notice(mail)
    contact = reader_of(mail)
    if reason := _reason(notice, contact):
        raise NotToBeSent(reason)
    with override(as_written_in(notice.customer.language, notice.company.country)):
        return _letter(notice, contact)


def _letter(notice: DebitNotice, contact: Contact) -> Letter:
    values = values_of(notice, _open_lines(notice), contact.name)
    words = words_for(KIND, "", get_language(), notice.company, values)
    return Letter(contact.name, contact.email, words.subject, words.text, words.html)


def _open_lines(notice: DebitNotice) -> list[tuple[str, Decimal]]:
    """What is announced and still to be debited, each with what of it is open."""
    due = due_by(OpenItem.objects.all(), notice.collect_on)
    lines = notice.lines.filter(item__in=announceable(due)).select_related("item")
    return [(line.item.reference, min(line.amount, line.item.balance)) for line in lines]


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may."""
    contact = reader_of(mail)
    return why_not_there(mail, contact) or _reason(_notice(mail), contact)


def _reason(notice: DebitNotice, contact: Contact) -> str:
    state = with_state(Mandate.objects.all(), notice.company.today()).get(pk=notice.mandate_id).state
    if state != "live":
        return f"Not sent: the mandate is {state}."
    if not _open_lines(notice):
        is_open = notice.lines.filter(item__balance__gt=0).exists()
        return "Not sent: it is in dispute, or agreed otherwise." if is_open else "Not sent: all of it is paid."
    return why_not_to(contact)


def _notice(mail: OutgoingMail) -> DebitNotice:
    notices = DebitNotice.objects.select_related("company", "customer", "mandate__account")
    return notices.get(pk=mail.about_id)


DEBIT_NOTICE = MailKind(KIND, compose, reason_not_to_send, debit_notices_for)
