"""The customer's page: what a link shows, what it changes, and what nobody without one can see."""

import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from billing.links import link_by_token
from billing.models import DocumentLink, InvoicePdf, LinkOpening
from billing.operations.credit_invoice import credit_invoice
from billing.operations.manage_links import revoke_link
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.mint_link import mint_link
from billing.operations.void_invoice import void_invoice
from billing.payment_codes.epc import epc_code
from customers.operations.details import ContactDetails
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from office.models import BankAccount
from tests.world import apply, issue, line, make_company, make_customer, make_tax, receive

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def the_day_after():
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def company():
    company = make_company(phone="+49 30 1234")
    BankAccount.objects.create(
        company=company,
        name="Main",
        holder="Alder Ltd",
        iban="DE02120300000000202051",
        bic="BYLADEM1001",
        currency="EUR",
    )
    return company


@pytest.fixture
def invoice(company):
    return issue(make_customer(company), [line("100.00", tax=make_tax(company, "20"))], DAY)


@pytest.fixture
def token(invoice):
    return mint_link(invoice, invoice.customer.contacts.get())


@pytest.fixture
def page_url(client, token) -> str:
    """The page's address, for a reader who opened the link from the mail."""
    return client.get(f"/p/{token}/")["Location"]


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


# In by the link


def test_the_link_is_swapped_for_a_cookie_on_the_page_alone(client, token):
    response = client.get(f"/p/{token}/")
    link = DocumentLink.objects.get()
    cookie = response.cookies["duebook_link"]

    assert (response.status_code, response["Location"]) == (302, f"/p/d/{link.ref}/")
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/p/d/{link.ref}/", True, "Lax")
    assert token not in cookie.value
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("no-store, private", "no-referrer")


def test_the_page_tells_who_what_when_and_how_to_pay(client, page_url, invoice):
    text = text_of(client.get(page_url))
    for words in [
        "Alder Ltd",
        f"Invoice {invoice.number}",
        "for Bramble GmbH",
        '<p class="due-amount">€120.00</p>',
        "DE02 1203 0000 0000 2020 51",
        'data-copy="DE02120300000000202051"',
        'data-copy="120.00"',
        f'data-copy="{invoice.number}"',
        "VAT 20%",
        "billing@alder.example",
    ]:
        assert words in text


def test_before_its_day_it_is_open_and_after_it_late(client, page_url):
    assert 'due <time datetime="2026-03-31">31 Mar 2026</time>, in 29 days' in text_of(client.get(page_url))
    with time_machine.travel(datetime(2026, 4, 2, 12, tzinfo=UTC)):
        assert '<strong class="late">2 days late</strong>' in text_of(client.get(page_url))


def test_after_a_part_payment_it_asks_for_the_rest_and_shows_the_payment(client, page_url, invoice):
    receipt = receive(invoice.customer, "50.00", DAY)
    apply(receipt, invoice, "50.00", DAY)
    text = text_of(client.get(page_url))
    assert '<p class="due-amount">€70.00</p>' in text
    assert "Total: €120.00 · Paid: €50.00" in text
    assert f'Payment <span class="whole">{receipt.number}</span>' in text
    assert 'data-copy="70.00"' in text


def test_a_paid_invoice_says_so_and_asks_for_nothing(client, page_url, invoice):
    apply(receive(invoice.customer, "120.00", DAY), invoice, "120.00", DAY)
    text = text_of(client.get(page_url))
    assert "Nothing to pay" in text
    assert "Paid in full, thank you." in text
    assert "How to pay" not in text


def test_the_pdf_is_the_kept_file(client, page_url, invoice):
    response = client.get(f"{page_url}pdf/")
    assert response.content == bytes(InvoicePdf.objects.get(invoice=invoice).content)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{invoice.number}.pdf"'
    assert response["Cache-Control"] == "no-store, private"


def test_the_page_stays_under_100_kb_with_the_longest_invoice(client, company):
    lines = [line("1.00", description="A rather long description of a small thing") for _ in range(400)]
    invoice = issue(make_customer(company), lines, DAY)
    response = client.get(f"/p/{mint_link(invoice, invoice.customer.contacts.get())}/", follow=True)
    assert len(response.content) < 100_000
    assert "There are more lines than fit here." in text_of(response)


# LNK-01: no way in without the link


GUESSES = ["/p/{id}/", "/p/{number}/", "/p/{cut}/", "/p/d/{id}/", "/p/d/{number}/", "/p/d/{ref}/", "/p/d/{ref}/pdf/"]
GUESSES += ["/p/d/{id}/pay/", "/p/d/{ref}/pay/", "/p/d/{other}/pay/", "/p/d/{ref}/receipts/1/", "/p/d/{id}/files/1/"]
GUESSES += ["/p/d/{ref}/files/1/", "/p/d/{other}/files/1/", "/p/d/{ref}/pay/{number}/"]
GUESSES += ["/p/d/{id}/pdf/", "/p/d/{ref}/logo/", "/p/d/{other}/", "/p/d/{other}/pdf/"]


@pytest.mark.parametrize("guess", GUESSES)
def test_lnk_01_every_guess_gets_the_same_not_found(invoice, token, company, guess):
    other = issue(make_customer(company, "Castell Ltd"), "10.00", DAY)
    mint_link(other, other.customer.contacts.get())
    address = guess.format(
        id=invoice.pk,
        number=invoice.number,
        cut=token[:-1],
        ref=DocumentLink.objects.get(invoice=invoice).ref,
        other=DocumentLink.objects.get(invoice=other).ref,
    )
    stranger = Client()
    if "other" in guess:
        stranger.get(f"/p/{token}/")
    response = stranger.get(address)
    assert response.status_code == 404
    assert response.content == stranger.get("/p/nothing-like-it/").content
    assert response["Cache-Control"] == "no-store, private"
    assert not LinkOpening.objects.exists()


def test_lnk_01_the_cookie_of_one_page_opens_no_other(invoice, token, company):
    other = issue(make_customer(company, "Castell Ltd"), "10.00", DAY)
    mint_link(other, other.customer.contacts.get())
    ref = DocumentLink.objects.get(invoice=other).ref
    client = Client()
    cookie = client.get(f"/p/{token}/").cookies["duebook_link"].value
    response = Client().get(f"/p/d/{ref}/", headers={"cookie": f"duebook_link={cookie}"})
    assert response.status_code == 404


def test_lnk_01_a_made_up_cookie_opens_nothing(token):
    ref = DocumentLink.objects.get().ref
    response = Client().get(f"/p/d/{ref}/", headers={"cookie": f"duebook_link={ref}:abc:def"})
    assert response.status_code == 404


@pytest.mark.parametrize("logger", ["django.request", "django.server", "gunicorn.access", "any.other"])
def test_lnk_01_no_token_reaches_a_log(token, logger, caplog):
    logging.getLogger(logger).warning('"GET %s HTTP/1.1" 404 "%s"', f"/p/{token}/", f"https://due.example/p/{token}")
    [record] = caplog.records
    assert token not in record.getMessage()
    assert record.getMessage() == '"GET /p/…/ HTTP/1.1" 404 "https://due.example/p/…"'


def test_lnk_01_django_logs_a_wrong_link_without_it(client, caplog):
    client.get("/p/a-token-that-ran-out/")
    assert "a-token-that-ran-out" not in caplog.text
    assert "Not Found: /p/…/" in caplog.text


def test_the_page_loads_nothing_from_elsewhere_and_sends_a_strict_policy(client, page_url):
    response = client.get(page_url)
    assert response["Content-Security-Policy"].count("default-src 'self'") == 1
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "http://" not in text_of(response).replace("http://www.w3.org", "")


# LNK-02: void and revoked


def test_lnk_02_a_void_invoice_says_so_and_shows_nothing_to_pay(client, page_url, invoice):
    before = client.get(f"{page_url}pdf/").content
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=DAY)
    text = text_of(client.get(page_url))
    assert "is void since" in text
    assert "Nothing to pay" in text
    assert "How to pay" not in text
    assert "DE02" not in text
    assert "Wrong customer" not in text
    assert client.get(f"{page_url}pdf/").content == bytes(InvoicePdf.objects.get(edition="void").content) != before


def test_lnk_02_a_revoked_link_is_not_found_at_once_for_page_and_pdf(client, page_url, token):
    assert client.get(page_url).status_code == 200
    revoke_link(link_by_token(token).pk, by=None)
    for address in (f"/p/{token}/", page_url, f"{page_url}pdf/", f"{page_url}logo/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{page_url}seen/").status_code == 404


# LNK-03: each contact their own link


def test_lnk_03_both_contacts_links_work_until_one_is_removed_and_each_view_is_logged(company):
    people = [ContactDetails("Ada", "ada@buyer.example"), ContactDetails("Ben", "ben@buyer.example")]
    invoice = issue(make_customer(company, contacts=people), "120.00", DAY)
    ada, ben = invoice.customer.contacts.all()
    clients = {contact: (Client(), mint_link(invoice, contact)) for contact in (ada, ben)}
    for client, token in clients.values():
        assert client.get(f"/p/{token}/", follow=True).status_code == 200
    assert [row.link.contact.name for row in LinkOpening.objects.order_by("id")] == ["Ada", "Ben"]

    invoice.customer.contacts.filter(pk=ada.pk).update(is_active=False)
    answers = [client.get(f"/p/{token}/", follow=True).status_code for client, token in clients.values()]
    assert answers == [404, 200]


# What a visit changes


def openings() -> list[tuple[str, str]]:
    return list(LinkOpening.objects.order_by("id").values_list("kind", "address_prefix"))


def test_a_visit_leaves_one_row_with_the_network_it_came_from(client, page_url):
    client.get(page_url, REMOTE_ADDR="203.0.113.77")
    client.get(f"{page_url}pdf/", REMOTE_ADDR="2001:db8:1:2::3")
    assert openings() == [("opened", "203.0.113.0/24"), ("downloaded", "2001:db8:1::/48")]


def test_only_a_persons_touch_counts_as_seen(client, page_url):
    client.get(page_url)
    assert client.get(f"{page_url}seen/").status_code == 405
    assert client.post(f"{page_url}seen/", REMOTE_ADDR="203.0.113.77").status_code == 204
    assert openings()[1:] == [("seen", "203.0.113.0/24")]


def test_seen_needs_the_pages_own_form(page_url, client):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(f"{page_url}seen/").status_code == 403
    assert openings() == []


def test_looking_at_the_headers_changes_nothing(client, page_url, token):
    for address in (f"/p/{token}/", page_url, f"{page_url}pdf/"):
        assert client.head(address).status_code in (200, 302)
    assert openings() == []
    assert not InvoicePdf.objects.exists()


# PDF-04: typed markup stays text


def test_pdf_04_markup_in_note_name_item_and_address_is_shown_literally(company):
    markup = "<img src=x onerror=alert(1)><b>x</b>"
    company.street = markup
    company.save()
    customer = make_customer(company, markup, contacts=[ContactDetails(markup, "eva@bramble.example")])
    invoice = issue(customer, [line("10.00", description=markup)], DAY, note=markup, po_number=markup)
    response = Client().get(f"/p/{mint_link(invoice, customer.contacts.get())}/", follow=True)
    html = response.content.decode()
    assert "onerror=alert(1)>" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;&lt;b&gt;x&lt;/b&gt;") == 6
    assert response["Content-Security-Policy"].count("default-src 'self'") == 1


def test_the_payment_code_and_the_amount_to_copy_are_what_the_page_asks_for(client, company):
    customer = make_customer(company)
    terms = add_terms(company, TermsDetails("In three", [PartDetails(30), PartDetails(60), PartDetails(90)]), by=None)
    rates = [RateDetails(Decimal(22), name="IVA"), RateDetails(Decimal(20), name="Ritenuta", kind="withheld")]
    fee = add_tax(company, TaxDetails("Fee", rates), by=None)
    in_parts = issue(customer, "90.00", DAY, terms_id=terms.pk)
    withheld = issue(customer, [line("1000.00", tax=fee)], DAY)

    for invoice, asked, amount in [(in_parts, "30.00", Decimal(30)), (withheld, "1,020.00", Decimal(1020))]:
        address = client.get(f"/p/{mint_link(invoice, customer.contacts.get())}/")["Location"]
        page = client.get(address).content.decode()
        details = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "currency": "EUR"}
        code = epc_code(**details, amount=amount, reference=invoice.number)

        assert f'<p class="due-amount">€{asked}</p>' in page
        assert f'data-copy="{amount:.2f}"' in page
        assert escape(code) in page or code in page


def test_a_credit_memo_says_why_it_was_made(client, invoice):
    memo = credit_invoice(invoice.pk, None, reason="Goods returned", by=None, on=DAY)
    token = mint_link(memo, invoice.customer.contacts.get())

    assert "Goods returned" in text_of(client.get(client.get(f"/p/{token}/")["Location"]))
