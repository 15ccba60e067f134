"""A statement as PDF and Excel, and what staff see of it."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import python_calamine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from customers.operations.create_customer import create_customer
from customers.operations.details import AddressDetails, CustomerDetails
from office.models import BankAccount
from tests import world

pytestmark = pytest.mark.django_db
JAN, FEB = date(2026, 1, 1), date(2026, 2, 28)
DAYS = {"from_on": "2026-01-01", "on": "2026-02-28"}


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def pdf_of(client: Client, customer: Any, **asked: str) -> list[str]:
    answer = client.get(reverse("credit_control:statement_now_pdf", args=[customer.pk]), DAYS | asked)
    assert answer["Content-Type"] == "application/pdf"
    return text_of(answer.content)


def test_the_page_shows_what_is_open_by_age(customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", JAN, due_on=date(2026, 1, 31))
    page = browser(clerk).get(reverse("credit_control:statement_now", args=[customer.pk]), DAYS).content.decode()
    for words in (invoice.number, "€100.00", "28 days late", "1–30 days late", "Open items"):
        assert words in page
    assert "Statement" in browser(clerk).get(reverse("customers:customer", args=[customer.pk])).content.decode()


def test_a_days_error_leads_back(customer: Any, clerk: Any) -> None:
    address = reverse("credit_control:statement_now", args=[customer.pk])
    for wrong in ({"from_on": "2026-03-01", "on": "2026-02-01"}, {"on": "2999-01-01"}, {"on": "x"}, {"form": "x"}):
        assert browser(clerk).get(address, wrong)["Location"] == address


def test_the_pdf_says_the_same_in_the_customers_language(company: Any, clerk: Any) -> None:
    customer = world.make_customer(company, "Bremer Werft", language="de")
    BankAccount.objects.create(
        company=company, name="Main", holder="Alder Ltd", iban="DE02120300000000202051", currency="EUR"
    )
    invoice = world.issue(customer, "1234.50", JAN, due_on=date(2026, 1, 31))
    [page] = pdf_of(browser(clerk), customer)
    for words in ("Kontoauszug", invoice.number, "1.234,50", "28 Tage", "DE02 1203", customer.number):
        assert words in page, words


def test_movements_carry_their_balance_over_each_page(customer: Any, clerk: Any) -> None:
    for number in range(60):
        world.issue(customer, f"{number + 1}.00", JAN)
    pages = pdf_of(browser(clerk), customer, form="balance_forward")
    assert len(pages) == 3
    carried = re.search(r"Carried forward\s+([\d,.]+)", pages[0])
    brought = re.search(r"Brought forward\s+([\d,.]+)", pages[1])
    assert carried
    assert brought
    assert carried[1] == brought[1]
    assert "1,830.00" in pages[2]


def test_a_combined_pdf_names_its_accounts_with_a_subtotal_each(company: Any, clerk: Any) -> None:
    parent = world.make_customer(company, "Compass plc")
    for name, amount in (("North", "120.00"), ("South", "80.00")):
        world.issue(create_customer(company, CustomerDetails(name, parent_id=parent.pk), by=None), amount, JAN)
    [page] = pdf_of(browser(clerk), parent, combined="on")
    for words in ("Combined statement of account", "This statement covers several accounts", "North", "South"):
        assert words in page
    assert page.count("Subtotal") == 2
    assert "€200.00" in page
    [own] = pdf_of(browser(clerk), parent)
    assert "Nothing is open" in own
    assert "North" not in own


def test_right_to_left_and_two_currencies(company: Any, clerk: Any) -> None:
    customer = world.make_customer(
        company, "Nile", language="ar", addresses=[AddressDetails(street="Corniche 1", city="Cairo", country="EG")]
    )
    world.issue(customer, "100.00", JAN)
    world.issue(customer, "50.00", JAN, currency="USD", exchange_rate=Decimal("0.9"))
    page = "".join(pdf_of(browser(clerk), customer))
    assert "EUR" in page
    assert "USD" in page


def test_excel_has_true_numbers_and_dates_and_no_formula(company: Any, clerk: Any) -> None:
    customer = world.make_customer(company, "=1+1 Ltd", contacts=[])
    invoice = world.issue(customer, "100.00", JAN, due_on=date(2026, 1, 31))
    answer = browser(clerk).get(reverse("credit_control:statement_now_xlsx", args=[customer.pk]), DAYS)
    rows = python_calamine.load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    [line] = [row for row in rows if invoice.number in row]
    assert line[1] == "'=1+1 Ltd"
    assert line[4:6] == [JAN, date(2026, 1, 31)]
    assert line[6:11] == [28, 100, 100, 0, "EUR"]
    assert rows[-1][:3] == [100, 0, 100]


def test_the_door_keeps_to_ones_own_customers_and_rights(customer: Any) -> None:
    other = world.make_company()
    stranger = browser(world.make_user(other))
    for name in ("statement_now", "statement_now_pdf", "statement_now_xlsx"):
        address = reverse(f"credit_control:{name}", args=[customer.pk])
        assert stranger.get(address).status_code == 404
        assert browser(world.make_user(customer.company, "sales")).get(address).status_code == 403
