"""A reminder run looked at and sent, and a collector's ten minutes by keyboard alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from credit_control.models import ContactNote, PaymentPromise, Reminder
from office.models import OutgoingMail, Run
from office.work.runs import carry_out
from reports.book_check import check_book
from tests import world
from tests.credit_control.reminding import at_any_hour, ladder, late, send_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def debtors(company: Any, customer: Any) -> list[Any]:
    """Three who are late, the largest first."""
    ladder(company, [1, 8, 15])
    at_any_hour(company)
    others = [world.make_customer(company, name) for name in ("Cedar Ltd", "Dune AG")]
    for each, amount in zip([customer, *others], ("900.00", "300.00", "60.00"), strict=True):
        late(each, amount, 30)
    return [customer, *others]


def test_a_reminder_run_is_looked_at_and_sent(
    company: Any, debtors: list[Any], log_in: Callable[[Any], Page], relay: Any
) -> None:
    debtors[2].contacts.update(is_active=False)
    page = log_in(world.make_user(company, "collector"))
    page.get_by_role("link", name="Reminders", exact=True).click()
    page.get_by_role("link", name="Look who is late").first.click()
    expect(page.get_by_role("heading", name="Will get one: 2")).to_be_visible()
    expect(page.get_by_text("Nobody there gets reminders by mail.")).to_be_visible()
    page.get_by_label("Cedar Ltd").uncheck()
    page.get_by_role("button", name="Remind those chosen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reminders of 1 customer")
    assert [run.status for run in carry_out(Run.objects.get().pk)][-1] == "done"
    send_all()
    assert [mail["To"] for mail in relay.taken] == ["Eva Brandt <eva@bramble.example>"]

    page.get_by_role("link", name="Reminders", exact=True).click()
    page.get_by_role("link", name="First reminder").click()
    expect(page.get_by_text("Sent", exact=True)).to_be_visible()
    page.get_by_role("link", name="Reminders", exact=True).first.click()
    page.get_by_role("link", name="Look who is late").first.click()
    expect(page.get_by_role("heading", name="Will get one: 1")).to_be_visible()
    expect(page.get_by_label("Cedar Ltd")).to_be_visible()
    assert (Reminder.objects.count(), OutgoingMail.objects.count()) == (1, 1)
    assert check_book() == []


def test_a_collectors_ten_minutes_by_keyboard(company: Any, debtors: list[Any], log_in: Callable[[Any], Page]) -> None:
    page = log_in(world.make_user(company, "collector"))
    keys = page.keyboard
    keys.press("g")
    keys.press("w")
    page.wait_for_url("**/worklist/")
    expect(page.get_by_role("heading", name="Bramble GmbH")).to_be_visible()

    keys.press("n")
    keys.type("Eva looks for the invoice")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Cedar Ltd")).to_be_visible()

    page.wait_for_load_state()  # before, the page is there and its keys are not
    keys.press("p")
    page.wait_for_url("**/promise/")
    page.get_by_label("They pay by").focus()
    day = company.today() + timedelta(days=3)
    keys.type(day.strftime("%m%d%Y"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Recorded. Reminders wait until")).to_be_visible()

    page.wait_for_load_state()
    keys.press("g")
    keys.press("w")
    page.wait_for_url("**/worklist/")
    keys.press("j")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_url("**customer=*")
    keys.press("n")
    keys.type("Nobody answers")
    for _ in range(3):
        keys.press("Tab")
    keys.type((company.today() + timedelta(days=7)).strftime("%m%d%Y"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("off the list")).to_be_visible()

    assert PaymentPromise.objects.get().customer == debtors[1]
    assert next((note.words, note.customer) for note in ContactNote.objects.order_by("pk")) == (
        "Eva looks for the invoice",
        debtors[0],
    )
    assert ContactNote.objects.count() == 2
    assert check_book() == []
