"""A customer's page besides the document: receipts of what paid it, and codes for what is to be paid today."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import weasyprint
from django.test import Client

from billing.operations.mint_link import mint_link
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from office.models import BankAccount
from tests import world
from tests.billing.test_payment_codes import codes_in

pytestmark = pytest.mark.django_db
DETAILS = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "currency": "EUR"}


def page_of(client: Client, invoice: Any) -> str:
    token = mint_link(invoice, invoice.customer.contacts.get())
    return str(client.get(f"/p/{token}/")["Location"])


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def today(company: Any) -> date:
    return company.today() - timedelta(days=1)


def test_a_receipt_of_this_document_is_offered_and_downloaded(company: Any, customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "100.00", today(company))
    receipt = world.receive(customer, "60.00", today(company))
    world.apply(receipt, invoice, "60.00", today(company))
    page = page_of(client, invoice)
    assert f"Download receipt {receipt.number}" in words(client.get(page))
    answer = client.get(f"{page}receipts/{receipt.pk}/")
    assert (answer.content[:5], answer["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="{receipt.number}.pdf"'
    assert answer["Cache-Control"] == "no-store, private"
    assert client.get(f"{page}receipts/{receipt.pk}/").content == answer.content


def test_a_receipt_that_tells_of_more_than_this_document_is_no_page(
    company: Any, customer: Any, client: Client
) -> None:
    invoice, other = (world.issue(customer, "100.00", today(company)) for _ in range(2))
    both, more, theirs = (world.receive(customer, "50.00", today(company)) for _ in range(3))
    for paper in (invoice, other):
        world.apply(both, paper, "25.00", today(company))
    world.apply(more, invoice, "20.00", today(company))
    world.apply(theirs, other, "50.00", today(company))
    page = page_of(client, invoice)
    assert "Download receipt" not in words(client.get(page))
    for receipt in (both, more, theirs):
        assert client.get(f"{page}receipts/{receipt.pk}/").status_code == 404
    mine = page_of(client, other)
    assert Client().get(f"{mine}receipts/{theirs.pk}/").status_code == 404
    assert client.get(f"{mine}receipts/{theirs.pk}/").status_code == 200


def test_the_code_and_the_amount_to_copy_are_less_while_the_discount_holds(
    company: Any, customer: Any, client: Client
) -> None:
    BankAccount.objects.create(company=company, name="Main", **DETAILS)
    details = TermsDetails("2/10 net 30", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    terms = add_terms(company, details, by=None)
    early = world.issue(customer, "100.00", today(company), terms_id=terms.pk)
    late = world.issue(customer, "100.00", today(company) - timedelta(days=20), terms_id=terms.pk)
    shown = client.get(page_of(client, early))
    assert 'data-copy="98.00"' in shown.content.decode()
    assert "EUR98" in code_of(shown)
    assert "with the early payment discount, until" in words(shown)
    shown = client.get(page_of(client, late))
    assert 'data-copy="100.00"' in shown.content.decode()
    assert "EUR100" in code_of(shown)
    assert "with the early payment discount" not in words(shown)


def test_a_swiss_code_asks_for_what_is_open_today(client: Client) -> None:
    place = {"street": "Bahnhofstrasse 1", "postal_code": "8001", "city": "Zürich"}
    company = world.make_company("CHF", country="CH", time_zone="Europe/Zurich", **place)
    iban = {"holder": "Alder AG", "iban": "CH4431999123000889012", "currency": "CHF"}
    BankAccount.objects.create(company=company, name="Main", **iban)
    customer = world.make_customer(company, currency="CHF")
    invoice = world.issue(customer, "100.00", today(company))
    world.apply(world.receive(customer, "60.00", today(company)), invoice, "60.00", today(company))
    lines = code_of(client.get(page_of(client, invoice))).split("\n")
    assert lines[:4] == ["SPC", "0200", "1", "CH4431999123000889012"]
    assert (lines[18:20], lines[27:29]) == (["40.00", "CHF"], ["QRR", invoice.payment_reference])


def code_of(answer: Any) -> str:
    """What a camera reads of the page's picture."""
    picture = answer.content.decode().split('class="qr" src="')[1].split('"')[0]
    page = weasyprint.HTML(string=f'<img style="width: 8cm" src="{picture}">').write_pdf()
    [code] = codes_in(page)
    return code.replace("\r\n", "\n")
