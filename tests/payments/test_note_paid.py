"""A customer says on the page behind their link that they have paid: what it holds back, and who looks."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from billing.models import Invoice
from billing.operations.mint_link import mint_link
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.reminders.pauses import read_pauses
from ledger.models import Entry
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import AuditRecord, OutgoingMail
from payments.models import PaidNotice, PaidNoticeFile
from payments.not_found_mail import compose
from payments.operations.close_paid_notice import close_paid_notice
from payments.operations.note_paid import PaidDetails, note_paid
from payments.paid_notices import with_state
from payments.proposals import proposals_for
from reports.to_do import tasks
from tests import world
from tests.billing.test_portal_disputes import opened, photo, text
from tests.payments.test_match_bank_line import line_of
from tests.rules.hostile import HOSTILE

pytestmark = pytest.mark.django_db
DAY, TODAY = date(2026, 3, 2), date(2026, 3, 5)


@pytest.fixture(autouse=True)
def some_days_after() -> Any:
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return world.issue(customer, "120.00", DAY, due_on=DAY)


def typed(**more: Any) -> dict[str, Any]:
    return {"amount": "120.00", "paid_on": "2026-03-04", "how": "transfer", "reference": "TRX 77"} | more


def told(invoice: Invoice, **more: Any) -> PaidNotice:
    details = PaidDetails(**{"amount": invoice.total, "paid_on": TODAY, "how": "transfer"} | more)
    return note_paid(invoice.pk, details, contact=invoice.customer.contacts.get(), on=TODAY)


def why_not_reminded(invoice: Invoice, on: date = TODAY) -> str:
    item = world.item_of(invoice)
    return read_pauses(invoice.company, [item], on).why(item)


def test_what_is_told_is_looked_for_and_enters_no_book(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    entries = Entry.objects.count()
    assert "I have paid already" in text(browser.get(page))
    form = text(browser.get(f"{page}paid/"))
    assert 'value="120.00"' in form

    answer = browser.post(f"{page}paid/", typed(file=photo()), follow=True)

    notice = PaidNotice.objects.get()
    assert (notice.amount, notice.paid_on, notice.how, notice.reference) == (
        120,
        date(2026, 3, 4),
        "transfer",
        "TRX 77",
    )
    assert (notice.contact, notice.told_on, notice.file.name) == (invoice.customer.contacts.get(), TODAY, "image.png")
    assert "Thank you: we look for it." in text(answer)
    assert "We look for this payment" in text(answer)
    assert "You told us on" in text(browser.get(page))
    assert (Entry.objects.count(), world.item_of(invoice).balance) == (entries, 120)
    row = AuditRecord.objects.get(action="note_paid")
    assert (row.by, row.after["contact"], row.after["amount"]) == (None, "Eva Brandt", "€120.00")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"paid_on": "2026-03-06"}, "That day is still to come. Please tell us once it is paid."),
        ({"paid_on": "2025-03-03"}, "That day is over a year ago."),
        ({"paid_on": "soon"}, "That did not work."),
        ({"amount": "0"}, "Please write the amount as a number above zero"),
        ({"amount": "-5"}, "Please write the amount as a number above zero"),
        ({"amount": "1.005"}, "Please write the amount as a number above zero"),
        ({"amount": "lots"}, "Please write the amount as a number above zero"),
        ({"amount": "120.01"}, "This document comes to €120.00. Please name what you paid of it."),
        ({"how": "shells"}, "That did not work."),
        ({"file": photo("a.csv", b"a,b")}, "a.csv cannot be taken. Send a photo (PNG or JPG) or a PDF."),
        ({"file": photo("a.pdf", b"MZ")}, "a.pdf cannot be taken."),
        ({"file": photo("big.pdf", b"%PDF-" + b"x" * 5_000_000)}, "big.pdf has more than 5 MB."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_kept(invoice: Invoice, more: Any, words: str) -> None:
    browser, page = opened(invoice)
    answer = browser.post(f"{page}paid/", typed(reference='<b>"mine"', **more))
    assert (answer.status_code, escape(words) in text(answer)) == (200, True), text(answer)
    assert escape('<b>"mine"') in text(answer)  # what was typed stands there still, and is no markup
    assert (PaidNotice.objects.count(), PaidNoticeFile.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", ["amount", "paid_on", "how", "reference"])
def test_whatever_is_typed_is_answered(invoice: Invoice, name: str) -> None:
    browser, page = opened(invoice)
    for value in HOSTILE:
        assert browser.post(f"{page}paid/", typed(**{name: value})).status_code in (200, 302), value


def test_a_second_notice_of_a_document_waits_until_the_first_is_closed(invoice: Invoice) -> None:
    first = told(invoice)
    with pytest.raises(Refused) as refusal:
        told(invoice)
    assert refusal.value.code == "told_already"
    with pytest.raises(IntegrityError, match="paid_notice_open_once"), transaction.atomic():  # whoever writes the row
        PaidNotice.objects.create(
            **{name: getattr(first, name) for name in ("company", "customer", "invoice", "contact", "amount")},
            **{name: getattr(first, name) for name in ("currency", "paid_on", "how", "told_on")},
        )
    close_paid_notice(first.pk, found=False, answer="Nothing came", by=None)
    assert told(invoice).pk != first.pk


def test_two_who_tell_at_once_tell_once(invoice: Invoice, in_parallel: Any) -> None:
    browser, page = opened(invoice)

    def send() -> int:
        own = Client()
        own.cookies = browser.cookies
        return own.post(f"{page}paid/", typed()).status_code

    assert in_parallel([send] * 4) == [302] * 4
    assert PaidNotice.objects.count() == 1


def test_of_what_is_paid_void_or_a_credit_memo_nothing_is_told(invoice: Invoice, customer: Any) -> None:
    browser, page = opened(invoice)
    world.apply(world.receive(customer, "120.00", TODAY), invoice, "120.00", TODAY)
    assert "I have paid already" not in text(browser.get(page))
    answer = browser.post(f"{page}paid/", typed())
    assert "Nothing of it is open any more" in text(answer)
    memo, there = opened(world.issue_credit_memo(customer, "5.00", DAY))
    assert memo.get(f"{there}paid/").status_code == 404
    assert PaidNotice.objects.count() == 0


def test_reminders_of_that_document_wait_as_long_as_the_policy_says(invoice: Invoice, customer: Any) -> None:
    other = world.issue(customer, "50.00", DAY)
    notice = told(invoice)
    assert why_not_reminded(invoice) == "They say it is paid: it waits until Mar 15, 2026."
    assert why_not_reminded(invoice, TODAY + timedelta(days=10)) != ""
    assert (why_not_reminded(invoice, TODAY + timedelta(days=11)), why_not_reminded(other)) == ("", "")
    set_credit_policy(invoice.company, {"paid_notice_days": 0}, by=None)
    assert why_not_reminded(invoice) == ""
    set_credit_policy(invoice.company, {"paid_notice_days": 10}, by=None)
    close_paid_notice(notice.pk, found=False, answer="Nothing came", by=None)
    assert why_not_reminded(invoice) == ""


def test_it_closes_by_itself_when_the_document_is_paid(invoice: Invoice, customer: Any, clerk: Any) -> None:
    def waits() -> list[int]:
        words = "Payments that customers told of"
        return [task.count for task in tasks(clerk, invoice.company, TODAY) if task.words == words]

    told(invoice)
    assert waits() == [1]
    world.apply(world.receive(customer, "120.00", TODAY), invoice, "120.00", TODAY)
    assert ([row.state for row in with_state(PaidNotice.objects.all())], waits()) == (["paid"], [])
    browser, page = opened(invoice)
    assert "We have found this payment. Thank you." in text(browser.get(f"{page}paid/"))


def test_the_customer_reads_what_was_not_found_and_tells_more(invoice: Invoice, company: Any) -> None:
    browser, page = opened(invoice)
    notice = told(invoice)
    staff = Client()
    staff.force_login(world.make_user(company, "collector"))
    close = reverse("payments:close_paid_notice", args=[notice.pk])
    assert "Say what you looked for" in text(staff.post(close, {"outcome": "not_found"}, follow=True))
    staff.post(close, {"outcome": "not_found", "answer": "No <b>such</b> amount came in March"})
    notice.refresh_from_db()
    assert (notice.status, notice.closed_by.name) == ("not_found", "Collector")
    shown = text(browser.get(f"{page}paid/"))
    assert "We could not find this payment." in shown
    assert escape("No <b>such</b> amount came in March") in shown
    assert "We could not find it." in text(browser.get(page))
    browser.post(f"{page}paid/", typed(reference="Sent by our head office"))
    assert PaidNotice.objects.filter(status="open").get().reference == "Sent by our head office"
    assert "is closed already" in text(staff.post(close, {"outcome": "found"}, follow=True))


def test_after_some_notices_of_one_document_the_page_takes_no_more(invoice: Invoice) -> None:
    for _ in range(5):
        close_paid_notice(told(invoice).pk, found=False, answer="Nothing", by=None)
    with pytest.raises(Refused) as refusal:
        told(invoice)
    assert refusal.value.code == "too_many"


def test_a_link_that_is_used_too_often_in_an_hour_is_refused_in_words(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    for _ in range(60):
        browser.post(f"{page}seen/")
    assert "That is more than this page takes." in text(browser.post(f"{page}paid/", typed()))
    assert PaidNotice.objects.count() == 0


def test_staff_see_it_on_the_document_and_its_file_only_as_a_download(invoice: Invoice, company: Any) -> None:
    notice = told(invoice, file=("note.pdf", b"%PDF-1.7 bank"))
    staff = Client()
    staff.force_login(world.make_user(company, "clerk"))
    shown = text(staff.get(reverse("billing:invoice", args=[invoice.pk])))
    assert "Eva Brandt told us on Mar 5, 2026 that they paid €120.00." in shown
    file = staff.get(reverse("payments:paid_notice_file", args=[notice.pk]))
    assert (file.content, file["Content-Disposition"]) == (b"%PDF-1.7 bank", 'attachment; filename="note.pdf"')


@pytest.mark.parametrize(
    ("amount", "paid_on", "is_told"), [("120.00", 1, True), ("119.00", 1, False), ("120.00", 5, False)]
)
def test_a_bank_line_of_just_that_says_that_we_were_told(
    company: Any, customer: Any, amount: str, paid_on: int, is_told: bool
) -> None:
    for _ in range(5):  # nothing else speaks for anybody
        world.issue(world.make_customer(company, "Else"), "120.00", DAY)
    told(world.issue(customer, "120.00", DAY), paid_on=date(2026, 3, paid_on))
    found = proposals_for(line_of(company, amount))
    words = "they told us on 5 March that they paid INV-2026-0006"
    assert any(words in each.proposal.reasons for each in found) == is_told


def test_what_was_told_stays_as_it_was_told(invoice: Invoice) -> None:
    told(invoice)
    changes: list[Callable[[], Any]] = [
        lambda: PaidNotice.objects.update(amount=1),
        lambda: PaidNotice.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
            change()


def test_another_customers_cookie_opens_nothing(invoice: Invoice, company: Any) -> None:
    mine, _ = opened(world.issue(world.make_customer(company, "Other"), "5.00", DAY))
    token = mint_link(invoice, invoice.customer.contacts.get())
    page = Client().get(f"/p/{token}/")["Location"]
    assert mine.get(f"{page}paid/").status_code == 404
    assert mine.post(f"{page}paid/", typed(file=SimpleUploadedFile("a.png", b"x"))).status_code == 404


def not_found(invoice: Invoice, answer: str = "No <b>such</b> amount came") -> OutgoingMail:
    close_paid_notice(told(invoice).pk, found=False, answer=answer, by=None)
    return OutgoingMail.objects.get(kind="payment_not_found")


def test_what_was_not_found_is_mailed_once_to_who_told_of_it(invoice: Invoice) -> None:
    mail = not_found(invoice)
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.status, mail.to_email) == ("sent", "eva@bramble.example")
    letter = compose(mail)
    assert letter.subject == f"We could not find your payment for {invoice.number}"
    for words in ("You told us on 5 Mar 2026 that you paid €120.00", "No <b>such</b> amount came", "ask your bank"):
        assert words in letter.text
    assert escape("No <b>such</b> amount came") in letter.html
    link = re.findall(r"https?://\S+/p/\S+", letter.text)[0]
    assert "I have paid already" in text(Client().get(link[link.index("/p/") :], follow=True))
    with pytest.raises(Refused):
        close_paid_notice(PaidNotice.objects.get().pk, found=False, answer="Again", by=None)
    assert OutgoingMail.objects.filter(kind="payment_not_found").count() == 1


def test_what_was_found_mails_nothing(invoice: Invoice) -> None:
    close_paid_notice(told(invoice).pk, found=True, by=None)
    assert not OutgoingMail.objects.filter(kind="payment_not_found").exists()


def test_a_payment_that_came_meanwhile_keeps_the_mail_here(invoice: Invoice) -> None:
    mail = not_found(invoice)
    world.apply(world.receive(invoice.customer, "120.00", TODAY), invoice, "120.00", TODAY)
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.status, mail.explanation) == ("cancelled", "Not sent: nothing of the document is open any more.")


def test_it_is_written_in_the_language_of_the_document(company: Any) -> None:
    customer = world.make_customer(company, "Nile", language="ar")
    invoice = world.issue(customer, "120.00", DAY, due_on=DAY)
    letter = compose(not_found(invoice, "لم نجد"))
    assert 'dir="rtl"' in letter.html
    assert "We could not find" not in letter.text + letter.subject


def test_who_told_of_it_and_left_is_written_to_no_more(invoice: Invoice) -> None:
    notice = told(invoice)
    customer = invoice.customer
    customer.contacts.update(is_active=False)
    other = customer.contacts.create(name="Ben", email="ben@bramble.example", gets_invoices=True)
    close_paid_notice(notice.pk, found=False, answer="Nothing came", by=None)
    assert OutgoingMail.objects.get(kind="payment_not_found").contact_id == other.pk
