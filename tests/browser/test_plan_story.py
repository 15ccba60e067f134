"""A collector offers a plan; the customer accepts it on the mailed link, on a phone; both see it paid, to the end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from credit_control.models import PaymentPlan
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.plans.words import CONFIRMATION, OFFER
from office.mail.handing_over import hand_over
from office.models import BankAccount, OutgoingMail
from reports.ageing import AgeingQuestion, ageing
from reports.book_check import check_book
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot
from tests.browser.looking import axe
from tests.credit_control.opening import open_in_browser
from tests.credit_control.planning import offer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(company: Any, customer: Any) -> Any:
    details = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    BankAccount.objects.create(company=company, name="Main", **details)
    return world.issue(customer, "900.00", company.today() - timedelta(days=75))


def mailed_token() -> str:
    """The token of the link that the mail of the offer brought, as it stands in it."""
    mail = OutgoingMail.objects.get(kind=OFFER)
    hand_over(mail.pk)
    mail.refresh_from_db()
    words = bytes(mail.kept_message).decode().replace("=\r\n", "").replace("=\n", "")
    return words.split("/p/account/")[1].split("/")[0]


def test_a_plan_accepted_on_the_link(
    browser: Any, live_server: Any, enter: Callable[[Any], Page], customer: Any, invoice: Any
) -> None:
    today = customer.company.today()
    desk = enter(world.make_user(customer.company, "collector"))
    desk.goto(live_server.url + reverse("customers:customer", args=[customer.pk]))
    desk.get_by_role("link", name="Agree on a plan").click()
    desk.get_by_label("Number of instalments").fill("3")
    desk.get_by_label("First payment").fill("500")
    desk.get_by_label("First day").fill(str(today + timedelta(days=7)))
    desk.get_by_role("button", name="Propose instalments").click()
    expect(desk.get_by_label("Amount of instalment 2")).to_have_value("200.00")
    desk.get_by_label("Amount of instalment 2").fill("250")
    expect(desk.locator("#plan-sum")).to_contain_text("Too much")
    shoot(desk, "plan-new")
    desk.get_by_label("Amount of instalment 3").fill("150")
    expect(desk.locator("#plan-sum")).not_to_contain_text("Too much")
    desk.get_by_role("button", name="Offer or record this plan").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Payment plan")
    offered = desk.url

    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    phone = context.new_page()
    open_in_browser(phone, live_server.url, mailed_token())
    phone.get_by_role("link", name="See the offer and answer").click()
    phone.wait_for_url("**/plan/**")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.get_by_label("I agree to pay €900.00").check()
    phone.get_by_label("Your name").fill("Eva Brandt")
    phone.get_by_role("button", name="Accept the plan").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you: it is agreed.")
    phone.get_by_role("link", name="Your account").click()
    expect(phone.get_by_text("€0.00 of €900.00 is paid.")).to_be_visible()

    desk.goto(offered)
    expect(desk.get_by_text("Eva Brandt")).to_be_visible()
    expect(desk.get_by_text("On the mailed link")).to_be_visible()
    world.apply(world.receive(customer, "600.00", today), invoice, "600.00", today)
    desk.reload()
    expect(desk.get_by_text("€600.00 of €900.00 came")).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("Next: €150.00")).to_be_visible()
    context.close()

    [total] = ageing(AgeingQuestion(customer.company_id, today)).totals
    assert (total.current, total.total, total.planned) == (300, 300, 300)
    confirmation = OutgoingMail.objects.get(kind=CONFIRMATION)
    hand_over(confirmation.pk)
    assert PaymentPlan.objects.get().accepted_how == "link"
    assert check_book() == []


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("de", "dark"), ("ar", "light")])
def test_its_page_is_clean_on_a_phone(
    browser: Any, live_server: Any, company: Any, settings: Any, language: str, scheme: str
) -> None:
    settings.SITE_URL = live_server.url
    customer = world.make_customer(company, language=language)
    paper = world.issue(customer, "300.00", company.today() - timedelta(days=60))
    plan = offer(customer, [paper], (10, "150.00"), (40, "150.00"))
    token = mint_account_link(customer, customer.contacts.get())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", color_scheme=scheme)
    watched, page = Watched(context, live_server.url), context.new_page()
    open_in_browser(page, live_server.url, token)
    assert axe(page) == []
    shoot(page, f"portal-plan-account-{language}")
    page.locator(f"a[href$='/plan/{plan.pk}/']").click()
    page.wait_for_url(f"**/plan/{plan.pk}/")
    assert axe(page) == []
    shoot(page, f"portal-plan-offer-{language}")
    page.locator("input[name=agreed]").check()
    page.locator("#plan-name").fill("Eva")
    page.locator(".button-main").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert axe(page) == []
    shoot(page, f"portal-plan-{language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert watched.complaints == []
    context.close()
