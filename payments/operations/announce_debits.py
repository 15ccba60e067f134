from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import override

from customers.models import Contact, Customer, Mandate
from ledger.bulk import insert_all
from ledger.models import OpenItem
from office.audit import record
from office.languages import as_written_in
from office.mail import MailToQueue, queue_mails
from payments.debit_mail import subject_of
from payments.debit_words import KIND
from payments.debiting import CURRENCY_OF, announceable, debts, mandate_of, not_announced
from payments.models import DebitNotice, DebitNoticeLine


@transaction.atomic
def announce_debits(customer_id: int, *, on: date) -> list[DebitNotice]:
    """Tell a customer by mail what is debited when, so many days ahead as the company says; each item once.

    Nothing is announced where nobody there gets invoices by mail: it is not debited then, either; nor what is in
    dispute, until that has ended.
    """
    customer = (
        Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=customer_id)
    )
    people = list(customer.contacts.filter(is_active=True, gets_invoices=True).exclude(email=""))
    days = customer.company.debit_notice_days
    if not people or not days:
        return []
    notices = []
    for currency in sorted(set(CURRENCY_OF.values())):
        mandate = mandate_of(customer, currency, on)
        if mandate is None:
            continue
        due = announceable(debts(customer.company, currency, on + timedelta(days=days)))
        by_day = defaultdict(list)
        for item in not_announced(due.filter(customer_id=customer.pk), mandate):
            by_day[max(item.due_on, on + timedelta(days=days))].append(item)
        notices += [_announce(mandate, day, items, people) for day, items in sorted(by_day.items())]
    return notices


def _announce(mandate: Mandate, day: date, items: Sequence[OpenItem], people: Sequence[Contact]) -> DebitNotice:
    customer = mandate.customer
    notice = DebitNotice.objects.create(
        company=customer.company, customer=customer, mandate=mandate, collect_on=day, currency=items[0].currency
    )
    insert_all(DebitNoticeLine(notice=notice, mandate=mandate, item=item, amount=item.balance) for item in items)
    with override(as_written_in(customer.language, customer.company.country)):
        subject = subject_of(notice)
    queue_mails(_mail(notice, contact, subject) for contact in people)
    after = {"debit": notice, "items": ", ".join(item.reference for item in items)}
    record(None, "announce_debits", customer, after=after)
    return notice


def _mail(notice: DebitNotice, contact: Contact, subject: str) -> MailToQueue:
    return MailToQueue(
        key=f"debit_notice:{notice.pk}:{contact.pk}",
        kind=KIND,
        company=notice.company,
        customer_id=notice.customer_id,
        contact_id=contact.pk,
        about=notice,
        to_email=contact.email,
        subject=subject,
    )
