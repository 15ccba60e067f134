"""Paying online on the page of a link, and what staff and programs see of it."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from billing.customer_view import customer_view
from billing.operations.mint_link import mint_link
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from payments.models import OnlinePayment, Receipt
from payments.online.offers import amounts_of
from tests import world
from tests.api.calling import Program, refused
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
