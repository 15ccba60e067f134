"""A customer on a phone disputes a line with a photo; the clerk answers and credits; both see the same in the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.dispute_mail import compose
from billing.disputes import disputed_now
from billing.mail import KIND
from billing.models import Dispute, Invoice
from billing.operations.mint_link import mint_link
from billing.operations.send_invoice import send_invoice
from office.mail.handing_over import hand_over
from office.models import OutgoingMail
from reports.ageing import AgeingQuestion, ageing
from reports.book_check import check_book
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot
from tests.browser.looking import axe

pytestmark = pytest.mark.django_db(transaction=True)
PHOTO = b"\x89PNG\r\n\x1a\n a photo of a cracked board"


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    lines = [world.line("200.00", description="Shelf"), world.line("300.00", description="Desk")]
    return world.issue(customer, lines, company.today())


def mailed_link(site: str) -> str:
    """The link that the mail of the invoice brought, as it stands in it."""
    mail = OutgoingMail.objects.get(kind=KIND)
    hand_over(mail.pk)
    mail.refresh_from_db()
    words = bytes(mail.kept_message).decode().replace("=\r\n", "").replace("=\n", "")
    return site + "/p/" + words.split("/p/")[1].split("/")[0] + "/"


def test_a_customer_disputes_a_line_on_the_phone_and_it_is_credited(
    browser: Any, live_server: Any, enter: Callable[[Any], Page], invoice: Invoice, clerk: Any, tmp_path: Path
) -> None:
    send_invoice(invoice.pk, by=None)
    photo = tmp_path / "cracked.png"
    photo.write_bytes(PHOTO)
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    phone = context.new_page()
    phone.goto(mailed_link(live_server.url))
    phone.get_by_role("link", name="Tell us what is wrong").click()
    phone.get_by_label("Shelf").check()
    phone.get_by_label("What is wrong?").select_option(label="The goods or the work were faulty")
    phone.get_by_label("Tell us more").fill("A board is cracked.")
    phone.get_by_label("Photos or papers").set_input_files(photo)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you: we have it")
    followed = phone.url

    desk = enter(clerk)
    desk.goto(live_server.url + reverse("billing:dispute_list"))
    desk.get_by_role("link", name="DP-").click()
    expect(desk.locator(".talk-theirs")).to_contain_text("A board is cracked.")
    expect(desk.get_by_role("link", name="cracked.png")).to_be_visible()
    assert (
        desk.request.get(live_server.url + desk.get_by_role("link", name="cracked.png").get_attribute("href")).body()
        == PHOTO
    )
    desk.get_by_label("Comment for colleagues").fill("The carrier again.")
    desk.get_by_role("button", name="Comment").click()
    expect(desk.locator("#talk")).to_contain_text("The carrier again.")
    desk.get_by_label("Answer by mail").fill("We credit the shelf.")
    desk.get_by_role("button", name="Send the answer").click()
    expect(desk.locator(".talk-ours")).to_contain_text("We credit the shelf.")
    desk.get_by_role("link", name="Credit…").click()
    desk.get_by_label("Tell the customer").fill("Sorry for the board.")
    expect(desk.locator("#live-totals")).to_contain_text("€200.00")
    desk.get_by_role("button", name="Issue the credit memo").click()
    expect(desk.locator(".notice-green")).to_contain_text("Credit memo")

    phone.goto(followed)
    expect(phone.get_by_text("We credited it.")).to_be_visible()
    expect(phone.get_by_text("Credit memo CM-")).to_contain_text("€200.00")
    expect(phone.get_by_text("Sorry for the board.")).to_be_visible()
    assert "The carrier again." not in phone.content()
    phone.get_by_role("link", name="Back to the document").click()
    expect(phone.locator(".due-amount")).to_have_text("€300.00")
    context.close()

    case = Dispute.objects.get()
    assert (case.outcome, world.open_of(invoice), disputed_now([world.item_of(invoice).pk])) == ("credit_memo", 300, {})
    [total] = ageing(AgeingQuestion(invoice.company_id, invoice.company.today())).totals
    assert (total.total, world.owes(invoice.customer, invoice.company.today())) == (300, 300)
    last = OutgoingMail.objects.filter(kind="dispute").order_by("-pk").first()
    assert "Sorry for the board." in compose(last).text
    assert check_book() == []


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("de", "dark"), ("ar", "light")])
def test_its_pages_are_clean_on_a_phone(
    browser: Any, live_server: Any, company: Any, settings: Any, language: str, scheme: str
) -> None:
    settings.SITE_URL = live_server.url
    customer = world.make_customer(company, language=language)
    invoice = world.issue(customer, [world.line("200.00", description="Shelf")], company.today())
    token = mint_link(invoice, customer.contacts.get())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", color_scheme=scheme)
    watched, page = Watched(context, live_server.url), context.new_page()
    page.goto(f"{live_server.url}/p/{token}/")
    page.locator("a[href$='/dispute/']").click()
    page.wait_for_url("**/dispute/")
    for name in ("asked", "refused"):
        assert axe(page) == []
        shoot(page, f"portal-dispute-{name}-{language}")
        page.locator("#id_reason").select_option(index=1)
        page.locator(".object .button-main").click()
    page.locator("input[name=lines]").check()
    page.locator("#id_words").fill("A board is cracked.")
    page.locator(".object .button-main").click()
    expect(page.locator("#dispute-title")).to_be_visible()
    assert axe(page) == []
    shoot(page, f"portal-dispute-{language}")
    page.locator(".object .buttons a").click()
    expect(page.locator("#document-title")).to_be_visible()
    assert axe(page) == []
    shoot(page, f"portal-disputed-{language}")
    assert watched.complaints == []
    context.close()
