"""A mandate given, seen and ended on a phone: early word while the IBAN is typed, and all of it without script, too."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from credit_control.operations.mint_account_link import mint_account_link
from customers.models import Mandate
from customers.operations.decide_mandate import approve_mandate
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot
from tests.browser.looking import faults_of_look
from tests.credit_control.opening import open_in_browser
from tests.payments.debits import may_debit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_mandate_is_given_on_a_phone(
    company: Any, browser: Browser, live_server: Any, settings: Any, language: str
) -> None:
    settings.SITE_URL = live_server.url
    may_debit(company)
    customer = world.make_customer(company, language=language)
    world.issue(customer, "1250.00", company.today())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    watched, page = Watched(context, live_server.url), context.new_page()
    open_in_browser(page, live_server.url, mint_account_link(customer, customer.contacts.get()))
    page.locator("[href$='/mandate/']").click()
    shoot(page, f"portal-mandate-{language}")

    page.locator("#holder").fill("Bramble GmbH")
    page.locator("#number").press_sequentially("de88370400440532013000")
    expect(page.locator("#number-says")).not_to_be_empty()
    wrong = page.locator("#number-says").text_content()
    page.locator("#number").fill("de89370400440532013000")
    page.locator("#holder").focus()
    expect(page.locator("#number")).to_have_value("DE89 3704 0044 0532 0130 00")
    assert page.locator("#number-says").text_content() not in ("", wrong)
    assert list(faults_of_look(page, f"portal-mandate-typed-{language}")) == []
    page.set_viewport_size(PHONE)
    page.locator("[name=agreed]").check()
    page.locator("form[data-lengths] .button-main").click()

    expect(page.get_by_role("status")).to_be_visible()
    assert list(faults_of_look(page, f"portal-mandate-given-{language}")) == []
    page.set_viewport_size(PHONE)
    approve_mandate(Mandate.objects.get().pk, by=None)
    page.reload()
    page.locator("summary").click()
    shoot(page, f"portal-mandate-live-{language}")
    page.locator("[name=sure]").check()
    page.locator("details .button").click()
    expect(page.locator("form[data-lengths]")).to_be_visible()
    assert Mandate.objects.get().revoked_on == company.today()
    assert watched.complaints == []
    context.close()


def test_without_script_it_is_given_all_the_same(
    company: Any, customer: Any, browser: Browser, live_server: Any, settings: Any
) -> None:
    settings.SITE_URL = live_server.url
    may_debit(company)
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    open_in_browser(page, live_server.url, mint_account_link(customer, customer.contacts.get()))
    page.goto(f"{live_server.url}{urlsplit(page.url).path}mandate/")
    for number in ("DE89 3704 0044 0532 0130 0", "DE89 3704 0044 0532 0130 00"):
        page.locator("#holder").fill("Bramble GmbH")
        page.locator("#number").fill(number)
        page.locator("[name=agreed]").check()
        page.get_by_role("button", name="Give the mandate").click()
    expect(page.get_by_role("status").first).to_contain_text("Thank you")
    assert Mandate.objects.count() == 1
    context.close()
