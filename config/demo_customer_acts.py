"""What customers of the demo office did by themselves on the pages behind their links."""

from datetime import date, timedelta

from billing.models import Invoice
from credit_control.operations.ask_plan import Wish, ask_plan
from credit_control.operations.take_own_promise import take_own_promise
from credit_control.reminders.pauses import read_pauses
from credit_control.reminders.proposals import open_debts
from customers.models import Contact
from customers.operations.ask_change import ask_change
from customers.operations.decide_change import refuse_change
from ledger.present import present
from office.models import Company, User
from payments.operations.close_paid_notice import close_paid_notice
from payments.operations.note_paid import PaidDetails, note_paid


def add_customer_acts(company: Company, today: date, by: User) -> None:
    """Payments that customers told of, changes and a plan that they ask for, and a promise."""
    new, lost, moved, *more = _late_invoices(company, today)
    _tell(new, today, "Standing order of the 1st")
    notice = _tell(lost, today - timedelta(days=3), "")
    words = "Nothing of that amount came in. Could you send us what your bank shows?"
    close_paid_notice(notice, found=False, answer=words, by=by)
    contact = _contact_of(moved)
    ask_change(contact.pk, "address", {"street": "7 Harbour Street", "postal_code": "LS2 9JT", "city": "Leeds"})
    ask_change(contact.pk, "contact", {"name": contact.name, "email": f"office.{contact.email}", "phone": "0113 496 0"})
    tax_id = ask_change(_contact_of(lost).pk, "tax_id", {"tax_id": "GB 123 4567 82"})
    refuse_change(tax_id.pk, reason="The register knows no such number. Please look at it again.", by=by)
    for invoice in more[:1]:
        take_own_promise(invoice.pk, today + timedelta(days=6), contact=_contact_of(invoice), on=today)
    for invoice in more[1:2]:
        wish = Wish(invoice.currency, 3, today + timedelta(days=14), "Our season begins in two months.")
        ask_plan(_contact_of(invoice).pk, wish, on=today)


def _tell(invoice: Invoice, on: date, reference: str) -> int:
    details = PaidDetails(invoice.total, on - timedelta(days=2), "transfer", reference)
    return note_paid(invoice.pk, details, contact=_contact_of(invoice), on=on).pk


def _contact_of(invoice: Invoice) -> Contact:
    return invoice.customer.contacts.filter(is_active=True)[0]


def _late_invoices(company: Company, today: date) -> list[Invoice]:
    """Of each customer the oldest late invoice that nothing holds back."""
    items = list(open_debts(company).filter(due_on__lt=today, currency=company.currency).order_by("due_on", "pk"))
    pauses = read_pauses(company, items, today)
    free = {item.customer_id: item.entry_id for item in reversed(items) if not pauses.why(item)}
    invoices = Invoice.objects.filter(entry__in=free.values()).select_related("customer")
    return sorted(invoices, key=lambda invoice: (present(invoice.due_on), invoice.pk))
