"""Paying online on the page of a link, and what staff and programs see of it."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from billing.customer_view import customer_view
from billing.models import DocumentLink
from billing.operations.manage_links import revoke_link
from billing.operations.mint_link import mint_link
from billing.operations.void_invoice import void_invoice
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from office.work import bells
from payments.models import OnlinePayment, Receipt
from payments.online.offers import amounts_of
from payments.online.own_credit import credit_of
from tests import world
from tests.api.calling import Program, refused
from tests.bells import cut_off
from tests.payments.online import begun, invoice_of, report, session, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_provider")]


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


@pytest.mark.parametrize("sent", [{}, {"part": "nonsense"}, {"part": "early"}, {"amount": " "}])
def test_what_is_not_offered_is_not_begun(company: Any, customer: Any, client: Client, sent: dict[str, str]) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    answer = client.post(f"{page}pay/", sent, follow=True)
    assert "That could not be started just now. Nothing was taken" in words(answer)
    assert not OnlinePayment.objects.exists()


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [("en", "40", "40"), ("en", "12.50", "12.50"), ("de", "12,50", "12.50"), ("fr", "0,05", "0.05")],
)
def test_a_chosen_amount_is_read_as_the_customer_writes_it(
    company: Any, client: Client, language: str, typed: str, amount: str
) -> None:
    customer = world.make_customer(company, language=language)
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    answer = client.post(f"{page}pay/", {"amount": typed})
    payment = OnlinePayment.objects.get()
    assert answer["Location"] == payment.checkout_url
    assert (payment.amount, payment.contact) == (Decimal(amount), customer.contacts.get())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "as a number above zero"),
        ("-5", "as a number above zero"),
        ("1.005", "as a number above zero"),
        ("<b>a</b>", "as a number above zero"),
        ("100.01", "No more than €100.00 is open."),
        ("9" * 40, "No more than €100.00 is open."),
    ],
)
def test_an_amount_that_cannot_be_is_refused_in_words_and_stays_typed(
    company: Any, customer: Any, client: Client, typed: str, said: str
) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    answer = client.post(f"{page}pay/", {"amount": typed})
    assert said in words(answer)
    assert f'value="{escape(typed)}"' in answer.content.decode()
    assert not OnlinePayment.objects.exists()


def test_a_form_that_is_sent_again_after_paying_leads_to_what_was_paid(
    company: Any, customer: Any, client: Client
) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    first = client.post(f"{page}pay/", {"part": "due"})
    assert client.post(f"{page}pay/", {"part": "due"})["Location"] == first["Location"]
    back = client.post(urlsplit(first["Location"]).path, {"act": "pay"})
    again = client.post(f"{page}pay/", {"amount": "100.00"})
    assert again["Location"] == back["Location"]
    assert (OnlinePayment.objects.count(), Receipt.objects.count()) == (1, 1)


def test_a_page_that_another_amount_replaced_takes_nothing(company: Any, customer: Any, client: Client) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    old = client.post(f"{page}pay/", {"part": "due"})["Location"]
    client.post(f"{page}pay/", {"amount": "40"})
    back = client.post(urlsplit(old).path, {"act": "pay"})
    assert "Nothing was paid" in words(client.get(back["Location"]))
    assert not Receipt.objects.exists()


def test_the_page_after_paying_tells_how_it_stands(company: Any, customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    page = page_of(client, invoice)
    client.post(f"{page}pay/", {"part": "due"})
    payment = OnlinePayment.objects.get()
    after = f"{page}pay/{payment.reference}/"
    first = client.get(after)
    assert '<meta http-equiv="refresh" content="5; url=?look=1">' in first.content.decode()
    assert "http-equiv" not in client.get(after, {"look": "12"}).content.decode()
    assert client.get(after, {"look": "x" * 9}).status_code == 200
    OnlinePayment.objects.update(status="pending")
    assert "Your bank takes a few days" in words(client.get(after))
    shown = words(client.get(page))
    assert "€100.00 is on its way to us already: please do not pay it again." in shown
    assert "Pay €100.00 online" not in shown
    OnlinePayment.objects.update(status="begun")
    world.apply(world.receive(customer, "100.00", today(company)), invoice, "100.00", today(company))
    assert "It has been paid" in words(client.get(after))
    report(payment, units=1)
    assert "We look at your payment" in words(client.get(after))


def test_a_page_that_is_looked_at_has_the_provider_asked_each_few_seconds_only(
    company: Any, customer: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    client.post(f"{page}pay/", {"part": "due"})
    payment = OnlinePayment.objects.get()
    rung: list[Any] = []
    monkeypatch.setattr(bells.current_app, "send_task", lambda name, args=(), **_: rung.append((name, *args)))
    cache.clear()
    for _ in range(3):
        client.get(f"{page}pay/{payment.reference}/")
    assert rung == [("payments.tasks.ask_about_payment", payment.pk)]


def test_the_page_after_paying_is_there_while_the_broker_is_away(
    company: Any, customer: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    client.post(f"{page}pay/", {"part": "due"})
    cut_off(monkeypatch)
    assert "Your payment is on its way" in words(client.get(f"{page}pay/{OnlinePayment.objects.get().reference}/"))


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
    assert world.open_of(invoice_of(payment)) == 10


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


def test_lnk_02_a_void_invoice_and_a_revoked_link_take_no_payment(company: Any, customer: Any) -> None:
    void, revoked = (world.issue(customer, "100.00", today(company)) for _ in range(2))
    first, second = Client(), Client()
    pages = [page_of(first, void), page_of(second, revoked)]
    void_invoice(void.pk, reason="twice", by=None, on=company.today())
    revoke_link(DocumentLink.objects.get(invoice=revoked).pk, by=None)
    assert "This document is void since" in words(first.get(f"{pages[0]}pay/", follow=True))
    first.post(f"{pages[0]}pay/", {"amount": "5"})
    for answer in (second.get(f"{pages[1]}pay/"), second.post(f"{pages[1]}pay/", {"part": "due"})):
        assert answer.status_code == 404
    assert not OnlinePayment.objects.exists()


def test_own_credit_pays_a_document_first_from_its_page(company: Any, customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    page = page_of(client, invoice)
    assert "Use your credit" not in words(client.get(page))
    world.receive(customer, "30.00", today(company))
    assert "Use your credit of €30.00" in words(client.get(page))
    assert "Use my credit of €30.00 first." in words(client.get(f"{page}pay/"))
    client.post(f"{page}pay/", {"part": "due"})
    client.post(f"{page}pay/", {"part": "due", "use_credit": "1"})
    first, second = OnlinePayment.objects.order_by("pk")
    assert (first.amount, first.from_credit) == (Decimal(100), Decimal(0))  # the control: unticked it stays
    assert (second.amount, second.from_credit) == (Decimal(70), Decimal(30))


def test_own_credit_that_is_enough_settles_a_document_at_once(company: Any, customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    page = page_of(client, invoice)
    world.receive(customer, "130.00", today(company))
    for _ in range(2):
        thanks = client.post(f"{page}pay/", {"part": "due", "use_credit": "1"}, follow=True)
        assert f"Your credit has settled {invoice.number}." in words(thanks)
    assert (customer_view(invoice).state, OnlinePayment.objects.get().from_credit) == ("paid", Decimal(100))


def test_a_wrong_amount_keeps_the_tick(company: Any, customer: Any, client: Client) -> None:
    page = page_of(client, world.issue(customer, "100.00", today(company)))
    world.receive(customer, "30.00", today(company))
    answer = words(client.post(f"{page}pay/", {"amount": "much", "use_credit": "1"}))
    assert 'name="use_credit" value="1" checked' in answer
    assert not OnlinePayment.objects.exists()


def test_who_is_not_told_how_the_account_stands_learns_of_no_credit(
    company: Any, customer: Any, client: Client
) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    page = page_of(client, invoice)
    world.receive(customer, "30.00", today(company))
    customer.contacts.update(gets_statements=False)
    assert "credit" not in words(client.get(page)).replace("credit-card", "")
    client.post(f"{page}pay/", {"part": "due", "use_credit": "1"})
    assert OnlinePayment.objects.get().from_credit == 0


def test_a_program_opens_a_page_for_several_documents_and_an_amount_on_account(company: Any, customer: Any) -> None:
    program = Program(world.make_user(company))
    first, second = (world.issue(customer, amount, today(company)) for amount in ("100.00", "50.00"))
    body = {
        "customer": customer.pk,
        "invoices": [{"invoice": first.pk, "amount": "100.00"}, {"invoice": second.pk, "amount": "20.00"}],
        "on_account": "30.00",
        "return_url": "https://shop.example/thanks",
    }
    made = program.post("online-payments/", body, key="K1").json()
    assert (made["amount"], made["from_credit"]) == ("150.00", "0.00")
    assert [(part["document"], part["amount"]) for part in made["parts"]] == [
        (first.number, "100.00"),
        (second.number, "20.00"),
    ]
    assert program.post("online-payments/", body, key="K1").json() == made
    report(OnlinePayment.objects.get(), units=15000)
    assert (customer_view(first).state, customer_view(second).account["to_pay"]) == ("paid", Decimal(30))
    assert credit_of(customer.pk, "EUR") == Decimal(30)


def test_a_program_lets_own_credit_pay_first(company: Any, customer: Any) -> None:
    program = Program(world.make_user(company))
    invoice = world.issue(customer, "100.00", today(company))
    world.receive(customer, "100.00", today(company))
    body = {"customer": customer.pk, "use_credit": True, "return_url": "https://shop.example/"}
    made = program.post("online-payments/", body | {"invoices": [{"invoice": invoice.pk, "amount": "100.00"}]}).json()
    assert (made["status"], made["amount"], made["from_credit"], made["checkout_url"]) == (
        "settled",
        "0.00",
        "100.00",
        "",
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"customer": None}, 400),
        ({"invoice": 1, "amount": "1.00"}, 400),
        ({"amount": "1.00"}, 400),
        ({"invoices": [], "on_account": "0.00"}, "bad_amount"),
        ({"invoices": "twice"}, 400),
        ({"invoices": "more"}, "more_than_open"),
        ({"invoices": "none"}, "bad_amount"),
        ({"invoices": "other"}, "another_customer"),
        ({"currency": "USD"}, "another_customer"),
        ({"on_account": "0.001"}, "bad_amount"),
    ],
)
def test_what_a_program_cannot_have_paid_is_refused(company: Any, customer: Any, change: Any, told: Any) -> None:
    program = Program(world.make_user(company))
    ours = world.issue(customer, "100.00", today(company))
    other = world.issue(world.make_customer(company, "Other"), "9.00", today(company))
    of_ours = {"invoice": ours.pk, "amount": "100.00"}
    odd = {
        "twice": [of_ours, of_ours],
        "more": [of_ours | {"amount": "100.01"}],
        "none": [of_ours | {"amount": "0.00"}],
        "other": [of_ours, {"invoice": other.pk, "amount": "9.00"}],
    }
    body = {"customer": customer.pk, "invoices": [of_ours], "return_url": "https://shop.example/"} | change
    if isinstance(body["invoices"], str):
        body["invoices"] = odd[body["invoices"]]
    body = {name: value for name, value in body.items() if value is not None}
    answer = program.post("online-payments/", body)
    assert answer.status_code == told if isinstance(told, int) else refused(answer) == (409, told), answer.content
    assert not OnlinePayment.objects.exists()


def test_a_program_names_no_document_or_customer_of_another_company(company: Any) -> None:
    program = Program(world.make_user(company))
    stranger = world.make_customer(world.make_company(legal_name="Birch Ltd"))
    theirs = world.issue(stranger, "9.00", today(stranger.company))
    body = {"customer": stranger.pk, "on_account": "5.00", "return_url": "https://shop.example/"}
    assert program.post("online-payments/", body).status_code == 404
    ours = world.make_customer(company)
    named = {"invoices": [{"invoice": theirs.pk, "amount": "9.00"}]}
    assert program.post("online-payments/", body | named | {"customer": ours.pk}).status_code == 404
