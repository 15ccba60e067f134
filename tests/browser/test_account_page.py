"""The account behind a mailed link, in Chromium: readable in light and dark, on a phone, from right to left."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from credit_control.models import AccountLink
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.operations.send_statement import send_statement
from credit_control.statements.usual import usual_asked, usual_period
from office.models import BankAccount, OutgoingMail, Run
from office.work.runs import carry_out
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot
from tests.browser.looking import axe, faults_of_look
from tests.credit_control.opening import mailed_code

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_account_behind_a_link(
    company: Any, browser: Browser, live_server: Any, settings: Any, language: str
) -> None:
    settings.SITE_URL = live_server.url
    details = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    BankAccount.objects.create(company=company, name="Main", **details)
    customer = world.make_customer(company, language=language)
    branch = world.make_customer(company, "Bramble North", parent_id=customer.pk)
    for each in (customer, branch):
        world.issue(each, "1250.00", company.today() - timedelta(days=40))
        world.issue(each, "99.50", company.today())
    period = usual_period(customer, None, None)
    send_statement(period, usual_asked(customer, is_combined=True), by=None)
    token = mint_account_link(customer, customer.contacts.get(), is_combined=True)
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    watched, page = Watched(context, live_server.url), context.new_page()
    page.goto(f"{live_server.url}/p/account/{token}/")
    assert axe(page) == []
    shoot(page, f"portal-code-ask-{language}")
    page.locator(".button-main").click()
    page.locator("#code").fill("1")
    page.locator(".button-main").click()
    expect(page.locator("[aria-invalid='true']")).to_have_value("1")
    assert list(faults_of_look(page, f"portal-code-{language}")) == []
    page.set_viewport_size(PHONE)
    page.locator("#code").fill(mailed_code())
    page.locator(".button-main").click()

    expect(page.locator("#account-title")).to_be_visible()
    account = urlsplit(page.url).path
    assert list(faults_of_look(page, f"portal-account-{language}")) == []
    page.set_viewport_size(PHONE)
    for name in ("statement/?form=balance_forward", "documents/", "archive/"):
        page.goto(f"{live_server.url}{account}{name}")
        assert axe(page) == []
        shoot(page, f"portal-account-{name.split('/')[0]}-{language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".button-main").click()
    expect(page.locator("progress")).to_be_visible()
    assert axe(page) == []
    shoot(page, f"portal-account-archive-made-{language}")
    list(carry_out(Run.objects.get().pk))
    page.locator(".button-main").click()
    with page.expect_download():
        page.locator(".button-main").click()
    assert watched.complaints == []
    context.close()


def test_a_link_that_ran_out_is_renewed_on_a_phone(
    company: Any, customer: Any, browser: Browser, live_server: Any, settings: Any
) -> None:
    settings.SITE_URL = live_server.url
    token = mint_account_link(customer, customer.contacts.get())
    AccountLink.objects.update(expires_at=timezone.now())
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/p/account/{token}/")
    shoot(page, "portal-renew")
    page.get_by_role("button", name="Mail me a new link").click()
    expect(page.get_by_role("status")).to_contain_text("We have mailed a new link")
    assert OutgoingMail.objects.get().to_email == customer.contacts.get().email
    context.close()
