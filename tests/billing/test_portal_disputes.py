"""A customer objects on the page behind their link: what they may, what is refused and how, and what stays ours."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from billing.models import Dispute, DisputeFile, DisputeMessage, DisputeOutcome, Invoice
from billing.operations.answer_dispute import answer_dispute
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.close_dispute import close_dispute
from billing.operations.credit_dispute import credit_dispute
from billing.operations.manage_links import revoke_link
from billing.operations.mint_link import mint_link
from office.operations.comment import comment
from office.talk.topics import About
from tests import world
from tests.billing.disputing import DAY, dispute, held, reason
from tests.rules.test_hostile_input import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n a photo"


@pytest.fixture(autouse=True)
def some_days_after() -> Any:
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    lines = [world.line("50.00", "2", world.make_tax(company, "20"), description="Paper"), world.line("80.00")]
    return world.issue(customer, lines, DAY)


def opened(invoice: Invoice, browser: Client | None = None) -> tuple[Client, str]:
    """A reader who came by the link, and the page's address."""
    browser = browser or Client()
    token = mint_link(invoice, invoice.customer.contacts.first())
    return browser, browser.get(f"/p/{token}/")["Location"]


def objection(invoice: Invoice, **typed: Any) -> dict[str, Any]:
    usual = {"scope": "lines", "lines": [invoice.lines.first().pk], "reason": reason(invoice.company, "not_received")}
    return usual | {"words": "Nothing came.", "amount": ""} | typed


def photo(name: str = "image.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_line_is_disputed_with_a_photo_and_the_rest_is_still_asked_for(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    form = text(browser.get(f"{page}dispute/"))
    assert "What is wrong with INV-2026-0001?" in form
    assert "€120.00" in form
    answer = browser.post(f"{page}dispute/", objection(invoice, files=[photo()]), follow=True)
    case = Dispute.objects.get()
    assert (case.amount, case.source, case.contact, case.opened_by) == (
        120,
        "customer",
        invoice.customer.contacts.get(),
        None,
    )
    assert (case.words, case.files.get().name, held(invoice)) == ("Nothing came.", "image.png", 120)
    assert "Thank you: we have it, and look into it." in text(answer)
    assert answer.redirect_chain[-1][0] == f"{page}dispute/{case.pk}/"
    shown = text(browser.get(page))
    assert "€120.00 of it is in dispute: you need not pay that now." in shown
    assert '<p class="due-amount">€80.00</p>' in shown
    assert "Your objection DP-2026-0001" in shown


def test_all_of_it_disputed_leaves_nothing_to_pay_now(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    browser.post(f"{page}dispute/", objection(invoice, scope="whole"))
    shown = text(browser.get(page))
    assert "Nothing to pay" in shown
    assert "€200.00 of it is in dispute" in shown
    assert "How to pay" not in shown
    again = text(browser.get(f"{page}dispute/"))
    assert "Nothing of it is open that is not in dispute already." in again


@pytest.mark.parametrize(("typed", "amount"), [("12.50", "12.50"), ("12,50", "12.50"), ("1 12", "112")])
def test_an_amount_is_read_as_it_is_written(invoice: Invoice, typed: str, amount: str) -> None:
    browser, page = opened(invoice)
    browser.post(f"{page}dispute/", objection(invoice, scope="amount", amount=typed))
    assert Dispute.objects.get().amount == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"scope": "amount", "amount": "200.01"}, "No more than €200.00 is open and in no dispute yet."),
        ({"scope": "amount", "amount": "0"}, "Please write the amount as a number above zero"),
        ({"scope": "amount", "amount": "lots"}, "Please write the amount as a number above zero"),
        ({"lines": []}, "Please tick the lines that are wrong."),
        ({"lines": ["0"]}, "That did not work."),
        ({"reason": ""}, "That did not work."),
        ({"reason": "999999"}, "That did not work."),
        ({"words": "x" * 4001}, "That did not work."),
        (
            {"files": [photo("a.exe", b"MZ")]},
            "a.exe cannot be taken. Send one of these: PDF, PNG, JPG, CSV, XLSX, ODS.",
        ),
        ({"files": [photo("a.pdf", b"GIF89")]}, "a.pdf cannot be taken."),
        ({"files": [photo("big.png", PNG + b"x" * 5_000_000)]}, "big.png has more than 5 MB."),
        ({"files": [photo(), photo("none.png", b"")]}, "none.png is empty."),
        ({"files": [photo(f"{place}.png") for place in range(6)]}, "Please send at most 5 files at once."),
    ],
)
def test_what_is_refused_is_said_in_plain_words_and_nothing_is_kept(invoice: Invoice, typed: Any, words: str) -> None:
    browser, page = opened(invoice)
    answer = browser.post(f"{page}dispute/", objection(invoice, **typed))
    assert (answer.status_code, escape(words) in text(answer)) == (200, True), text(answer)
    assert (Dispute.objects.count(), DisputeFile.objects.count(), held(invoice)) == (0, 0, 0)


def test_a_visit_changes_nothing(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    case = dispute(invoice, "10.00")
    for address in (f"{page}dispute/", f"{page}dispute/{case.pk}/"):
        assert (browser.get(address).status_code, browser.head(address).status_code) == (200, 200)
        assert browser.get(address)["Referrer-Policy"] == "same-origin"
    assert (Dispute.objects.count(), DisputeMessage.objects.count()) == (1, 0)


def test_a_form_from_elsewhere_is_refused(invoice: Invoice) -> None:
    browser, page = opened(invoice, Client(enforce_csrf_checks=True))
    assert browser.post(f"{page}dispute/", objection(invoice)).status_code == 403
    assert Dispute.objects.count() == 0


def test_the_customer_follows_it_and_answers_and_never_sees_what_is_ours(invoice: Invoice, clerk: Any) -> None:
    browser, page = opened(invoice)
    browser.post(f"{page}dispute/", objection(invoice))
    case = Dispute.objects.get()
    comment(case.company, About.of(case), "They always complain.", by=clerk)
    secret = attach_to_dispute(case.pk, "secret.png", PNG, is_inside=True, by=clerk)
    shared = attach_to_dispute(case.pk, "label.png", PNG, by=clerk)
    answer_dispute(case.pk, "Please send us a photo.", by=clerk)
    address = f"{page}dispute/{case.pk}/"
    shown = text(browser.get(address))
    assert "Please send us a photo." in shown
    assert "Nothing arrived" in shown
    for ours in ("They always complain.", "secret.png", "Clerk"):
        assert ours not in shown
    assert browser.get(f"{address}files/{shared.pk}/").content == PNG
    assert browser.get(f"{address}files/{secret.pk}/").status_code == 404
    done = browser.post(address, {"words": "Here.", "files": [photo()]}, follow=True)
    assert "Thank you: we have your message." in text(done)
    assert DisputeMessage.objects.get(kind="from_customer").words == "Here."
    bad = browser.post(address, {"words": "  "})
    assert "Please write something." in text(bad)
    bad = browser.post(address, {"words": "See this", "files": [photo("x.exe")]})
    assert "x.exe cannot be taken." in text(bad)
    assert "See this</textarea>" in text(bad)
    assert DisputeMessage.objects.filter(kind="from_customer").count() == 1


def test_the_customer_sees_how_it_ended(invoice: Invoice, clerk: Any) -> None:
    browser, page = opened(invoice)
    credited, refused = dispute(invoice, "60.00"), dispute(invoice, "10.00")
    credit_dispute(credited.pk, Decimal(60), reason="x", note="You are right.", by=clerk, on=date(2026, 3, 5))
    close_dispute(refused.pk, DisputeOutcome.REFUSED, on=date(2026, 3, 5), by=clerk, note="It came on time.")
    shown = text(browser.get(f"{page}dispute/{credited.pk}/"))
    assert "We credited it." in shown
    assert "Credit memo CM-2026-0001 over €60.00 is in your favour." in shown
    assert "You are right." in shown
    shown = text(browser.get(f"{page}dispute/{refused.pk}/"))
    assert "We cannot agree." in shown
    assert "It came on time." in shown
    assert "This is closed." in text(browser.post(f"{page}dispute/{refused.pk}/", {"words": "But"}))
    assert '<p class="due-amount">€140.00</p>' in text(browser.get(page))


def test_nothing_of_another_document_or_customer_is_reached(invoice: Invoice, company: Any) -> None:
    other = world.issue(world.make_customer(company, "Castell AG"), "10.00", DAY)
    sibling = world.issue(invoice.customer, "10.00", DAY)
    browser, page = opened(invoice)
    for paper in (other, sibling):
        case = dispute(paper, "5.00")
        kept = attach_to_dispute(case.pk, "a.png", PNG)
        for path in (f"dispute/{case.pk}/", f"dispute/{case.pk}/files/{kept.pk}/"):
            assert browser.get(page + path).status_code == 404
        assert browser.post(f"{page}dispute/{case.pk}/", {"words": "x"}).status_code == 404
    answer = browser.post(f"{page}dispute/", objection(invoice, lines=[other.lines.get().pk]))
    assert "That did not work." in text(answer)
    assert Dispute.objects.filter(source="customer").count() == 0
    _, foreign = opened(other)
    assert browser.post(f"{foreign}dispute/", objection(other)).status_code == 404


def test_without_the_link_or_once_it_is_revoked_there_is_no_page(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    assert Client().get(f"{page}dispute/").status_code == 404
    assert Client().post(f"{page}dispute/", objection(invoice)).status_code == 404
    revoke_link(invoice.links.get().pk, by=None)
    assert browser.post(f"{page}dispute/", objection(invoice)).status_code == 404
    assert Dispute.objects.count() == 0


def test_a_credit_memo_is_nothing_to_object_to(customer: Any) -> None:
    browser, page = opened(world.issue_credit_memo(customer, "10.00", DAY))
    assert browser.get(f"{page}dispute/").status_code == 404


@pytest.mark.parametrize(
    ("language", "words", "typed"),
    [
        ("de", ("Was stimmt nicht mit INV-2026-0001?", "Es kam nichts an"), "1.112,50"),
        ("fr", ("Dites-nous-en plus", "Rien n'est arrivé"), "12,50"),
        ("ar", ("ما المشكلة؟", "لم يصل شيء"), "12.50"),
        ("ja", ("詳しくお聞かせください", "何も届いていない"), "12.50"),
        ("es", ("¿Qué líneas?", "No llegó nada"), "12,50"),
        ("nl", ("Welke regels?", "Er is niets geleverd"), "12,50"),
    ],
)
def test_it_is_asked_in_the_customers_language(company: Any, language: str, words: Any, typed: str) -> None:
    invoice = world.issue(world.make_customer(company, "Ahorn", language=language), "2000.00", DAY)
    browser, page = opened(invoice)
    form = text(browser.get(f"{page}dispute/"))
    for said in words:
        assert escape(said) in form
    answer = browser.post(f"{page}dispute/", objection(invoice, scope="amount", amount="9999"))
    assert "No more than" not in text(answer)
    browser.post(f"{page}dispute/", objection(invoice, scope="amount", amount=typed))
    assert Dispute.objects.get().amount == Decimal(typed.replace(".", "").replace(",", ".") if "," in typed else typed)


def test_whatever_is_typed_is_answered(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    case = dispute(invoice, "1.00")
    for value in HOSTILE:
        for name in ("scope", "lines", "amount", "reason", "words"):
            typed = objection(invoice, scope="amount", amount="1") | {name: value}
            assert browser.post(f"{page}dispute/", typed).status_code in (200, 302), (name, value)
        assert browser.post(f"{page}dispute/{case.pk}/", {"words": value}).status_code in (200, 302), value
    odd = photo("a\0b\n.png")
    assert browser.post(f"{page}dispute/{case.pk}/", {"words": "x", "files": [odd]}).status_code in (200, 302)


def test_a_button_pressed_twice_opens_one(invoice: Invoice, in_parallel: Any) -> None:
    browsers = [opened(invoice) for _ in range(3)]
    typed = objection(invoice, scope="amount", amount="10")
    answers = in_parallel([lambda it=it: it[0].post(f"{it[1]}dispute/", typed).status_code for it in browsers])
    assert answers == [302, 302, 302]
    assert (Dispute.objects.count(), held(invoice)) == (1, 10)
