"""Stripe's webhook as it is called: signatures, order, repeats, strangers; each body read by the SDK itself."""

import json
from collections.abc import Callable
from datetime import timedelta
from time import time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from office.models import Task
from payments.models import OnlinePayment, OnlineStatus, ProviderEvent, Receipt
from payments.online import BadSignature
from payments.online.stripe_checkout import SIGNATURE, Stripe
from payments.operations.take_provider_event import give_up_online_payment, take_provider_event
from payments.tasks import ask_about_payments
from reports.book_check import check_book
from tests import world
from tests.payments.online import asked_of, invoice_of, today
from tests.payments.stripe_events import SECRET, charge, checkout, digest, dispute, event, signature

pytestmark = pytest.mark.django_db
COMPLETED = "checkout.session.completed"


@pytest.fixture(autouse=True)
def stripe(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_1", SECRET


@pytest.fixture
def payment(company: Any, customer: Any) -> OnlinePayment:
    return asked_of(world.issue(customer, "100.00", today(company)), provider="stripe")


def post(body: bytes, signed: str | None = None) -> Any:
    headers = {SIGNATURE: signature(body) if signed is None else signed}
    address = reverse("payment_webhook", args=["stripe"])
    return Client().post(address, body, content_type="application/json", headers=headers)


def outcome(body: bytes) -> str:
    """What came of an event that is signed well."""
    answer = post(body)
    assert answer.status_code == 200
    return str(answer.json()["outcome"])


def paid(payment: OnlinePayment, name: str = "evt_1", **more: Any) -> bytes:
    return event(COMPLETED, checkout(payment.reference, **more), name)


# Signed


def test_one_of_several_signatures_is_enough_while_a_secret_is_rolled(payment: OnlinePayment) -> None:
    body, now = paid(payment), int(time())
    both = f"t={now},v1={digest(body, 'whsec_old', now)},v1={digest(body, SECRET, now)},v0={'0' * 64}"
    assert post(body, both).json() == {"outcome": "applied"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        "t=,v1=",
        "v1={good}",
        "t={now}",
        "t={now},v0={good}",
        "t={now},v1={other}",
        "t={now},v1={good}0",
        "t={late},v1={stale}",
        "t={now},v1={stale}",
        "t=x,v1={good}",
    ],
)
def test_what_is_not_signed_in_scheme_v1_just_now_is_refused(payment: OnlinePayment, header: str) -> None:
    body, now = paid(payment), int(time())
    values = {
        "now": now,
        "late": now - 301,
        "good": digest(body, SECRET, now),
        "stale": digest(body, SECRET, now - 301),
        "other": digest(body, "whsec_other", now),
    }
    assert post(body, header.format(**values)).status_code == 400
    assert post(body + b" ", signature(body)).status_code == 400
    assert not ProviderEvent.objects.exists()
    assert post(body, signature(body, at=now - 280)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"1",
        b"{}",
        b'{"id": "evt_1"}',
        b'{"id": "evt_1", "object": "event", "type": "checkout.session.completed"}',
        b'{"id": "evt_1", "object": "event", "type": "checkout.session.completed", "data": {"object": {}}}',
        b'{"id": "evt_1", "object": "event", "type": "charge.refunded", "data": {"object": 7}}',
    ],
)
def test_what_is_signed_and_no_event_is_refused_and_breaks_nothing(body: bytes) -> None:
    assert post(body).status_code == 400
    assert not ProviderEvent.objects.exists()


def test_a_huge_body_is_refused_unread(payment: OnlinePayment) -> None:
    body = event(COMPLETED, checkout(payment.reference, metadata={"x": "y" * 600_000}))
    assert post(body).status_code == 413
    assert not ProviderEvent.objects.exists()


# Order and repeats


def test_what_is_told_late_of_a_payment_that_is_received_changes_nothing(payment: OnlinePayment) -> None:
    intent = {"id": f"pi_of_{payment.reference}", "object": "payment_intent", "status": "requires_payment_method"}
    told = [
        paid(payment),
        event("payment_intent.created", intent, "evt_2"),
        event("checkout.session.expired", checkout(payment.reference, payment_status="unpaid"), "evt_3"),
        event("checkout.session.async_payment_failed", checkout(payment.reference), "evt_4"),
        paid(payment, "evt_5"),
    ]
    assert [outcome(body) for body in told] == ["applied", "ignored", "ignored", "ignored", "known"]
    assert (Receipt.objects.count(), world.open_of(invoice_of(payment))) == (1, 0)


def test_a_debit_that_takes_days_waits_and_is_received_or_closed(company: Any, customer: Any) -> None:
    good, bad = (
        asked_of(world.issue(customer, "100.00", today(company)), provider="stripe", reference=reference)
        for reference in ("good", "bad")
    )
    for number, each in enumerate((good, bad)):
        assert outcome(paid(each, f"evt_{number}", payment_status="unpaid")) == "waits"
        each.refresh_from_db()
        assert each.status == OnlineStatus.PENDING
    assert outcome(event("checkout.session.async_payment_succeeded", checkout("good"), "evt_8")) == "applied"
    failed = checkout("bad", payment_status="unpaid")
    assert outcome(event("checkout.session.async_payment_failed", failed, "evt_9")) == "closed"
    assert [world.open_of(invoice_of(each)) for each in (good, bad)] == [0, 100]
    assert check_book() == []


@pytest.mark.parametrize("before", [OnlineStatus.BEGUN, OnlineStatus.CLOSED])
def test_a_debit_that_failed_before_we_heard_that_it_was_begun_does_not_wait(
    payment: OnlinePayment, before: OnlineStatus
) -> None:
    OnlinePayment.objects.update(status=before)
    failed = event("checkout.session.async_payment_failed", checkout(payment.reference, payment_status="unpaid"), "e1")
    assert outcome(failed) == "closed"
    assert outcome(paid(payment, "e2", payment_status="unpaid")) == "ignored"
    payment.refresh_from_db()
    assert payment.status == OnlineStatus.CLOSED


def test_what_is_on_its_way_for_too_long_is_expected_no_more_and_received_all_the_same(
    payment: OnlinePayment,
) -> None:
    assert outcome(paid(payment, "e1", payment_status="unpaid")) == "waits"
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        ask_about_payments()
        payment.refresh_from_db()
        assert payment.status == OnlineStatus.PENDING
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        ask_about_payments()
        ask_about_payments()
    payment.refresh_from_db()
    [task] = Task.objects.all()
    assert (payment.status, task.title) == (
        OnlineStatus.CLOSED,
        f"€100.00 paid online never came: {payment.what_for}",
    )
    assert not give_up_online_payment(payment.pk)
    succeeded = event("checkout.session.async_payment_succeeded", checkout(payment.reference), "e2")
    assert outcome(succeeded) == "applied"


def test_a_refund_that_is_told_before_its_payment_is_not_lost(payment: OnlinePayment) -> None:
    refunded = event("charge.refunded", charge(payment.reference), "evt_2")
    assert [outcome(refunded), outcome(paid(payment)), outcome(refunded)] == ["told", "applied", "known"]
    task = Task.objects.get()
    assert task.title.startswith("The provider paid an online payment back: INV-")
    assert world.open_of(invoice_of(payment)) == 0
    assert check_book() == []


def test_a_dispute_is_put_before_a_person_with_its_receipt(payment: OnlinePayment) -> None:
    disputed = event("charge.dispute.created", dispute(payment.reference), "evt_2")
    assert [outcome(paid(payment)), outcome(disputed), outcome(disputed)] == ["applied", "told", "known"]
    task = Task.objects.get()
    assert task.about_name == Receipt.objects.get().number
    assert f"pi_of_{payment.reference}" in task.note
    assert outcome(event("charge.dispute.created", dispute("nobody"), "evt_3")) == "ignored"


@pytest.mark.django_db(transaction=True)
def test_api_03_one_event_three_times_two_of_them_at_once_is_one_payment(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    first, second = (
        asked_of(world.issue(customer, "100.00", today(company)), provider="stripe", reference=reference)
        for reference in ("one", "two")
    )
    body = paid(first)
    answers = [*in_parallel([lambda: post(body)] * 2), post(body), post(paid(second, "evt_2"))]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sorted(answer.json()["outcome"] for answer in answers) == ["applied", "applied", "known", "known"]
    received = Receipt.objects.order_by("external_id").values_list("external_id", "amount")
    assert list(received) == [("stripe:pi_of_one", 100), ("stripe:pi_of_two", 100)]
    assert [world.open_of(invoice_of(each)) for each in (first, second)] == [0, 0]
    assert check_book() == []


# Strangers


@pytest.mark.parametrize("kind", ["customer.created", "invoice.paid", "payout.paid", "a.type.of.next.year"])
def test_a_type_that_we_do_not_know_is_answered_and_does_nothing(payment: OnlinePayment, kind: str) -> None:
    assert outcome(event(kind, checkout(payment.reference))) == "ignored"
    assert (Receipt.objects.count(), ProviderEvent.objects.get().said) == (0, kind)


@pytest.mark.parametrize(
    ("key", "more", "said"),
    [
        ("sk_test_1", {"livemode": True}, "live mode"),
        ("sk_live_1", {"livemode": False}, "test mode"),
        ("rk_live_1", {"livemode": False}, "test mode"),
        ("sk_test_1", {"account": "acct_other"}, "account acct_other"),
    ],
)
def test_an_event_of_a_trial_or_of_another_account_is_no_money(
    payment: OnlinePayment, settings: Any, key: str, more: dict[str, Any], said: str
) -> None:
    settings.STRIPE_SECRET_KEY = key
    assert outcome(event(COMPLETED, checkout(payment.reference), **more)) == "ignored"
    assert ProviderEvent.objects.get().said == f"{COMPLETED} ({said})"
    assert not Receipt.objects.exists()
    settings.STRIPE_SECRET_KEY = "sk_live_1" if key == "sk_test_1" and "livemode" in more else "sk_test_1"
    assert outcome(_of_mode(payment, is_live="live_" in settings.STRIPE_SECRET_KEY)) == "applied"


def _of_mode(payment: OnlinePayment, *, is_live: bool) -> bytes:
    return event(COMPLETED, checkout(payment.reference), "evt_2", livemode=is_live)


def test_the_signature_of_one_secret_opens_no_other_provider(payment: OnlinePayment) -> None:
    body = paid(payment)
    with pytest.raises(BadSignature):
        take_provider_event(Stripe(), body, {"Practice-Signature": signature(body)})
    with pytest.raises(BadSignature):
        take_provider_event(Stripe(), json.dumps({}).encode(), {SIGNATURE: signature(body)})
