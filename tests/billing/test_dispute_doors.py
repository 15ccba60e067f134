"""Disputes on staff's screens and for programs: who may do what, and that both do the same."""

from base64 import b64encode
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import Dispute, DisputeMessage, DisputeOutcome, Invoice
from billing.operations.close_dispute import close_dispute
from office.models import Comment, OutgoingMail
from tests import world
from tests.api.calling import Program, refused
from tests.billing.disputing import DAY, dispute, held, reason

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n a photo"


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    lines = [world.line("50.00", "2", world.make_tax(company, "20"), description="Paper"), world.line("80.00")]
    return world.issue(customer, lines, DAY)


def browser_of(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def page(browser: Client, name: str, *args: Any, **query: Any) -> str:
    return browser.get(reverse(f"billing:{name}", args=args), query).content.decode()


def test_where_all_is_disputed_there_is_no_form_for_more(company: Any, invoice: Invoice) -> None:
    browser = browser_of(world.make_user(company, "clerk"))
    assert "Open the dispute" in page(browser, "open_dispute", invoice.pk)
    dispute(invoice)
    shown = page(browser, "open_dispute", invoice.pk)
    assert "Nothing of it is open that is not in dispute already." in shown
    assert "Open the dispute" not in shown


def test_a_collector_opens_answers_and_refuses_but_credits_nothing(company: Any, invoice: Invoice) -> None:
    browser = browser_of(world.make_user(company, "collector"))
    assert "€200.00 is open and not disputed yet" in page(browser, "open_dispute", invoice.pk)
    typed = {"scope": "lines", "lines": [invoice.lines.first().pk], "reason_code": reason(company), "words": "Too dear"}
    typed |= {"respond_by": company.today() + timedelta(days=3), "department": "sales"}
    shown = browser.post(reverse("billing:open_dispute", args=[invoice.pk]), typed, follow=True).content.decode()
    opened = Dispute.objects.get()
    assert (opened.amount, opened.department, opened.words) == (120, "sales", "Too dear")
    assert f"{opened} is opened." in shown
    assert "Paper: €120.00" in shown
    assert "Credit…" not in shown
    assert browser.get(reverse("billing:credit_invoice", args=[invoice.pk])).status_code == 403
    say = reverse("billing:answer_dispute", args=[opened.pk])
    browser.post(say, {"words": "Which price?"})
    browser.post(reverse("office:say", args=["billing.dispute", opened.pk]), {"body": "Bargaining again"})
    assert list(DisputeMessage.objects.values_list("kind", "words")) == [("to_customer", "Which price?")]
    assert list(Comment.objects.values_list("about_type", "body")) == [("billing.dispute", "Bargaining again")]
    close = reverse("billing:close_dispute", args=[opened.pk])
    wrong = browser.post(close, {"outcome": "refused", "note": ""}, follow=True).content.decode()
    assert "Say why it is refused" in wrong
    browser.post(close, {"outcome": "refused", "note": "As agreed"})
    opened.refresh_from_db()
    assert (opened.outcome, opened.outcome_note) == ("refused", "As agreed")
    again = browser.post(reverse("billing:reopen_dispute", args=[opened.pk]), {"reason": "A letter"}, follow=True)
    assert "is open again" in again.content.decode()
    assert held(invoice) == 120


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"scope": "lines"}, "Tick the lines that are disputed."),
        ({"scope": "amount", "amount": "200.01"}, "€200.00 is open and not disputed yet."),
        ({"scope": "amount"}, "Say how much is disputed"),
        ({"reason_code": ""}, "This field is required."),
    ],
)
def test_what_is_refused_is_said_and_what_was_typed_stays(
    company: Any, invoice: Invoice, clerk: Any, typed: Any, words: str
) -> None:
    form = {"scope": "whole", "reason_code": reason(company), "words": "Typed", "respond_by": "2030-01-01"} | typed
    shown = browser_of(clerk).post(reverse("billing:open_dispute", args=[invoice.pk]), form).content.decode()
    assert words in shown
    assert "Typed" in shown
    assert Dispute.objects.count() == 0


def test_its_page_keeps_the_customer_s_talk_and_ours_apart_and_takes_files(invoice: Invoice, clerk: Any) -> None:
    browser, opened = browser_of(clerk), dispute(invoice, words="It is broken", by=clerk)
    photo = SimpleUploadedFile("broken.png", PNG)
    browser.post(reverse("office:say", args=["billing.dispute", opened.pk]), {"body": "Ours"})
    browser.post(reverse("billing:attach_to_dispute", args=[opened.pk]), {"to": "inside", "file": photo})
    shown = page(browser, "dispute", opened.pk)
    talk, notes = shown.split('id="talk-title"')[1].split('id="comments-title"')
    assert "It is broken" in talk
    assert "Ours" not in talk
    assert "Ours" in notes
    assert "broken.png" in notes
    kept = opened.files.get()
    answer = browser.get(reverse("billing:dispute_file", args=[kept.pk]))
    assert (answer.content, answer["Content-Disposition"]) == (PNG, 'attachment; filename="broken.png"')
    bad = SimpleUploadedFile("a.exe", b"MZ")
    shown = browser.post(reverse("billing:attach_to_dispute", args=[opened.pk]), {"file": bad}, follow=True)
    assert "a.exe cannot be attached." in shown.content.decode()


def test_crediting_from_the_dispute_closes_it(invoice: Invoice, clerk: Any) -> None:
    browser, line = browser_of(clerk), invoice.lines.first()
    opened = dispute(invoice, lines={line.pk: None})
    address = f"{reverse('billing:credit_invoice', args=[invoice.pk])}?dispute={opened.pk}"
    form = browser.get(address).content.decode()
    assert f'name="line_{line.pk}" id="id_line_{line.pk}" value="2"' in form
    assert "Price differs from what was agreed" in form
    typed = {"way": "lines", f"line_{line.pk}": "2", "reason": "Faulty", "note": "Sorry!", "apply": "on"}
    shown = browser.post(address, typed, follow=True).content.decode()
    opened.refresh_from_db()
    assert (opened.outcome, opened.outcome_note, opened.credit_memo.total) == ("credit_memo", "Sorry!", 120)
    assert "Credit memo" in shown
    assert page(browser, "invoice", invoice.pk).count(str(opened)) >= 1
    other = world.issue(invoice.customer, "10.00", DAY)
    assert browser.get(reverse("billing:credit_invoice", args=[other.pk]), {"dispute": opened.pk}).status_code == 404


def test_billing_anew_from_the_dispute_closes_it(invoice: Invoice, clerk: Any) -> None:
    browser, opened = browser_of(clerk), dispute(invoice, "50.00")
    address = f"{reverse('billing:correct_invoice', args=[invoice.pk])}?dispute={opened.pk}"
    assert "is closed with that" in browser.get(address).content.decode()
    answer = browser.post(address, {"reason": "Wrong address", "note": "A new one comes."})
    opened.refresh_from_db()
    assert answer.url == reverse("billing:invoice_edit", args=[opened.replacement_id])
    assert (opened.outcome, opened.outcome_note) == ("rebilled", "A new one comes.")


def test_the_list_shows_what_is_held_and_adds_up(company: Any, invoice: Invoice, clerk: Any) -> None:
    today = company.today()
    late = dispute(invoice, "150.00", owner_id=clerk.pk, respond_by=today - timedelta(days=1))
    other = dispute(invoice, "40.00", respond_by=today + timedelta(days=1), department="shipping")
    world.apply(world.receive(invoice.customer, "40.00", DAY), invoice, "40.00", DAY)
    browser = browser_of(clerk)
    rows = Program(clerk).get("disputes/").json()["results"]
    assert [(row["number"], row["state"], row["held"]) for row in rows] == [
        (late.number, "overdue", "150.00"),
        (other.number, "open", "10.00"),
    ]
    assert held(invoice) == 160
    for query, numbers in (
        ({"state": "overdue"}, [late]),
        ({"state": "open"}, [late, other]),
        ({"state": "escalated"}, []),
        ({"state": "closed"}, []),
        ({"department": "shipping"}, [other]),
        ({"owner": clerk.name}, [late]),
        ({"owner": "-"}, [other]),
        ({"q": invoice.number}, [late, other]),
    ):
        shown = page(browser, "dispute_list", **query)
        assert [each for each in (late, other) if f">{each}<" in shown] == numbers, query
    foot = page(browser, "dispute_list", part="foot")
    assert "€160.00" in foot
    assert browser.get(reverse("billing:dispute_list"), {"as": "csv"}).status_code == 200


def test_a_customers_page_shows_what_they_objected_to(invoice: Invoice, clerk: Any) -> None:
    browser, address = browser_of(clerk), reverse("customers:customer", args=[invoice.customer_id])
    assert "disputes-title" not in browser.get(address).content.decode()
    refused, opened = dispute(invoice, "10.00"), dispute(invoice, "30.00")
    close_dispute(refused.pk, DisputeOutcome.REFUSED, on=DAY, by=clerk, note="No")
    panel = browser.get(address).content.decode().split('id="disputes-title"')[1].split("</section>")[0]
    assert panel.index(str(opened)) < panel.index(str(refused))
    assert "€30.00" in panel
    assert "refused" in panel


def test_a_program_does_all_of_it(company: Any, invoice: Invoice, clerk: Any) -> None:
    program, line = Program(clerk), invoice.lines.first()
    body = {"invoice": invoice.pk, "reason_code": reason(company), "lines": [{"line": line.pk, "amount": "24.00"}]}
    answer = program.post("disputes/", body, key="once")
    made = answer.json()
    assert (answer.status_code, made["amount"], made["held"], made["state"]) == (201, "24.00", "24.00", "open")
    assert program.post("disputes/", body, key="once").json()["id"] == made["id"]
    path = f"disputes/{made['id']}/"
    said = program.post(f"{path}messages/", {"words": "Which one?"}).json()
    assert [each["words"] for each in said["messages"]] == ["Which one?"]
    file = {"name": "a.png", "content": b64encode(PNG).decode()}
    [kept] = program.post(f"{path}files/", file).json()["files"]
    assert program.get(f"dispute-files/{kept['id']}/").content == PNG
    given = program.post(f"{path}assign/", {"department": "sales"}).json()
    assert (given["department"], given["respond_by"]) == ("sales", made["respond_by"])
    wanted = {"reason": "x", "note": "Yes", "lines": [{"line": line.pk, "quantity": "2", "unit_price": "40"}]}
    done = program.post(f"{path}credit/", wanted).json()
    assert (done["outcome"], done["outcome_note"], done["held"]) == ("price_correction", "Yes", "0.00")
    assert world.open_of(invoice) == Decimal(176)
    assert refused(program.post(f"{path}close/", {"outcome": "refused", "note": "x"})) == (409, "invalid_move")
    assert refused(program.post(f"{path}reopen/", {"reason": "x"})) == (409, "invalid_move")
    second = program.post("disputes/", {"item": world.item_of(invoice).pk, "reason_code": reason(company)}).json()
    assert second["amount"] == "176.00"
    anew = program.post(f"disputes/{second['id']}/rebill/", {"reason": "x"}).json()
    assert (anew["outcome"], world.open_of(invoice)) == ("rebilled", 0)


def test_programs_without_the_right_or_of_another_company_change_nothing(company: Any, invoice: Invoice) -> None:
    opened = dispute(invoice, "10.00")
    collector, auditor = (Program(world.make_user(company, role)) for role in ("collector", "auditor"))
    stranger = Program(world.make_user(world.make_company(), "manager"))
    path = f"disputes/{opened.pk}/"
    assert refused(collector.post(f"{path}credit/", {"reason": "x"})) == (403, "permission_denied")
    assert refused(auditor.post(f"{path}messages/", {"words": "x"})) == (403, "permission_denied")
    assert auditor.get(path).status_code == 200
    for answer in (stranger.get(path), stranger.post(f"{path}credit/", {"reason": "x"})):
        assert refused(answer)[0] == 404
    both = {"invoice": invoice.pk, "item": 1, "reason_code": reason(company)}
    assert refused(collector.post("disputes/", both))[0] == 400
    assert held(invoice) == 10


BAD_FILE = ("photo.svg", b"<svg/>", "image/svg+xml")


def test_an_answer_whose_file_cannot_be_kept_is_not_sent_and_its_words_stay(company: Any, invoice: Invoice) -> None:
    browser = browser_of(world.make_user(company, "collector"))
    opened = dispute(invoice)
    mails = OutgoingMail.objects.count()

    say = reverse("billing:answer_dispute", args=[opened.pk])
    shown = browser.post(say, {"words": "Look at this photo", "file": SimpleUploadedFile(*BAD_FILE)}).content.decode()

    assert (DisputeMessage.objects.count(), OutgoingMail.objects.count()) == (0, mails)
    assert "Look at this photo</textarea>" in shown
    assert "stands on their page" not in shown


def test_a_dispute_whose_file_cannot_be_kept_is_not_opened(company: Any, invoice: Invoice) -> None:
    browser = browser_of(world.make_user(company, "collector"))
    typed = {"scope": "whole", "reason_code": reason(company), "words": "Too dear", "department": "sales"}
    typed |= {"respond_by": company.today(), "file": SimpleUploadedFile(*BAD_FILE)}
    shown = browser.post(reverse("billing:open_dispute", args=[invoice.pk]), typed)

    assert (shown.status_code, Dispute.objects.count()) == (200, 0)
    assert "Too dear" in shown.content.decode()
