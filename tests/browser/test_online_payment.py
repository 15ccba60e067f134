"""A customer pays on the page behind their link, in Chromium: the button, the provider's page, and the thank-you."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from billing.operations.mint_link import mint_link
from payments.models import OnlinePayment
from reports.book_check import check_book
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot
from tests.browser.looking import axe

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
