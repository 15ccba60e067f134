"""The account behind a mailed link: as it stands today, for whoever holds the link, and nobody else."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from billing.operations.mint_link import mint_link
from credit_control.models import AccountLink, AccountOpening
from credit_control.operations.mint_account_link import mint_account_link, revoke_account_links
from credit_control.operations.send_statement import send_statement
from credit_control.statements.asking import Period, own
from customers.operations.create_customer import create_customer
from customers.operations.details import CustomerDetails
from office.masking import mask
from office.models import BankAccount
from tests import world
from tests.credit_control.opening import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(customer: Any) -> str:
    details = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    BankAccount.objects.create(company=customer.company, name="Main", **details)
    return mint_account_link(customer, customer.contacts.get())


def test_the_link_is_swapped_for_a_cookie_on_the_page_alone(client: Client, token: str) -> None:
    answer = client.get(f"/p/account/{token}/")
    link = AccountLink.objects.get()
    cookie = answer.cookies["duebook_account"]
    assert answer["Location"] == f"/p/account/d/{link.ref}/"
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (answer["Location"], True, "Lax")
    assert token not in link.token_hash
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store, private")


def test_it_shows_what_is_open_today_and_how_to_pay_it(client: Client, customer: Any, token: str) -> None:
    invoice = world.issue(customer, "100.00", customer.company.today() - timedelta(days=40))
    page = client.get(opened(client, token)).content.decode()
    for words in (
        invoice.number,
        "€100.00",
        "10 days late",
        "DE02 1203 0000 0000 2020 51",
        customer.number,
        "is overdue",
    ):
        assert words in page
    receipt = world.receive(customer, "100.00", customer.company.today())
    world.apply(receipt, invoice, "100.00", customer.company.today())
    assert "Nothing is open. Thank you." in client.get(opened(client, token)).content.decode()


def test_looking_changes_nothing_but_the_list_of_openings(client: Client, customer: Any, token: str) -> None:
    page = opened(client, token)
    client.head(page)
    assert AccountOpening.objects.count() == 0
    client.get(page)
    client.get(page + "xlsx/")
    client.post(page + "seen/")
    assert list(AccountOpening.objects.order_by("pk").values_list("kind", "address_prefix")) == [
        ("opened", "127.0.0.0/24"),
        ("downloaded", "127.0.0.0/24"),
        ("seen", "127.0.0.0/24"),
    ]


def test_a_document_opens_where_this_contact_has_a_link_to_it(client: Client, customer: Any, token: str) -> None:
    invoice = world.issue(customer, "100.00", customer.company.today())
    page = opened(client, token)
    assert f"<bdi>{invoice.number}</bdi></a>" not in client.get(page).content.decode()
    mint_link(invoice, customer.contacts.get())
    document = invoice.links.get()
    assert f"{page}documents/{document.ref}/" in client.get(page).content.decode()
    answer = client.get(f"{page}documents/{document.ref}/")
    assert answer["Location"] == f"/p/d/{document.ref}/"
    assert client.get(answer["Location"]).status_code == 200

    stranger = world.issue(world.make_customer(customer.company, "Other"), "5.00", customer.company.today())
    mint_link(stranger, stranger.customer.contacts.get())
    assert client.get(f"{page}documents/{stranger.links.get().ref}/").status_code == 404


def test_what_was_sent_can_be_had_again_and_nobody_elses(client: Client, customer: Any, token: str) -> None:
    today = customer.company.today()
    world.issue(customer, "100.00", today)
    other = world.make_customer(customer.company, "Other")
    world.issue(other, "5.00", today)
    ours, theirs = (
        send_statement(Period(customer.company, today, today), own(one, "open_item"), by=None)
        for one in (customer, other)
    )
    page = opened(client, token)
    assert f"statements/{ours.pk}/" in client.get(page).content.decode()
    answer = client.get(f"{page}statements/{ours.pk}/")
    assert answer["Content-Type"] == "application/pdf"
    assert client.get(f"{page}statements/{theirs.pk}/").status_code == 404
    assert client.get(f"{page}pdf/")["Content-Type"] == "application/pdf"


def test_a_parents_link_shows_all_accounts_and_a_branchs_only_its_own(client: Client, customer: Any) -> None:
    north = create_customer(customer.company, CustomerDetails("North", parent_id=customer.pk), by=None)
    world.issue(north, "60.00", customer.company.today())
    whole = mint_account_link(customer, customer.contacts.get(), is_combined=True)
    page = client.get(opened(client, whole)).content.decode()
    assert "Your accounts" in page
    assert "North" in page
    assert (
        "North" not in client.get(opened(client, mint_account_link(customer, customer.contacts.get()))).content.decode()
    )


def test_unknown_revoked_and_left_are_one_answer(client: Client, customer: Any, token: str) -> None:
    page = opened(client, token)
    assert Client().get(page).status_code == 404
    assert client.get("/p/account/unknown/").status_code == 404
    assert client.get(page).status_code == 200
    customer.contacts.update(is_active=False)
    assert client.get(page).status_code == 404
    customer.contacts.update(is_active=True)
    assert revoke_account_links(customer, by=None) == 1
    assert client.get(page).status_code == 404
    assert client.get(f"/p/account/{token}/").status_code == 404


def test_no_token_comes_into_a_log(caplog: pytest.LogCaptureFixture, token: str) -> None:
    assert mask(f"GET /p/account/{token}/ and /p/account/d/abc/") == "GET /p/…/ and /p/account/d/abc/"
    with caplog.at_level(logging.WARNING):
        Client().get(f"/p/account/{token}x/")
    assert token not in caplog.text


def test_in_arabic_it_runs_from_right_to_left(client: Client, company: Any) -> None:
    customer = world.make_customer(company, "Nile", language="ar")
    world.issue(customer, "100.00", company.today())
    page = client.get(opened(client, mint_account_link(customer, customer.contacts.get()))).content.decode()
    assert 'dir="rtl"' in page
    assert "حسابكم" in page
