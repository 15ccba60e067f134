"""Paying online: each event once, what cannot be received held, and nothing lost when two come at once."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.operations.void_invoice import void_invoice
from ledger.models import Account, AccountRole
from ledger.refusals import Refused
from office.models import AuditRecord
from payments.models import OnlinePayment, OnlineStatus, ProviderEvent, Receipt
from payments.operations import take_provider_event as taking
from payments.operations.begin_online_payment import begin_payment_of_invoice
from payments.operations.receive_payment import Plan, receive_payment
from payments.operations.record_receipt import ReceiptDetails
from payments.operations.settle_held_payment import set_held_payment_aside, take_held_payment
from reports.book_check import check_book
from tests import world
from tests.payments.online import EXPIRED, FAILED, PAID, begun, invoice_of, refusal_of, report, session, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_provider")]


# Begun


def test_a_payment_is_begun_for_what_is_open_and_no_more(company: Any, customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    begin = lambda amount: begin_payment_of_invoice(  # noqa: E731
        invoice.pk, Decimal(amount), by=clerk, return_url=lambda payment: f"http://x.example/{payment.reference}"
    )
    payment = begin("40.00")
    assert (payment.status, payment.customer, payment.currency) == (OnlineStatus.BEGUN, customer, "EUR")
    assert session(payment) | {"id": ""} == {
        "id": "",
        "reference": payment.reference,
        "units": 4000,
        "currency": "EUR",
        "title": f"Invoice {invoice.number}",
        "return_url": f"http://x.example/{payment.reference}",
    }
    assert begin("40.00") == payment
    assert begin("60.00") != payment
    assert AuditRecord.objects.filter(action="begin_online_payment", by=clerk).count() == 2
    assert refusal_of(lambda: begin("100.01")).code == "more_than_open"
    assert refusal_of(lambda: begin("0")).code == "bad_amount"
    assert refusal_of(lambda: begin("1.001")).code == "bad_amount"
    world.apply(world.receive(customer, "100.00", today(company)), invoice, "100.00", today(company))
    assert refusal_of(lambda: begin("1.00")).code == "nothing_to_pay"


def test_without_a_provider_nobody_pays_online(company: Any, customer: Any, settings: Any) -> None:
    settings.TEST_PROVIDER = False
    invoice = world.issue(customer, "100.00", today(company))
    refusal = refusal_of(lambda: begin_payment_of_invoice(invoice.pk, Decimal(1), by=None, return_url=str))
    assert refusal.code == "no_provider"


# Reported


def test_a_payment_settles_its_document_once_however_often_it_is_reported(company: Any, customer: Any) -> None:
    payment = begun(customer)
    assert [report(payment) for _ in range(3)] == ["applied", "known", "known"]
    assert report(payment, id="another event of the same money") == "known"

    payment.refresh_from_db()
    receipt = payment.receipt
    assert (Receipt.objects.count(), receipt.amount, receipt.method) == (1, 100, "card")
    assert receipt.external_id == f"test:{payment.payment_id}"
    assert receipt.bank_account == Account.objects.get(company_id=company.pk, code="1050", role=AccountRole.BANK)
    assert not receipt.bank_account.is_default
    assert world.open_of(invoice_of(payment)) == 0
    assert sorted(ProviderEvent.objects.values_list("outcome", flat=True)) == ["applied", "known"]
    assert AuditRecord.objects.get(action="receive_online_payment").after["receipt"] == receipt.number
    assert check_book() == []


def test_events_in_the_wrong_order_come_to_the_same(company: Any, customer: Any) -> None:
    given_up, paid_first = begun(customer), begun(customer)
    assert [report(given_up, EXPIRED), report(given_up, PAID), report(given_up, FAILED)] == [
        "closed",
        "applied",
        "ignored",
    ]
    assert [report(paid_first, PAID), report(paid_first, EXPIRED)] == ["applied", "ignored"]
    for payment in (given_up, paid_first):
        payment.refresh_from_db()
        assert (payment.status, world.open_of(invoice_of(payment))) == (OnlineStatus.PAID, 0)


def test_one_that_failed_is_closed_and_nothing_came(company: Any, customer: Any) -> None:
    payment = begun(customer)
    assert report(payment, FAILED) == "closed"
    payment.refresh_from_db()
    assert (payment.status, Receipt.objects.count()) == (OnlineStatus.CLOSED, 0)


def test_what_was_paid_meanwhile_is_not_paid_twice_and_the_rest_stays_on_account(company: Any, customer: Any) -> None:
    payment = begun(customer)
    world.apply(world.receive(customer, "70.00", today(company)), invoice_of(payment), "70.00", today(company))

    assert report(payment) == "applied"

    payment.refresh_from_db()
    assert world.open_of(invoice_of(payment)) == 0
    assert world.item_of(payment.receipt).balance == -70
    assert check_book() == []


def test_an_event_of_no_payment_of_ours_does_nothing(company: Any, customer: Any) -> None:
    payment = begun(customer)
    assert report(payment, reference="somebody else's") == "strange"
    assert report(payment, reference="somebody else's") == "known"
    assert (Receipt.objects.count(), OnlinePayment.objects.get().status) == (0, OnlineStatus.BEGUN)


def test_what_cannot_be_received_is_held_with_the_reason(company: Any, customer: Any) -> None:
    payment = begun(customer, "100.00", currency="USD", exchange_rate=Decimal("0.9"))
    assert report(payment) == "held"
    payment.refresh_from_db()
    assert payment.held_because == "Give the exchange rate: what one USD is in EUR."

    receipt = take_held_payment(payment.pk, reason="Today's rate", by=None, exchange_rate=Decimal("0.92"))
    assert (receipt.amount, receipt.currency, receipt.exchange_rate) == (100, "USD", Decimal("0.92"))
    assert world.open_of(invoice_of(payment)) == 0
    assert check_book() == []


# Held


def test_a_held_payment_is_taken_as_reported_or_set_aside_once(company: Any, customer: Any, clerk: Any) -> None:
    short, strange = begun(customer), begun(customer)
    report(short, units=9000)
    report(strange, units=1)

    receipt = take_held_payment(short.pk, reason="They paid less", by=clerk)
    set_held_payment_aside(strange.pk, reason="Paid back at the provider", by=clerk)

    short.refresh_from_db()
    strange.refresh_from_db()
    assert (receipt.amount, world.open_of(invoice_of(short))) == (90, 10)
    assert (short.status, short.settled_because, short.settled_by) == (OnlineStatus.PAID, "They paid less", clerk)
    assert (strange.status, strange.receipt, world.open_of(invoice_of(strange))) == (OnlineStatus.SET_ASIDE, None, 100)
    for payment in (short, strange):
        assert refusal_of(lambda: take_held_payment(payment.pk, reason="r", by=clerk)).code == "invalid_move"  # noqa: B023
        assert refusal_of(lambda: set_held_payment_aside(payment.pk, reason="r", by=clerk)).code == "invalid_move"  # noqa: B023
    assert report(strange) == "known"
    acts = AuditRecord.objects.filter(by=clerk, action__contains="online").values_list("action", flat=True)
    assert list(acts) == ["receive_online_payment"]
    assert AuditRecord.objects.get(action="set_held_payment_aside").reason == "Paid back at the provider"
    assert check_book() == []


def test_one_reported_in_another_currency_is_taken_at_a_rate_and_stays_on_account(company: Any, customer: Any) -> None:
    payment = begun(customer)
    report(payment, currency="USD")
    assert refusal_of(lambda: take_held_payment(payment.pk, reason="r", by=None)).code == "no_exchange_rate"
    receipt = take_held_payment(payment.pk, reason="They chose dollars", by=None, exchange_rate=Decimal("0.9"))
    assert (receipt.currency, world.item_of(receipt).balance, world.open_of(invoice_of(payment))) == ("USD", -100, 100)
    assert check_book() == []


@pytest.mark.parametrize("units", [10**30, -5, 0])
def test_one_reported_with_no_amount_that_can_be_is_held_and_cannot_be_taken(
    company: Any, customer: Any, units: int
) -> None:
    payment = begun(customer)
    assert report(payment, units=units) == "held"
    assert refusal_of(lambda: take_held_payment(payment.pk, reason="r", by=None)).code == "no_amount"
    set_held_payment_aside(payment.pk, reason="Nonsense", by=None)


def test_the_money_for_a_document_that_was_voided_meanwhile_is_on_account(company: Any, customer: Any) -> None:
    payment = begun(customer)
    void_invoice(invoice_of(payment).pk, reason="twice", by=None, on=company.today())
    assert report(payment) == "applied"
    payment.refresh_from_db()
    assert world.item_of(payment.receipt).balance == -100
    assert check_book() == []


def test_settling_a_held_one_needs_a_reason(company: Any, customer: Any) -> None:
    payment = begun(customer)
    report(payment, units=1)
    assert refusal_of(lambda: take_held_payment(payment.pk, reason=" ", by=None)).code == "reason_missing"
    assert refusal_of(lambda: set_held_payment_aside(payment.pk, reason="", by=None)).code == "reason_missing"


# The database


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payments_onlinepayment SET amount = amount + 1",
        "UPDATE payments_onlinepayment SET currency = 'USD'",
        "UPDATE payments_onlinepayment SET receipt_id = NULL, status = 'begun'",
        "DELETE FROM payments_onlinepayment",
        "UPDATE payments_providerevent SET outcome = 'x'",
        "DELETE FROM payments_providerevent",
    ],
)
def test_what_was_asked_and_said_stays(company: Any, customer: Any, sql: str) -> None:
    report(begun(customer))
    words = "stays|append-only|permission denied"
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"amount": 0}, "online_payment_asks_for_something"),
        ({"status": "paid"}, "online_payment_paid_has_its_receipt"),
        ({"status": "held"}, "online_payment_held_says_why"),
        ({"status": "set_aside"}, "online_payment_set_aside_says_why"),
        ({"reference": "taken"}, "online_payment_reference_once"),
    ],
)
def test_the_database_refuses_a_payment_that_may_not_be(
    company: Any, customer: Any, more: dict[str, Any], constraint: str
) -> None:
    kept = {"company": company, "customer": customer, "provider": "test", "currency": "EUR"}
    OnlinePayment.objects.create(**kept, amount=1, reference="taken")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OnlinePayment.objects.create(**kept, **({"amount": 1, "reference": "new"} | more))


# At once


@pytest.mark.django_db(transaction=True)
def test_one_event_delivered_four_times_at_once_is_received_once(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    payment = begun(customer)
    assert sorted(in_parallel([lambda: report(payment)] * 4)) == ["applied", "known", "known", "known"]
    assert (Receipt.objects.count(), ProviderEvent.objects.count(), world.open_of(invoice_of(payment))) == (1, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_one_event_of_nobody_delivered_four_times_at_once_is_kept_once(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    payment = begun(customer)
    results = in_parallel([lambda: report(payment, reference="nobody")] * 4)
    assert sorted(results) == ["known", "known", "known", "strange"]
    assert ProviderEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_events_of_one_payment_at_once_receive_it_once_and_without_the_lock_the_database_does(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(payment: OnlinePayment, *names: str) -> list[Any]:
        return in_parallel([lambda name=name: report(payment, id=name, payment=name) for name in names])

    assert sorted(both(begun(customer), "one", "two")) == ["applied", "known"]
    barrier = threading.Barrier(2)

    def unlocked(provider: str, reference: str) -> OnlinePayment:
        found = OnlinePayment.objects.select_related("company", "customer").get(provider=provider, reference=reference)
        barrier.wait()
        return found

    monkeypatch.setattr(taking, "_locked", unlocked)
    results = both(begun(customer), "three", "four")
    assert [type(each) for each in results if each != "applied"] == [IntegrityError]
    assert "stays, and so does its receipt" in str(next(each for each in results if each != "applied"))
    assert Receipt.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_webhook_and_staff_at_once_settle_the_document_once_and_lose_no_cent(
    company: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    for _ in range(5):
        customer = world.make_customer(company, "Cedar Ltd")
        payment = begun(customer)
        details = ReceiptDetails(customer.pk, today(company), Decimal(100))

        def by_staff(customer: Any = customer, details: Any = details) -> Receipt:
            return receive_payment(customer, details, Plan(oldest_first=True, keep_excess=False), by=None)

        told, received = in_parallel([lambda payment=payment: report(payment), by_staff])

        assert told == "applied"
        payment.refresh_from_db()
        assert world.open_of(invoice_of(payment)) == 0
        if isinstance(received, Refused):  # the provider was quicker, and staff are told
            assert (received.code, world.item_of(payment.receipt).balance) == ("more_than_open", 0)
        else:  # staff were quicker, and the money is on account
            assert (world.item_of(received).balance, world.item_of(payment.receipt).balance) == (0, -100)
    assert check_book() == []
