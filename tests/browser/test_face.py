"""The company's colour on its customers' pages, in Chromium: readable in light and dark, whatever the colour is."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from billing.operations.mint_link import mint_link
from credit_control.operations.mint_account_link import mint_account_link
from office.face.colours import readable_shade
from office.face.shown import HelpContact
from office.models import BankAccount
from office.operations.set_face import set_face
from tests import world
from tests.browser.conftest import PHONE, Watched
from tests.browser.looking import faults_of_look
from tests.credit_control.opening import open_in_browser

pytestmark = pytest.mark.django_db(transaction=True)
COLOURS = {"yellow": readable_shade("#ffe600"), "dark": "#0a0014"}
FILL = "getComputedStyle(document.querySelector('.button-main')).backgroundColor"


@pytest.mark.parametrize(("name", "language"), [("yellow", "en"), ("dark", "ar")])
def test_customers_pages_can_be_read_in_every_colour(
    company: Any, browser: Browser, live_server: Any, settings: Any, name: str, language: str
) -> None:
    settings.SITE_URL = live_server.url
    words = {("en", place): f"Of our own, {place}." for place in ("greeting", "paying", "foot", "hours")}
    set_face(company, accent=COLOURS[name], contact=HelpContact("Team", "help@alder.example"), texts=words, by=None)
    BankAccount.objects.create(
        company=company, name="Main", holder="Alder Ltd", iban="DE02120300000000202051", currency="EUR"
    )
    customer = world.make_customer(company, language=language)
    contact = customer.contacts.get()
    invoice = world.issue(customer, "99.50", company.today())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    watched, page = Watched(context, live_server.url), context.new_page()

    page.goto(f"{live_server.url}/p/{mint_link(invoice, contact)}/")
    red, green, blue = (int(COLOURS[name][place : place + 2], 16) for place in (1, 3, 5))
    assert page.evaluate(FILL) == f"rgb({red}, {green}, {blue})"
    assert list(faults_of_look(page, f"face-document-{name}")) == []
    for each in ("paid", "dispute", "promise"):
        page.goto(f"{page.url.split('/d/')[0]}/d/{page.url.split('/d/')[1].split('/')[0]}/{each}/")
        assert list(faults_of_look(page, f"face-{each}-{name}")) == []
    open_in_browser(page, live_server.url, mint_account_link(customer, contact))
    page.locator("#account-title").wait_for()
    assert list(faults_of_look(page, f"face-account-{name}")) == []
    assert watched.complaints == []
    context.close()
