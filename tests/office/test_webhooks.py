"""What other programs are told: written with the fact, to whom listens, signed."""

import json
from typing import Any

import pytest
from django.db import transaction
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from office.models import (
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from office.operations.manage_webhooks import (
    EndpointDetails,
    add_endpoint,
)
from office.webhooks.events import KINDS
from office.webhooks.sending import (
    spread,
)
from payments.operations.reverse_receipt import reverse_receipt
from tests import world
from tests.office.listening import DAY, NOW, deliver, listening, told
from tests.receiver import running_receiver

pytestmark = pytest.mark.django_db


# What is told


def test_without_a_program_that_listens_nothing_is_kept(customer: Any) -> None:
    world.issue(customer, "10.00", DAY)
    assert told() == []


def test_an_invoice_is_told_when_it_is_issued_settled_and_owed_again(
    company: Any, customer: Any, receiver: Any
) -> None:
    listening(company, receiver)
    invoice = world.issue(customer, "10.00", DAY)
    receipt = world.receive(customer, "10.00", DAY)
    world.apply(receipt, invoice, "4.00", DAY)
    assert told() == ["invoice.issued", "receipt.recorded"], "part of it is still owed"
    world.apply(receipt, invoice, "6.00", DAY)
    assert told()[2:] == ["invoice.settled"]
    reverse_receipt(receipt.pk, dated_on=DAY, reason="It bounced", by=None)
    assert sorted(told()[3:]) == ["invoice.owed_again", "receipt.reversed"]
    event = WebhookEvent.objects.get(kind="invoice.settled")
    assert (event.subject_type, event.subject_id, event.subject_number, event.company) == (
        "billing.invoice",
        invoice.pk,
        invoice.number,
        company,
    )


def test_what_is_void_or_credited_is_settled_too(company: Any, customer: Any, receiver: Any, manager: Any) -> None:
    void, credited = world.issue(customer, "10.00", DAY), world.issue(customer, "20.00", DAY)
    listening(company, receiver)
    void_invoice(void.pk, on=DAY, reason="Typed wrong", by=manager)
    assert sorted(told()) == ["invoice.settled", "invoice.voided"]
    credit_invoice(credited.pk, {credited.lines.get().pk: 1}, reason="Broken", by=manager, on=DAY)
    assert sorted(told()[2:]) == ["credit_memo.issued", "invoice.settled"]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_told(receiver: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    listening(company, receiver)
    with transaction.atomic():
        world.issue(customer, "10.00", DAY)
        assert told() == ["invoice.issued"]
        transaction.set_rollback(True)
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_its_trigger_nobody_hears_that_it_is_settled(receiver: Any, superuser_cursor: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    listening(company, receiver)
    superuser_cursor.execute("ALTER TABLE ledger_openitem DISABLE TRIGGER settled_is_told")
    try:
        invoice = world.issue(customer, "10.00", DAY)
        world.apply(world.receive(customer, "10.00", DAY), invoice, "10.00", DAY)
    finally:
        superuser_cursor.execute("ALTER TABLE ledger_openitem ENABLE TRIGGER settled_is_told")
    assert told() == ["invoice.issued", "receipt.recorded"]


def test_each_kind_names_an_address_of_the_api_that_there_is() -> None:
    from django.urls import resolve

    assert len(KINDS) > 35
    for kind in KINDS.values():
        assert resolve(kind.address.format(id=7)).kwargs, kind.name


def test_each_act_that_is_told_is_one_that_is_recorded() -> None:
    """An act that nobody records any more would be told never."""
    from pathlib import Path

    root = Path(__file__).parent.parent.parent
    source = "".join(path.read_text() for path in root.glob("*/operations/*.py"))
    assert [kind.name for kind in KINDS.values() if kind.act and f'"{kind.act}"' not in source] == []


# To whom


def test_each_hears_its_own_company_and_kinds_from_its_beginning_on(company: Any, customer: Any, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    other = world.make_company()
    with running_receiver() as first, running_receiver() as second, running_receiver() as third:
        listening(company, first)
        listening(company, second, "receipt.recorded")
        listening(other, third)
        world.issue(customer, "10.00", DAY)
        world.receive(customer, "10.00", DAY)
        deliver()
        kinds = [[json.loads(got.body)["type"] for got in each.got] for each in (first, second, third)]
    assert kinds == [["invoice.issued", "receipt.recorded"], ["receipt.recorded"], []]


def test_who_listens_later_does_not_hear_what_was_before(company: Any, customer: Any, receiver: Any) -> None:
    first = listening(company, receiver)
    world.issue(customer, "10.00", DAY)
    WebhookEndpoint.objects.update(made_at=NOW)
    WebhookEvent.objects.update(occurred_at=NOW)
    late = add_endpoint(company, EndpointDetails(receiver.url + "&late", "Late"), by=None)[0]
    spread()
    assert list(WebhookDelivery.objects.values_list("endpoint", flat=True)) == [first.pk]
    assert not late.deliveries.exists()


@pytest.mark.django_db(transaction=True)
def test_spread_twice_at_once_each_event_has_one_delivery(receiver: Any, in_parallel: Any) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    listening(company, receiver)
    for _ in range(20):
        world.issue(customer, "1.00", DAY)
    assert sum(in_parallel([spread] * 4)) == 20
    assert WebhookDelivery.objects.count() == 20


# What is sent


def test_it_is_signed_as_standard_webhooks_has_it(company: Any, customer: Any, receiver: Any) -> None:
    _, secret = add_endpoint(company, EndpointDetails(receiver.url, "Shop"), by=None)
    invoice = world.issue(customer, "10.00", DAY)
    deliver()
    [got] = receiver.got
    body = Webhook(secret).verify(got.body, got.headers)
    event = WebhookEvent.objects.get()
    assert body == {
        "type": "invoice.issued",
        "timestamp": event.occurred_at.isoformat(),
        "data": {
            "company": company.pk,
            "sequence": event.pk,
            "object": "invoice",
            "id": invoice.pk,
            "number": invoice.number,
            "url": f"http://localhost:8000/api/v1/invoices/{invoice.pk}/",
        },
    }
    assert got.headers["webhook-id"] == f"msg_{event.uid.hex}"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body.replace(b"issued", b"settled"), got.headers)


def test_nothing_of_a_person_stands_in_it(company: Any, receiver: Any) -> None:
    listening(company, receiver)
    world.make_customer(company, "Eva Brandt")
    deliver()
    [got] = receiver.got
    assert json.loads(got.body)["type"] == "customer.created"
    assert b"Brandt" not in got.body
    assert b"eva@" not in got.body
