"""Paying from the account behind a mailed link: several items at once, a part, more on account, own credit first."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from credit_control.models import AccountLink
from credit_control.operations.mint_account_link import mint_account_link
from office.models import AuditRecord
from payments.models import OnlinePayment, Receipt
from reports.book_check import check_book
from tests import world
from tests.credit_control.opening import opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def provider(settings: Any) -> None:
    settings.TEST_PROVIDER, settings.SITE_URL = True, "http://testserver"


def invoices(customer: Any, *amounts: str) -> list[Any]:
    return [world.issue(customer, amount, customer.company.today() - timedelta(days=40)) for amount in amounts]


def page_of(client: Client, customer: Any) -> str:
    """The page on which the account's items are paid, opened by its link."""
    token = mint_account_link(customer, customer.contacts.get())
    return opened(client, token) + "pay/"


def item(paper: Any) -> str:
    return str(world.item_of(paper).pk)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_several_items_are_paid_at_once_each_once(company: Any, customer: Any, client: Client) -> None:
    first, second, third = invoices(customer, "100.00", "50.00", "25.00")
    page = page_of(client, customer)
    shown = words(client.get(page))
    assert all(paper.number in shown for paper in (first, second, third))
    sent = {"currency": "EUR", "item": [item(first), item(second)], f"amount_{item(second)}": "20"}
    answer = client.post(page, sent)
    assert client.post(page, sent)["Location"] == answer["Location"]
    payment = OnlinePayment.objects.get()
    assert (payment.amount, payment.door) == (120, f"account:{AccountLink.objects.get().pk}")
    assert AuditRecord.objects.get(action="begin_online_payment").after["contact"] == "Eva Brandt"

    back = client.post(urlsplit(answer["Location"]).path, {"act": "pay"})

    assert "We received your payment for" in words(client.get(back["Location"]))
    assert [world.open_of(paper) for paper in (first, second, third)] == [0, 30, 25]
    assert client.post(page, sent)["Location"] != answer["Location"]
    assert Receipt.objects.count() == 1
    assert check_book() == []


def test_own_credit_that_is_enough_settles_at_once(company: Any, customer: Any, client: Client) -> None:
    [paper] = invoices(customer, "100.00")
    world.receive(customer, "130.00", company.today())
    page = page_of(client, customer)
    assert "Use my credit of €130.00 first." in words(client.get(page))
    sent = {"currency": "EUR", "item": item(paper), "use_credit": "1"}
    done = client.post(page, sent)
    assert f"Your credit has settled {paper.number}." in words(client.get(done["Location"]))
    assert client.post(page, sent)["Location"] == done["Location"]
    assert (world.open_of(paper), Receipt.objects.count(), OnlinePayment.objects.count()) == (0, 1, 1)


def test_more_is_kept_on_account_and_nothing_else_may_be_wanted(company: Any, customer: Any, client: Client) -> None:
    invoices(customer, "100.00")
    answer = client.post(page_of(client, customer), {"currency": "EUR", "on_account": "15.50"})
    back = client.post(urlsplit(answer["Location"]).path, {"act": "pay"})
    assert "We received your payment for your account on" in words(client.get(back["Location"]))
    assert world.item_of(Receipt.objects.get()).balance == Decimal("-15.50")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"item": []}, "Please tick what you want to pay."),
        ({"amount": "100.01"}, "No more than €100.00 is open."),
        ({"amount": "1.2.3.4"}, "as a number above zero"),
        ({"amount": "<i>0</i>"}, "as a number above zero"),
        ({"on_account": "-1"}, "as a number above zero"),
        ({"on_account": "9" * 30}, "as a number above zero"),
        ({"currency": "USD"}, "Please tick what you want to pay."),
        ({"currency": ""}, "Please tick what you want to pay."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_stays_typed(
    company: Any, customer: Any, client: Client, more: dict[str, Any], said: str
) -> None:
    [paper] = invoices(customer, "100.00")
    amount = more.pop("amount", "")
    sent = {"currency": "EUR", "item": [item(paper)], f"amount_{item(paper)}": amount} | more
    answer = client.post(page_of(client, customer), sent)
    assert said in words(answer)
    assert "<i>0" not in words(answer)
    assert not OnlinePayment.objects.exists()


def test_anothers_item_is_nothing_that_can_be_ticked(company: Any, customer: Any, client: Client) -> None:
    invoices(customer, "100.00")
    [theirs] = invoices(world.make_customer(company, "Cedar Ltd"), "7.00")
    page = page_of(client, customer)
    assert "Please tick" in words(client.post(page, {"currency": "EUR", "item": item(theirs)}))
    assert theirs.number not in words(client.get(page))


def test_without_the_links_cookie_there_is_no_such_page(company: Any, customer: Any, client: Client) -> None:
    [paper] = invoices(customer, "100.00")
    page = page_of(client, customer)
    client.post(page, {"currency": "EUR", "item": item(paper)})
    after = f"{page}{OnlinePayment.objects.get().reference}/"
    assert client.get(after).status_code == 200
    assert client.get(f"{page}nonsense/").status_code == 404
    for address in (page, after):
        assert Client().get(address).status_code == 404
    assert Client().post(page, {"currency": "EUR", "item": item(paper)}).status_code == 404
    other = Client()
    page_of(other, world.make_customer(company, "Cedar Ltd"))
    assert other.get(after).status_code == 404


def test_where_nobody_can_pay_online_nothing_is_offered(
    company: Any, customer: Any, client: Client, settings: Any
) -> None:
    invoices(customer, "100.00")
    page = page_of(client, customer)
    assert "Pay online" in words(client.get(page.removesuffix("pay/")))
    settings.TEST_PROVIDER = False
    assert "Pay online" not in words(client.get(page.removesuffix("pay/")))
    assert "Nobody can pay online here yet." in words(client.get(page))


def test_over_several_accounts_it_says_whose_is_paid_here(company: Any, customer: Any, client: Client) -> None:
    branch = world.make_customer(company, "North", parent_id=customer.pk)
    ours, theirs = (world.issue(each, "10.00", company.today()) for each in (customer, branch))
    page = opened(client, mint_account_link(customer, customer.contacts.get(), is_combined=True))
    shown = client.get(f"{page}pay/").content.decode()
    assert f"Here you pay what is open on the account of {customer.name}." in shown
    assert (ours.number in shown, theirs.number in shown) == (True, False)
    client.post(f"{page}pay/", {"currency": "EUR", "item": world.item_of(theirs).pk})
    assert not OnlinePayment.objects.exists()
