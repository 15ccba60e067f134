"""A form sent again from the same drawing of its page does nothing more; drawn anew, the same content is a new fact."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from billing.models import Dispute, Invoice, Order, Shipment
from credit_control.models import ContactNote
from customers.models import Customer
from ledger.models import OpenItem
from office.models import Comment, IdempotentAnswer
from office.roles import ROLES, STAND_ALONE
from payments.models import Receipt, Refund
from tests import world
from tests.billing.disputing import reason
from tests.billing.ordering import SHIPPED, make_order, ship
from tests.rules.hostile import DAY

pytestmark = pytest.mark.django_db

Form = tuple[str, dict[str, Any], Callable[[], int]]
"""Its address, what is typed, and how many of what it makes there are."""


@pytest.fixture
def browser(company: Any) -> Client:
    """Somebody who may do everything there is to do."""
    user = world.make_user(company, "manager")
    user.groups.set(world.Group.objects.filter(name__in=set(ROLES) - set(STAND_ALONE)))
    client = Client()
    client.force_login(user)
    return client


def receipt(customer: Customer) -> Form:
    bank = world.receive(customer, "1.00", DAY).bank_account_id
    typed = {"customer": customer.pk, "amount": "50.00", "received_on": DAY, "method": "transfer", "apply": "choose"}
    return reverse("payments:receipt_new"), typed | {"bank_account": bank}, Receipt.objects.count


def refund(customer: Customer) -> Form:
    credit = OpenItem.objects.get(entry=world.receive(customer, "50.00", DAY).entry)
    typed = {"credit": credit.pk, "amount": "10.00", "reason": "Paid twice", "way": "cash"}
    return reverse("payments:refund_credit", args=[customer.pk]), typed, Refund.objects.count


def a_customer(customer: Customer) -> Form:
    typed = {"name": "Cedar", "language": "en", "contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}
    return reverse("customers:new"), typed | {"is_another_customer": "1"}, Customer.objects.count


def draft(customer: Customer) -> Form:
    invoice = world.issue(customer, "10.00", DAY)
    return reverse("billing:copy_invoice", args=[invoice.pk]), {}, Invoice.objects.count


def dispute(customer: Customer) -> Form:
    invoice = world.issue(customer, "10.00", DAY)
    typed = {"scope": "amount", "amount": "1.00", "reason_code": reason(customer.company), "words": "w"}
    typed |= {"respond_by": customer.company.today(), "department": "sales"}
    return reverse("billing:open_dispute", args=[invoice.pk]), typed, Dispute.objects.count


def note(customer: Customer) -> Form:
    typed = {"words": "They pay on Friday", "kind": "call", "person": "Eva", "from": "customer"}
    return reverse("credit_control:note_contact", args=[customer.pk]), typed, ContactNote.objects.count


def comment(customer: Customer) -> Form:
    invoice = world.issue(customer, "10.00", DAY)
    return reverse("office:say", args=["billing.invoice", invoice.pk]), {"body": "Look"}, Comment.objects.count


LINE = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-description": "Shelf", "lines-0-quantity": "2"}


def order(customer: Customer) -> Form:
    typed = LINE | {"customer": customer.pk, "ordered_on": DAY, "lines-0-unit_price": "5"}
    return reverse("billing:order_new"), typed, Order.objects.count


def shipment(customer: Customer) -> Form:
    typed = LINE | {"customer": customer.pk, "shipped_on": DAY, "kind": "delivery_note"}
    return reverse("billing:shipment_new"), typed, Shipment.objects.count


def a_return(customer: Customer) -> Form:
    line = ship(make_order(customer), "4").lines.get()
    typed = {"on": SHIPPED, f"line_{line.pk}": "1"}
    return reverse("billing:record_return", args=[line.shipment_id]), typed, Shipment.objects.count


FORMS = [receipt, refund, a_customer, draft, dispute, note, comment, order, shipment, a_return]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_what_is_sent_twice_is_done_once(browser: Client, customer: Customer, form: Callable[[Customer], Form]):
    address, typed, there_are = form(customer)
    drawn = typed | {"csrfmiddlewaretoken": "a" * 64}
    before = there_are()

    first, again = browser.post(address, drawn), browser.post(address, drawn)
    assert (first.status_code, again.status_code, again.url) == (302, 302, first.url)
    assert there_are() == before + 1

    browser.post(address, typed | {"csrfmiddlewaretoken": "b" * 64})
    assert there_are() == before + 2


def test_what_was_wrong_may_be_sent_as_often_as_it_takes(browser: Client, customer: Customer):
    address, typed, there_are = receipt(customer)
    before = there_are()
    wrong = typed | {"amount": "-1", "csrfmiddlewaretoken": "a" * 64}

    assert [browser.post(address, wrong).status_code for _ in range(2)] == [200, 200]
    assert browser.post(address, wrong | {"amount": "5"}).status_code == 302
    assert (there_are(), IdempotentAnswer.objects.count()) == (before + 1, 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_five_times_at_once_is_done_once(browser: Client, customer: Customer):
    address, typed, there_are = receipt(customer)
    before, statuses = there_are(), []

    def send() -> None:
        own = Client()
        own.cookies = browser.cookies
        statuses.append(own.post(address, typed | {"csrfmiddlewaretoken": "a" * 64}).status_code)
        connection.close()

    senders = [Thread(target=send) for _ in range(5)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert (statuses, there_are()) == ([302] * 5, before + 1)
