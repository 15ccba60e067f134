"""A customer pays on the page behind their link, in Chromium: the button, the provider's page, and the thank-you."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from billing.operations.mint_link import mint_link
from credit_control.operations.mint_account_link import mint_account_link
from payments.models import OnlinePayment
from reports.book_check import check_book
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot
from tests.browser.looking import axe, faults_of_look
from tests.credit_control.opening import open_in_browser
from tests.payments.online import report, session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_customer_pays_online(company: Any, browser: Browser, live_server: Any, settings: Any, language: str) -> None:
    settings.TEST_PROVIDER, settings.SITE_URL = True, live_server.url
    customer = world.make_customer(company, language=language)
    invoice = world.issue(customer, "100.00", company.today() - timedelta(days=1))
    token = mint_link(invoice, customer.contacts.get())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    watched, page = Watched(context, live_server.url), context.new_page()

    page.goto(f"{live_server.url}/p/{token}/")
    assert axe(page) == []
    shoot(page, f"portal-pay-{language}")
    page.get_by_role("button", name="online").click()

    expect(page.get_by_role("heading", name=invoice.number)).to_be_visible()
    assert axe(page) == []
    shoot(page, f"portal-practice-{language}")
    page.get_by_role("button", name="Pay", exact=True).click()

    thanks = {"en": "Thank you", "de": "Vielen Dank"}[language]
    expect(page.get_by_role("heading", name=thanks)).to_be_visible()
    assert axe(page) == []
    shoot(page, f"portal-thanks-{language}")
    assert world.open_of(invoice) == 0
    assert OnlinePayment.objects.get().receipt.amount == 100
    assert check_book() == []
    assert watched.complaints == []
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_customer_pays_several_invoices_at_once_on_a_phone(
    company: Any, browser: Browser, live_server: Any, settings: Any, language: str
) -> None:
    settings.TEST_PROVIDER, settings.SITE_URL = True, live_server.url
    customer = world.make_customer(company, language=language)
    papers = [world.issue(customer, amount, company.today() - timedelta(days=40)) for amount in ("1250.00", "99.50")]
    later = world.issue(customer, "60.00", company.today())
    world.receive(customer, "25.00", company.today())
    token = mint_account_link(customer, customer.contacts.get())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    watched, page = Watched(context, live_server.url), context.new_page()

    open_in_browser(page, live_server.url, token)
    page.locator("a", has=page.locator("use[href*='credit-card']")).click()
    assert list(faults_of_look(page, f"portal-pay-account-{language}")) == []
    page.set_viewport_size(PHONE)
    expect(page.locator("input[name=item]:checked")).to_have_count(2)
    page.get_by_label(papers[1].number).last.fill("50")
    page.locator("input[name=use_credit]").check()
    page.locator("form button.button-main").click()
    page.get_by_role("button", name="Pay", exact=True).click()

    expect(page.locator(".note-good")).to_contain_text(papers[0].number)
    assert list(faults_of_look(page, f"portal-paid-account-{language}")) == []
    assert [world.open_of(paper) for paper in (*papers, later)] == [0, Decimal("49.50"), 60]
    assert OnlinePayment.objects.get().receipt.amount == 1275
    assert check_book() == []
    assert watched.complaints == []
    context.close()


def test_the_page_of_a_chosen_amount_and_one_whose_money_is_on_its_way(
    company: Any, customer: Any, browser: Browser, live_server: Any, settings: Any
) -> None:
    settings.TEST_PROVIDER, settings.SITE_URL = True, live_server.url
    invoice = world.issue(customer, "100.00", company.today() - timedelta(days=1))
    token = mint_link(invoice, customer.contacts.get())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    watched, page = Watched(context, live_server.url), context.new_page()
    page.goto(f"{live_server.url}/p/{token}/")
    page.get_by_role("link", name="Pay another amount").click()
    page.get_by_label("Another amount").fill("300")
    page.get_by_role("button", name="Pay this amount online").click()
    expect(page.get_by_role("alert")).to_have_text("No more than €100.00 is open.")
    expect(page.get_by_label("Another amount")).to_have_value("300")
    assert list(faults_of_look(page, "portal-pay-amount")) == []

    page.get_by_label("Another amount").fill("40")
    page.get_by_role("button", name="Pay this amount online").click()
    expect(page.get_by_role("heading", name=invoice.number)).to_be_visible()
    payment = OnlinePayment.objects.get()
    page.goto(session(payment)["return_url"])
    expect(page.get_by_role("heading", name="Your payment is on its way")).to_be_visible()
    assert list(faults_of_look(page, "portal-on-its-way")) == []
    report(payment)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=15_000)  # the page looks by itself
    assert watched.complaints == []
    context.close()
