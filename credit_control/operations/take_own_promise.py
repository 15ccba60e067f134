from datetime import date

from django.db import transaction

from billing.models import Invoice
from credit_control.models import PaymentPromise
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.own_promises import own_offer, own_promise
from customers.models import Contact, Customer
from ledger.refusals import Refused
from office.written import plain_day


@transaction.atomic
def take_own_promise(invoice_id: int, pay_on: date, *, contact: Contact, on: date) -> PaymentPromise:
    """Record that a contact promised on their page to pay by a day what is late of a document, or due next.

    Raises Refused for a day that is past or later than the company lets customers choose, while a promise stands, and
    for what is disputed, in a plan or with an agency, or was promised too often already.
    """
    invoice = Invoice.objects.select_related("company").get(pk=invoice_id)
    Customer.objects.select_for_update(no_key=True).get(pk=invoice.customer_id)
    if own_promise(invoice, on):
        raise Refused(f"Of {invoice.number} a promise stands already.", code="promised_already")
    offer = own_offer(invoice, on)
    if offer is None:
        raise Refused(f"Of {invoice.number} nothing can be promised here.", code="not_offered")
    if pay_on > offer.last_day:
        raise Refused(
            f"{plain_day(pay_on)} is too late: {plain_day(offer.last_day)} at the latest.", code="too_far_ahead"
        )
    details = PromiseDetails(
        pay_on, contact.name, invoice.currency, offer.amount, [item.pk for item in offer.items], "On their page"
    )
    return record_promise(offer.items[0].customer_id, details, on=on, by=None)
