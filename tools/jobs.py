"""Do the ten commonest jobs of a billing specialist in a running demo office, and count what they take.

`python tools/jobs.py [http://localhost:8000]` prints, for each job, the keys that move or choose, and the letters that
say something (a name, an amount, a reason); none needs a click. Each begins at the front page and ends where the page
shows that it is done. The office must be a demo that `bin/start --fresh` just filled; the jobs change it.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect, sync_playwright

PASSWORD = "duebook-demo"  # noqa: S105  it stands on the demo's log-in page


class Hand:
    """Somebody at the front page who has no mouse, and of whom each key and letter is counted."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.keys = self.letters = 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def go(self, key: str, address: str) -> None:
        """Go to a list by g and its letter."""
        self.press("g", key)
        self.page.wait_for_url(f"**{address}")

    def type(self, text: str) -> None:
        """Write something."""
        self.letters += len(text)
        self.page.keyboard.type(text, delay=15)

    def sees(self, what: Locator) -> None:
        """Wait until it is shown."""
        expect(what.first).to_be_visible()


class Job(NamedTuple):
    words: str
    do: Callable[[Hand], None]


def issue_an_invoice(hand: Hand) -> None:
    hand.press("c")
    hand.page.wait_for_url("**/invoices/new/")
    hand.page.wait_for_load_state("networkidle")
    hand.type("alder")
    hand.sees(hand.page.get_by_role("option", name="Alder & Sons Joinery"))
    hand.press("Enter")
    hand.type("oak")
    hand.sees(hand.page.get_by_role("option", name="Shelving unit, oak, 180 cm"))
    hand.press("Enter", "Tab")
    hand.type("3")
    hand.press("Control+s")
    hand.sees(hand.page.get_by_role("heading", name="Draft invoice"))
    hand.press("Control+Enter")
    hand.sees(hand.page.get_by_role("heading", name="INV-"))


def credit_an_invoice(hand: Hand) -> None:
    find(hand, number(hand, "/invoices/?state=open"))
    hand.press("c")
    hand.page.wait_for_url("**/credit/")
    hand.type("Wrong")
    hand.press("Control+s")
    hand.sees(hand.page.get_by_role("heading", name="Credit memo CM-"))


def take_a_payment(hand: Hand) -> None:
    find(hand, number(hand, "/invoices/?state=overdue"))
    hand.press("p")
    hand.page.wait_for_url("**/receipts/new/**")
    hand.press("Control+s")
    hand.sees(hand.page.get_by_role("heading", name="Receipt RC-"))


def book_a_bank_line(hand: Hand) -> None:
    hand.go("b", "/bank/")
    hand.press("w")
    hand.page.wait_for_url("**/bank/queue/")
    open_lines = hand.page.locator("[data-queue-row]:not([data-queue-row='done'])")
    before = open_lines.count()
    hand.press("1")
    expect(open_lines).to_have_count(before - 1)


def see_what_a_customer_owes(hand: Hand) -> None:
    hand.press("/")
    hand.type("upton")
    hand.press("Enter")
    hand.page.wait_for_url("**/search/**")
    hand.press("j", "Enter")
    hand.sees(hand.page.get_by_role("heading", name="Open items"))


def remind_who_is_late(hand: Hand) -> None:
    hand.go("d", "/reminders/")
    hand.press("c")
    hand.page.wait_for_url("**/reminders/new/")
    hand.press("Control+Enter")
    hand.sees(hand.page.get_by_role("heading", name="Reminders of"))


def note_a_promise(hand: Hand) -> None:
    hand.go("w", "/worklist/")
    hand.press("p")
    hand.page.wait_for_url("**/promise/")
    hand.page.wait_for_load_state("networkidle")
    hand.type((date.today() + timedelta(days=5)).strftime("%m%d%Y"))  # noqa: DTZ011  the demo's day is this machine's
    hand.press("Control+Enter")
    hand.sees(hand.page.get_by_text("Recorded. Reminders wait until"))


def open_a_dispute(hand: Hand) -> None:
    find(hand, number(hand, "/invoices/?state=open"))
    hand.press("d")
    hand.page.wait_for_url("**/dispute/")
    hand.page.wait_for_load_state("networkidle")
    hand.type("Goods")
    hand.press("Tab")
    hand.type("One of them is broken")
    hand.press("Control+s")
    hand.sees(hand.page.get_by_role("heading", name="Dispute DP-"))


def send_a_statement(hand: Hand) -> None:
    see_what_a_customer_owes(hand)
    hand.press("s")
    hand.page.wait_for_url("**/statement/")
    hand.press("Control+Enter")
    hand.sees(hand.page.get_by_text("is kept, and leaves by mail"))


def send_all_statements(hand: Hand) -> None:
    hand.go("s", "/statements/")
    hand.press("c")
    hand.page.wait_for_url("**/statements/new/")
    hand.press("Control+Enter")
    hand.sees(hand.page.get_by_role("button", name="Send"))
    hand.press("Control+Enter")
    hand.sees(hand.page.get_by_text("Done", exact=True))


JOBS = [
    Job("Issue and mail an invoice of a product to a customer", issue_an_invoice),
    Job("Credit an invoice that a customer calls about", credit_an_invoice),
    Job("Record a payment of an invoice, and settle it", take_a_payment),
    Job("Book a line of the bank's as it is proposed", book_a_bank_line),
    Job("See what a customer owes", see_what_a_customer_owes),
    Job("Remind all who are late", remind_who_is_late),
    Job("Note a promise to pay, on the phone", note_a_promise),
    Job("Take down what a customer disputes", open_a_dispute),
    Job("Send a customer their statement now", send_a_statement),
    Job("Send all customers their monthly statements", send_all_statements),
]


def find(hand: Hand, what: str) -> None:
    """Open a document by its number, from any page."""
    hand.press("/")
    hand.type(what)
    hand.press("Enter")
    hand.sees(hand.page.get_by_role("heading", name=what))


def number(hand: Hand, listed: str) -> str:
    """The number of the first document of a list, which somebody says on the phone."""
    hand.page.goto(hand.site + listed)
    said = hand.page.locator("tbody a").first.inner_text()
    hand.page.goto(hand.site)
    return said


def main(site: str) -> None:
    """Do all jobs as a clerk, and print what each took."""
    print(f"{'':54}  keys  letters")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium())
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en-US")
        page.goto(f"{site}/log-in/")
        page.get_by_label("E-mail address").fill("clerk@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{site}/")
        for job in JOBS:
            page.goto(site)
            hand = Hand(page, site)
            job.do(hand)
            print(f"{job.words:54}{hand.keys:6}{hand.letters:9}")
        browser.close()


def _chromium() -> str | None:
    """The machine's own, where Playwright has none of its own."""
    return next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000")
