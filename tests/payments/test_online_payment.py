"""Paying online: what is asked, what a provider reports, each event once, and nothing applied that was not asked."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from time import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.crypto import salted_hmac

from billing.customer_view import customer_view
from billing.operations.mint_link import mint_link
from billing.operations.void_invoice import void_invoice
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.models import Account, AccountRole
from ledger.refusals import Refused
from office.models import AuditRecord
from payments.models import OnlinePayment, OnlineStatus, ProviderEvent, Receipt
from payments.online import BadSignature, NoticeKind
from payments.online.offers import amounts_of
from payments.online.practice import HEADER, Practice, event_of, session_of
from payments.online.signing import require_signature, signature_of
from payments.online.units import from_smallest_units, smallest_units
from payments.operations import take_provider_event as taking
from payments.operations.begin_online_payment import begin_online_payment
from payments.operations.receive_payment import Plan, receive_payment
from payments.operations.record_receipt import ReceiptDetails
from payments.operations.settle_held_payment import set_held_payment_aside, take_held_payment
from payments.operations.take_provider_event import take_provider_event
from reports.book_check import check_book
from reports.front_page import tasks
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
PAID, FAILED, EXPIRED = NoticeKind.PAID, NoticeKind.FAILED, NoticeKind.EXPIRED


@pytest.fixture(autouse=True)
def test_provider(settings: Any) -> None:
    settings.TEST_PROVIDER = True
    settings.SITE_URL = "http://testserver"


def today(company: Any) -> date:
    return company.today() - timedelta(days=1)


def begun(customer: Any, amount: str = "100.00", asked: str = "", **details: Any) -> OnlinePayment:
    """A payment that a customer began on an invoice."""
    invoice = world.issue(customer, amount, today(customer.company), **details)
    return begin_online_payment(invoice.pk, Decimal(asked or amount), by=None, return_url=lambda _: "http://x.example/")


def session(payment: OnlinePayment) -> dict[str, Any]:
    """What the test provider was asked."""
    found = session_of(urlsplit(payment.checkout_url).path.split("/")[-2])
    assert found
    return found


def report(payment: OnlinePayment, kind: NoticeKind = PAID, /, **otherwise: Any) -> str:
    """What comes of the provider's word."""
    return take_provider_event(Practice(), *event_of(session(payment), kind, **otherwise))


def refusal_of(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value


# RND-06


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("100", "JPY", 100), ("12345", "JPY", 12345), ("100.00", "USD", 10000), ("1.234", "KWD", 1234), ("5", "CLP", 5)],
)
def test_rnd_06_an_amount_is_asked_in_the_smallest_unit_and_comes_back_as_it_was(
    amount: str, currency: str, units: int
) -> None:
    assert smallest_units(Decimal(amount), currency) == units
    assert from_smallest_units(units, currency) == Decimal(amount)
    with pytest.raises(ValueError, match="no whole number"):
        smallest_units(Decimal(amount) + Decimal("0.0001"), currency)


@pytest.mark.parametrize(
    ("amount", "currency", "rate", "units"),
    [("100", "JPY", "0.006", 100), ("12345", "JPY", "0.006", 12345), ("100.00", "USD", "0.9", 10000)],
)
def test_rnd_06_what_is_paid_as_asked_is_recorded_as_asked(amount: str, currency: str, rate: str, units: int) -> None:
    customer = world.make_customer(world.make_company(currency), currency=currency)
    payment = begun(customer, amount)
    assert session(payment)["units"] == units

    assert report(payment) == "applied"

    payment.refresh_from_db()
    receipt = payment.receipt
    assert (payment.status, receipt.amount, receipt.currency) == (OnlineStatus.PAID, Decimal(amount), currency)
    assert world.open_of(payment.invoice) == 0
    assert check_book() == []


@pytest.mark.parametrize(
    ("otherwise", "words"),
    [
        ({"units": 1_000_000}, "The provider reports 10000.00 EUR; €100.00 (EUR) was asked."),
        ({"units": 100}, "The provider reports 1.00 EUR; €100.00 (EUR) was asked."),
        ({"currency": "JPY"}, "The provider reports 10000 JPY; €100.00 (EUR) was asked."),
        ({"currency": "USD"}, "The provider reports 100.00 USD; €100.00 (EUR) was asked."),
    ],
)
def test_rnd_06_another_amount_or_currency_than_asked_is_held_and_nothing_applied(
    company: Any, customer: Any, otherwise: dict[str, Any], words: str
) -> None:
    payment = begun(customer)

    assert report(payment, **otherwise) == "held"

    payment.refresh_from_db()
    assert (payment.status, payment.held_because, payment.receipt) == (OnlineStatus.HELD, words, None)
    assert (Receipt.objects.count(), world.open_of(payment.invoice)) == (0, 100)
    assert AuditRecord.objects.get(action="hold_online_payment").after == {"because": words}
    [task] = [task for task in tasks(world.make_user(company), company, company.today()) if "held" in task.words]
    assert (task.count, task.url) == (1, "/online-payments/?state=held")
    assert report(payment) == "known"


# Begun


def test_a_payment_is_begun_for_what_is_open_and_no_more(company: Any, customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    begin = lambda amount: begin_online_payment(  # noqa: E731
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
    refusal = refusal_of(lambda: begin_online_payment(invoice.pk, Decimal(1), by=None, return_url=str))
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
    assert world.open_of(payment.invoice) == 0
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
        assert (payment.status, world.open_of(payment.invoice)) == (OnlineStatus.PAID, 0)


def test_one_that_failed_is_closed_and_nothing_came(company: Any, customer: Any) -> None:
    payment = begun(customer)
    assert report(payment, FAILED) == "closed"
    payment.refresh_from_db()
    assert (payment.status, Receipt.objects.count()) == (OnlineStatus.CLOSED, 0)


def test_what_was_paid_meanwhile_is_not_paid_twice_and_the_rest_stays_on_account(company: Any, customer: Any) -> None:
    payment = begun(customer)
    world.apply(world.receive(customer, "70.00", today(company)), payment.invoice, "70.00", today(company))

    assert report(payment) == "applied"

    payment.refresh_from_db()
    assert world.open_of(payment.invoice) == 0
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
    assert world.open_of(payment.invoice) == 0
    assert check_book() == []


# Signed


def test_an_event_that_is_not_signed_changed_or_old_is_refused(company: Any, customer: Any) -> None:
    payment = begun(customer)
    body, headers = event_of(session(payment), PAID)
    for wrong_body, wrong in [
        (body, {}),
        (body, {HEADER: "t=1,v1=ab"}),
        (body, {HEADER: "nonsense"}),
        (body, {HEADER: headers[HEADER][:-1] + ("0" if headers[HEADER][-1] != "0" else "1")}),
        (body.replace(b"10000", b"99999"), headers),
    ]:
        with pytest.raises(BadSignature):
            take_provider_event(Practice(), wrong_body, wrong)
    assert not ProviderEvent.objects.exists()


def test_a_signature_holds_for_five_minutes() -> None:
    require_signature(b"{}", b"key", signature_of(b"{}", b"key"))
    with pytest.raises(BadSignature, match="too old"):
        require_signature(b"{}", b"key", signature_of(b"{}", b"key", at=int(time()) - 301))
    with pytest.raises(BadSignature, match="somebody else"):
        require_signature(b"{}", b"other", signature_of(b"{}", b"key"))


def test_the_webhook_answers_by_what_came_of_the_event(company: Any, customer: Any, client: Client) -> None:
    payment = begun(customer)
    body, headers = event_of(session(payment), PAID)
    address = reverse("payment_webhook", args=["test"])

    def send(content: bytes, **more: str) -> Any:
        return client.post(address, content, content_type="application/json", headers=more)

    assert send(body).status_code == 400
    assert send(b"{}", **{HEADER: signature_of(b"{}", b"x")}).status_code == 400
    answers = [send(body, **headers) for _ in range(2)]
    assert [(each.status_code, each.json()["outcome"]) for each in answers] == [(200, "applied"), (200, "known")]
    assert client.get(address).status_code == 405
    assert client.post(reverse("payment_webhook", args=["nobody"])).status_code == 404
    assert client.post(address, b"x" * 600_000, content_type="application/json").status_code == 413


def test_without_the_test_provider_its_doors_are_shut(
    company: Any, customer: Any, client: Client, settings: Any
) -> None:
    payment = begun(customer)
    body, headers = event_of(session(payment), PAID)
    settings.TEST_PROVIDER = False
    address = reverse("payment_webhook", args=["test"])
    assert client.post(address, body, content_type="application/json", headers=headers).status_code == 404
    assert client.get(urlsplit(payment.checkout_url).path).status_code == 404
    assert not Receipt.objects.exists()


# Held


def test_a_held_payment_is_taken_as_reported_or_set_aside_once(company: Any, customer: Any, clerk: Any) -> None:
    short, strange = begun(customer), begun(customer)
    report(short, units=9000)
    report(strange, units=1)

    receipt = take_held_payment(short.pk, reason="They paid less", by=clerk)
    set_held_payment_aside(strange.pk, reason="Paid back at the provider", by=clerk)

    short.refresh_from_db()
    strange.refresh_from_db()
    assert (receipt.amount, world.open_of(short.invoice)) == (90, 10)
    assert (short.status, short.settled_because, short.settled_by) == (OnlineStatus.PAID, "They paid less", clerk)
    assert (strange.status, strange.receipt, world.open_of(strange.invoice)) == (OnlineStatus.SET_ASIDE, None, 100)
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
    assert (receipt.currency, world.item_of(receipt).balance, world.open_of(payment.invoice)) == ("USD", -100, 100)
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
    void_invoice(payment.invoice_id, reason="twice", by=None, on=company.today())
    assert report(payment) == "applied"
    payment.refresh_from_db()
    assert world.item_of(payment.receipt).balance == -100
    assert check_book() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"id": 1}', b"\xff", b'{"kind": "paid", "units": "x"}'])
def test_a_signed_event_that_says_nothing_we_know_is_refused(body: bytes) -> None:
    _, headers = event_of({"id": "x", "reference": "r", "units": 1, "currency": "EUR"}, PAID)
    key = salted_hmac("payments.online.practice", "webhook", algorithm="sha256").digest()
    with pytest.raises(BadSignature):
        Practice().read_event(body, headers | {HEADER: signature_of(body, key)})


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
    invoice = world.issue(customer, "1.00", today(company))
    kept = {"company": company, "customer": customer, "invoice": invoice, "provider": "test", "currency": "EUR"}
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
    assert (Receipt.objects.count(), ProviderEvent.objects.count(), world.open_of(payment.invoice)) == (1, 1, 0)


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
        assert world.open_of(payment.invoice) == 0
        if isinstance(received, Refused):  # the provider was quicker, and staff are told
            assert (received.code, world.item_of(payment.receipt).balance) == ("more_than_open", 0)
        else:  # staff were quicker, and the money is on account
            assert (world.item_of(received).balance, world.item_of(payment.receipt).balance) == (0, -100)
    assert check_book() == []


# The customer's page


def page_of(client: Client, payment_of: Any) -> str:
    """The address of the page behind a link."""
    return client.get(f"/p/{mint_link(payment_of, payment_of.customer.contacts.get())}/")["Location"]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_customer_pays_from_the_link_to_the_thank_you(company: Any, customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    page = page_of(client, invoice)
    assert "Pay €100.00 online" in words(client.get(page))

    answer = client.post(f"{page}pay/", {"part": "due"})
    payment = OnlinePayment.objects.get()
    assert answer["Location"] == payment.checkout_url
    checkout = urlsplit(payment.checkout_url).path
    assert "€100.00" in words(client.get(checkout))
    back = client.post(checkout, {"act": "pay"})
    assert back["Location"] == f"http://testserver{page}pay/{payment.reference}/"
    thanks = words(client.get(back["Location"]))
    assert "Thank you" in thanks
    assert f"We received your payment for {invoice.number}" in thanks
    assert "Paid in full, thank you." in words(client.get(page))
    assert "online" not in words(client.get(page))
    assert client.post(checkout, {"act": "pay"}).status_code == 302
    assert Receipt.objects.count() == 1


def test_one_who_gives_up_can_try_again(company: Any, customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    page = page_of(client, invoice)
    client.post(f"{page}pay/", {"part": "due"})
    first = OnlinePayment.objects.get()
    assert "Your payment is on its way" in words(client.get(f"{page}pay/{first.reference}/"))
    back = client.post(urlsplit(first.checkout_url).path, {"act": "fail"})
    assert "Nothing was paid" in words(client.get(back["Location"]))
    client.post(f"{page}pay/", {"part": "due"})
    assert OnlinePayment.objects.count() == 2


def test_the_page_offers_the_early_amount_what_is_due_and_all(company: Any, customer: Any) -> None:
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    early = world.issue(customer, "100.00", today(company), terms_id=add_terms(company, details, by=None).pk)
    halves = add_terms(company, TermsDetails("Halves", [PartDetails(30), PartDetails(60)]), by=None)
    in_parts = world.issue(customer, "100.00", today(company), terms_id=halves.pk)
    assert amounts_of(customer_view(early)) == {"early": Decimal(98), "due": Decimal(100)}
    assert amounts_of(customer_view(in_parts)) == {"due": Decimal(50), "all": Decimal(100)}


@pytest.mark.parametrize("sent", [{}, {"part": "nonsense"}, {"part": "early"}, {"amount": "1.00"}])
def test_nobody_chooses_an_amount_of_their_own(
    company: Any, customer: Any, client: Client, sent: dict[str, str]
) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    answer = client.post(f"{page}pay/", sent, follow=True)
    assert "That could not be started just now. Nothing was taken" in words(answer)
    assert not OnlinePayment.objects.exists()


def test_without_the_links_cookie_nothing_is_begun_or_seen(company: Any, customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    page = page_of(client, invoice)
    client.post(f"{page}pay/", {"part": "due"})
    after = f"{page}pay/{OnlinePayment.objects.get().reference}/"
    stranger = Client()
    assert stranger.post(f"{page}pay/", {"part": "due"}).status_code == 404
    assert stranger.get(after).status_code == 404
    assert client.get(f"{page}pay/nonsense/").status_code == 404
    other = begun(world.make_customer(company, "Cedar Ltd"))
    assert client.get(f"{page}pay/{other.reference}/").status_code == 404
    assert Client(enforce_csrf_checks=True).post(f"{page}pay/", {"part": "due"}).status_code == 403


# For staff, on screen and by API


def test_staff_see_a_held_payment_and_settle_it(company: Any, customer: Any, client: Client) -> None:
    payment = begun(customer)
    report(payment, units=9000)
    client.force_login(world.make_user(company))
    assert "Online payments held for review" in words(client.get("/"))
    assert "Held for review" in words(client.get(reverse("payments:online_payment_list"), {"state": "held"}))
    page = reverse("payments:online_payment", args=[payment.pk])
    assert "The provider reports 90.00 EUR; €100.00 (EUR) was asked." in words(client.get(page))
    take = reverse("payments:take_held_payment", args=[payment.pk])
    assert "This field is required." in words(client.post(take, {"reason": ""}))
    assert "its reason is kept" in words(client.post(take, {"reason": "They paid less"}, follow=True))
    assert "is not held" in words(client.post(take, {"reason": "again"}))
    aside = reverse("payments:set_held_payment_aside", args=[payment.pk])
    assert "is not held" in words(client.post(aside, {"reason": "again"}))
    assert world.open_of(payment.invoice) == 10


def test_who_may_not_settles_and_sees_nothing(company: Any, customer: Any, client: Client) -> None:
    payment = begun(customer)
    report(payment, units=9000)
    take = reverse("payments:take_held_payment", args=[payment.pk])
    client.force_login(world.make_user(company, "collector"))
    assert client.post(take, {"reason": "r"}).status_code == 403
    client.force_login(world.make_user(world.make_company(legal_name="Birch Ltd")))
    assert client.post(take, {"reason": "r"}).status_code == 404
    assert client.get(reverse("payments:online_payment", args=[payment.pk])).status_code == 404
    assert refused(Program(world.make_user(company, "auditor")).post("online-payments/", {}))[0] == 403


def test_a_program_opens_a_page_reads_what_came_and_settles(company: Any, customer: Any) -> None:
    program = Program(world.make_user(company))
    invoice = world.issue(customer, "100.00", today(company))
    body = {"invoice": invoice.pk, "amount": "100.00", "return_url": "https://shop.example/thanks"}
    answer = program.post("online-payments/", body, key="K1")
    assert answer.status_code == 201
    made = answer.json()
    assert program.post("online-payments/", body, key="K1").json() == made
    payment = OnlinePayment.objects.get()
    assert (made["checkout_url"], made["status"], made["amount"]) == (payment.checkout_url, "begun", "100.00")
    assert session(payment)["return_url"] == "https://shop.example/thanks"
    assert refused(program.post("online-payments/", body | {"amount": "101.00"})) == (409, "more_than_open")

    report(payment, units=9000)
    assert program.get(f"online-payments/{payment.pk}/").json()["reported_amount"] == "90"
    [found] = program.get("online-payments/", status="held").json()["results"]
    assert found["id"] == payment.pk
    done = program.post(f"online-payments/{payment.pk}/take/", {"reason": "They paid less"}).json()
    assert (done["status"], done["receipt"]) == ("paid", Receipt.objects.get().pk)
    assert refused(program.post(f"online-payments/{payment.pk}/set-aside/", {"reason": "r"})) == (409, "invalid_move")
