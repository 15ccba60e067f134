"""Stripe: what its SDK sends to a stand-in for Stripe's server, and its events, signed as Stripe signs them."""

import hmac
import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine
from django.utils import timezone

from payments.models import OnlinePayment
from payments.online import BadSignature, Checkout, NoticeKind, ProviderUnavailable, providers
from payments.online.stripe_checkout import Stripe
from payments.operations.begin_online_payment import begin_payment_of_invoice
from payments.operations.take_provider_event import ask_provider, payments_to_ask_about
from payments.tasks import ask_about_payment
from tests import world

SECRET = "whsec_of_the_tests"


class FakeStripe(BaseHTTPRequestHandler):
    """Answers the one call that we make."""

    calls: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
    status = 200
    session: dict[str, Any] = {}

    def do_GET(self) -> None:
        self.calls.append((self.path, {}, dict(self.headers)))
        self._answer(self.session)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.calls.append((self.path, parse_qs(body), dict(self.headers)))
        answer = {"id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_1"}
        if self.status != 200:
            answer = {"error": {"message": "Amount too small", "type": "invalid_request_error"}}
        self._answer(answer)

    def _answer(self, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def stripe(settings: Any) -> Iterator[Stripe]:
    server = HTTPServer(("127.0.0.1", 0), FakeStripe)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_1", SECRET
    settings.STRIPE_API = f"http://127.0.0.1:{server.server_port}"
    settings.TEST_PROVIDER = False
    FakeStripe.calls, FakeStripe.status = [], 200
    yield Stripe()
    server.shutdown()
    server.server_close()


def asked(amount: str, currency: str) -> Checkout:
    return Checkout("ref1", Decimal(amount), currency, "Invoice INV-1", "https://x.example/after/")


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("100", "JPY", "100"),
        ("12345", "JPY", "12345"),
        ("100.00", "USD", "10000"),
        ("5", "ISK", "500"),
        ("7.00", "MGA", "7"),
        ("1.230", "KWD", "1230"),
    ],
)
def test_rnd_06_stripe_is_asked_in_the_units_that_it_counts(
    stripe: Stripe, amount: str, currency: str, units: str
) -> None:
    started = stripe.checkout(asked(amount, currency))

    assert (started.session_id, started.url) == ("cs_1", "https://checkout.stripe.com/c/pay/cs_1")
    [(path, sent, headers)] = FakeStripe.calls
    assert path == "/v1/checkout/sessions"
    price = "line_items[0][price_data]"
    assert (sent[f"{price}[unit_amount]"], sent[f"{price}[currency]"]) == ([units], [currency.lower()])
    assert (sent["client_reference_id"], sent["mode"]) == (["ref1"], ["payment"])
    assert sent["success_url"] == ["https://x.example/after/"]
    assert headers["Idempotency-Key"] == "ref1"
    assert headers["Authorization"] == "Bearer sk_test_1"


@pytest.mark.parametrize(("amount", "currency"), [("1.234", "KWD"), ("7.50", "MGA")])
def test_what_stripe_cannot_take_is_not_asked(stripe: Stripe, amount: str, currency: str) -> None:
    with pytest.raises(ProviderUnavailable):
        stripe.checkout(asked(amount, currency))
    assert FakeStripe.calls == []


def test_what_stripe_refuses_took_nothing(stripe: Stripe) -> None:
    FakeStripe.status = 400
    with pytest.raises(ProviderUnavailable, match="Nothing was taken"):
        stripe.checkout(asked("0.01", "EUR"))


def test_a_stripe_that_does_not_answer_took_nothing(stripe: Stripe, settings: Any) -> None:
    settings.STRIPE_API = "http://127.0.0.1:9"
    with pytest.raises(ProviderUnavailable):
        Stripe().checkout(asked("1.00", "EUR"))


def signed(event: dict[str, Any], secret: str = SECRET, at: int | None = None) -> tuple[bytes, dict[str, str]]:
    body, moment = json.dumps(event).encode(), int(time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={moment},v1={digest}"}


def event(kind: str = "checkout.session.completed", **session: Any) -> dict[str, Any]:
    whole = {
        "id": "cs_1",
        "object": "checkout.session",
        "client_reference_id": "ref1",
        "amount_total": 12345,
        "currency": "jpy",
        "payment_intent": "pi_1",
        "payment_status": "paid",
    }
    return {"id": "evt_1", "object": "event", "type": kind, "data": {"object": whole | session}}


def test_a_signed_event_is_read_with_the_amount_it_reports(stripe: Stripe) -> None:
    notice = stripe.read_event(*signed(event()))
    assert (notice.kind, notice.event_id, notice.reference, notice.payment_id) == (
        NoticeKind.PAID,
        "evt_1",
        "ref1",
        "pi_1",
    )
    assert (notice.amount, notice.currency) == (Decimal(12345), "JPY")
    dollars = stripe.read_event(*signed(event(amount_total=10000, currency="usd")))
    assert (dollars.amount, dollars.currency) == (Decimal(100), "USD")
    assert stripe.read_event(*signed(event(amount_total=None))).amount is None


@pytest.mark.parametrize(
    ("kind", "status", "meant"),
    [
        ("checkout.session.completed", "paid", NoticeKind.PAID),
        ("checkout.session.completed", "unpaid", NoticeKind.PENDING),
        ("checkout.session.async_payment_succeeded", "paid", NoticeKind.PAID),
        ("checkout.session.async_payment_failed", "unpaid", NoticeKind.FAILED),
        ("checkout.session.expired", "unpaid", NoticeKind.EXPIRED),
        ("customer.created", "paid", NoticeKind.OTHER),
    ],
)
def test_each_event_means_what_it_says(stripe: Stripe, kind: str, status: str, meant: NoticeKind) -> None:
    assert stripe.read_event(*signed(event(kind, payment_status=status))).kind == meant


def test_an_event_that_stripe_did_not_sign_is_refused(stripe: Stripe) -> None:
    body, headers = signed(event())
    for wrong in (
        signed(event(), secret="whsec_other"),
        signed(event(), at=int(time()) - 400),
        (body + b" ", headers),
        (body, {}),
        (b"not json", signed(event())[1]),
    ):
        with pytest.raises(BadSignature):
            stripe.read_event(*wrong)


def test_with_its_keys_stripe_is_the_provider_and_with_one_of_them_it_is_not(stripe: Stripe, settings: Any) -> None:
    assert [each.name for each in providers()] == ["stripe"]
    settings.TEST_PROVIDER = True
    assert [each.name for each in providers()] == ["stripe", "test"]
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert [each.name for each in providers()] == ["test"]


@pytest.fixture
def payment(customer: Any, stripe: Stripe) -> OnlinePayment:
    """One that was begun an hour ago, and whose event was lost."""
    invoice = world.issue(customer, "100.00", customer.company.today() - timedelta(days=1))
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        begun = begin_payment_of_invoice(invoice.pk, Decimal(100), by=None, return_url=lambda _: "https://x.example/")
    FakeStripe.session = event()["data"]["object"] | {"client_reference_id": begun.reference, "status": "complete"}
    FakeStripe.session |= {"amount_total": 10000, "currency": "eur"}
    return begun


@pytest.mark.django_db
def test_a_payment_whose_event_was_lost_is_asked_about_and_received_once(payment: OnlinePayment) -> None:
    assert list(payments_to_ask_about(timezone.now())) == [payment]
    assert [ask_provider(payment.pk), ask_provider(payment.pk)] == ["applied", "known"]
    assert FakeStripe.calls[-1][0].startswith("/v1/checkout/sessions/cs_1?expand")
    payment.refresh_from_db()
    assert (payment.status, payment.receipt.amount) == ("paid", 100)
    assert list(payments_to_ask_about(timezone.now())) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "outcome", "status"),
    [
        ({"status": "open", "payment_status": "unpaid"}, "ignored", "begun"),
        ({"status": "expired", "payment_status": "unpaid"}, "closed", "closed"),
        ({"amount_total": 9999}, "held", "held"),
    ],
)
def test_what_stripe_says_when_asked_counts_as_its_event_would(
    payment: OnlinePayment, said: dict[str, Any], outcome: str, status: str
) -> None:
    FakeStripe.session |= said
    assert ask_provider(payment.pk) == outcome
    payment.refresh_from_db()
    assert payment.status == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("intent", "outcome", "status"),
    [("processing", "known", "pending"), ("requires_payment_method", "closed", "closed")],
)
def test_a_debit_whose_failure_was_not_heard_of_is_asked_about(
    payment: OnlinePayment, intent: str, outcome: str, status: str
) -> None:
    FakeStripe.session |= {"payment_status": "unpaid"}
    assert ask_provider(payment.pk) == "waits"
    FakeStripe.session["payment_intent"] = {"id": "pi_1", "object": "payment_intent", "status": intent}
    assert ask_provider(payment.pk) == outcome
    payment.refresh_from_db()
    assert payment.status == status
    FakeStripe.session["payment_intent"]["status"] = "succeeded"
    FakeStripe.session |= {"payment_status": "paid"}
    assert ask_provider(payment.pk) == "applied"
    payment.refresh_from_db()
    assert payment.payment_id == "pi_1"


@pytest.mark.django_db
def test_where_stripe_does_not_answer_the_payment_waits_for_the_next_round(payment: OnlinePayment) -> None:
    FakeStripe.status = 500
    ask_about_payment(payment.pk)
    payment.refresh_from_db()
    assert payment.status == "begun"


@pytest.mark.django_db
def test_one_just_begun_or_long_ago_is_not_asked_about(payment: OnlinePayment) -> None:
    for ago in (timedelta(minutes=5), timedelta(days=4)):
        assert not payments_to_ask_about(payment.begun_at + ago).exists()


@pytest.mark.django_db
def test_no_key_stands_in_a_log_or_in_the_database(
    payment: OnlinePayment, caplog: pytest.LogCaptureFixture, stripe: Stripe
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask_provider(payment.pk)
        with pytest.raises(BadSignature):
            stripe.read_event(b"{}", {"Stripe-Signature": "t=1,v1=x"})
    payment.refresh_from_db()
    kept = " ".join(str(value) for value in vars(payment).values()) + caplog.text
    assert "sk_test_1" not in kept
    assert SECRET not in kept
