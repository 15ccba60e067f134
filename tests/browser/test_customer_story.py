"""What a customer does with our mails on a phone, in four languages: opens, pays, objects, agrees."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from billing.models import Dispute, Invoice
from billing.operations.send_invoice import send_invoice
from credit_control.models import PaymentPlan
from credit_control.plans.words import OFFER
from office.mail.handing_over import hand_over
from office.models import BankAccount, OutgoingMail
from reports.book_check import check_book
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot
from tests.browser.looking import axe
from tests.credit_control.opening import mailed_code
from tests.credit_control.planning import offer

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ["en", "de", "ar", "ja"]
IBAN = "DE02120300000000202051"
HEAVIEST = 100_000
"""Bytes of a page with all that it brings, but the logo."""


@pytest.fixture
def debtor(company: Any, settings: Any, live_server: Any, request: pytest.FixtureRequest) -> Any:
    """A customer who reads this language, of a company that is paid online or into its bank account."""
    settings.TEST_PROVIDER, settings.SITE_URL = True, live_server.url
    BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=IBAN, currency="EUR")
    return world.make_customer(company, language=request.getfixturevalue("language"))


def mailed_link(mail: OutgoingMail) -> str:
    """The link that a mail brought, as it stands in it."""
    hand_over(mail.pk)
    mail.refresh_from_db()
    words = bytes(mail.kept_message).decode().replace("=\r\n", "").replace("=\n", "")
    return "/p/" + words.split("/p/")[1].split()[0].split('"')[0]


def link_to(invoice: Invoice) -> str:
    [mail] = send_invoice(invoice.pk, by=None)
    return mailed_link(mail)


def require_clean(page: Page, name: str) -> None:
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shoot(page, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_opens_pays_objects_and_agrees(
    debtor: Any, browser: Browser, live_server: Any, language: str, tmp_path: Path
) -> None:
    today = debtor.company.today()
    paid = world.issue(debtor, "100.00", today - timedelta(days=1))
    wrong = world.issue(debtor, [world.line("200.00", description="Shelf"), world.line("30.00")], today)
    late = world.issue(debtor, "300.00", today - timedelta(days=60))
    photo = tmp_path / "cracked.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n a photo of a cracked board")
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    watched, page = Watched(context, live_server.url), context.new_page()

    page.goto(live_server.url + link_to(paid))
    require_clean(page, f"story-invoice-{language}")
    page.locator("form[action$='/pay/'] button").first.click()
    page.locator("button[value=pay]").click()
    expect(page.locator("h1")).to_be_visible()
    require_clean(page, f"story-paid-{language}")

    page.goto(live_server.url + link_to(wrong))
    page.locator("a[href$='/dispute/']").click()
    page.locator("input[name=lines]").first.check()
    page.locator("#id_reason").select_option(index=1)
    page.locator("#id_words").fill("A board is cracked.")
    page.locator("input[type=file]").set_input_files(photo)
    page.locator(".object .button-main").click()
    expect(page.locator("#dispute-title")).to_be_visible()
    require_clean(page, f"story-objected-{language}")

    plan = offer(debtor, [late], (10, "150.00"), (40, "150.00"))
    page.goto(live_server.url + mailed_link(OutgoingMail.objects.get(kind=OFFER)))
    page.locator(".button-main").click()
    page.locator("#code").fill(mailed_code())
    page.locator(".button-main").click()
    require_clean(page, f"story-account-{language}")
    page.locator(f"a[href$='/plan/{plan.pk}/']").click()
    page.locator("input[name=agreed]").check()
    page.locator("#plan-name").fill("Eva")
    page.locator(".button-main").click()
    expect(page.get_by_role("status")).to_be_visible()
    require_clean(page, f"story-agreed-{language}")

    assert (world.open_of(paid), PaymentPlan.objects.get().accepted_how) == (0, "link")
    case = Dispute.objects.get()
    assert (case.amount, case.invoice_id, case.files.count()) == (200, wrong.pk, 1)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert page.locator("html").get_attribute("lang").split("-")[0] == language
    assert check_book() == []
    assert watched.complaints == []
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_page_is_light_and_needs_no_script(debtor: Any, browser: Browser, live_server: Any, language: str) -> None:
    invoice = world.issue(debtor, [world.line("10.00") for _ in range(40)], debtor.company.today())
    link = live_server.url + link_to(invoice)
    context = browser.new_context(viewport=PHONE)
    page, answers = context.new_page(), list[Response]()
    page.on("response", lambda answer: answers.append(answer))
    page.goto(link, wait_until="networkidle")
    weight = {answer.url.removeprefix(live_server.url): len(answer.body()) for answer in answers if answer.ok}
    assert len(weight) >= 3
    assert sum(weight.values()) < HEAVIEST, weight
    context.close()

    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    paper = page.locator("#pay").inner_text().replace(" ", "").replace("\u00a0", "")
    assert IBAN in paper
    assert invoice.number in paper
    expect(page.locator(".due-amount").first).to_contain_text("400")
    context.close()
