"""What the last whole check found, in words, with its pages; and the way there from the front page."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from ledger.checks import Finding
from office.tasks import carry_out_run
from reports.book_check import all_checks, check_book
from reports.check_words import WORDS, words_of
from reports.operations.begin_book_check import ask_book_check
from reports.subjects import PATTERNS, pages_of
from reports.to_do import tasks
from reports.whole_check import whole_check
from tests import world
from tests.api.calling import Program
from tests.browser.things.everything import make_things

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
FOUND = "a document and the book say the same amount, day and customer"


@pytest.fixture
def manager(company: Any) -> Any:
    return world.make_user(company, "manager")


@pytest.fixture
def invoice(customer: Any, superuser_cursor: Any) -> Any:
    """An invoice that was changed past Duebook, beside one that was not."""
    world.issue(customer, "20.00", DAY)
    wrong = world.issue(customer, "10.00", DAY)
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE billing_invoice SET total = 11, net = 11 WHERE id = %s", [wrong.pk])
    return wrong


def check(company: Any, by: Any) -> None:
    carry_out_run(ask_book_check(company, by=by).pk)


def test_every_check_has_words_and_no_words_are_of_none() -> None:
    names = {each.name for each in all_checks()}

    assert sorted(names - set(WORDS)) == []  # a check without words: write them in reports/check_words.py
    assert sorted(set(WORDS) - names) == []
    for words in WORDS.values():
        assert reverse(words.way.page)
    assert words_of("a check of former days").cause.startswith("This check is made no more")


def test_the_checks_of_the_chain_of_documents_are_named_as_such() -> None:
    assert {name for name, words in WORDS.items() if words.is_chain} == {
        "a document says what it said when issued",
        "each document holds the hash of the one before",
        "a series ends with the hash of its last document",
    }


def test_it_says_when_by_whom_and_what(company: Any, invoice: Any, manager: Any, client: Any) -> None:
    client.force_login(manager)
    assert "was not checked as a whole yet" in client.get(reverse("reports:book_checks")).content.decode()
    check(company, manager)
    page = client.get(reverse("reports:book_checks")).content.decode()

    assert "3 findings." in page
    assert "by Manager" in page
    assert "Chain of documents" in page
    assert "The customer owes another amount in the book than the document asks for." in page
    found = next(each for each in whole_check(company).by_check if each.check == FOUND)
    told = client.get(reverse("reports:found_by_check", args=[found.key])).content.decode()
    assert f'<a href="{reverse("billing:invoice", args=[invoice.pk])}">document {invoice.number}</a>' in told
    assert client.get(reverse("reports:found_by_check", args=["nothing"])).status_code == 404


def test_a_sound_book_is_said_to_be_sound(company: Any, customer: Any, manager: Any, client: Any) -> None:
    world.issue(customer, "10.00", DAY)
    check(company, manager)
    client.force_login(manager)

    assert (
        f"every one of {len(all_checks())} checks passed" in client.get(reverse("reports:book_checks")).content.decode()
    )
    assert [task.words for task in tasks(manager, company, DAY) if task.is_bad] == []


def test_what_is_found_stands_red_among_what_is_to_do_until_a_check_finds_nothing(
    company: Any, invoice: Any, manager: Any, superuser_cursor: Any
) -> None:
    def told(who: Any) -> list[tuple[str, int, str, bool]]:
        every = tasks(who, company, DAY)
        return [(task.words, task.count, task.url, task.is_bad) for task in every if "in the book" in task.words]

    assert told(manager) == []
    check(company, manager)
    assert told(manager) == [("Findings in the book", 3, "/reports/book-checks/#whole-check", True)]
    assert told(world.make_user(company, "sales")) == []
    assert told(world.make_user(company, "manager", only_own_customers=True)) == []
    superuser_cursor.execute("UPDATE billing_invoice SET total = 10, net = 10 WHERE id = %s", [invoice.pk])
    check(company, manager)
    assert told(manager) == []


def test_another_company_is_told_nothing(company: Any, invoice: Any, manager: Any, client: Any) -> None:
    check(company, manager)
    other = world.make_company(legal_name="Other Ltd")
    stranger = world.make_user(other, "manager")
    client.force_login(stranger)

    assert invoice.number not in client.get(reverse("reports:book_checks")).content.decode()
    key = whole_check(company).by_check[0].key
    assert client.get(reverse("reports:found_by_check", args=[key])).status_code == 404
    assert Program(stranger).get("book-checks/").json()["whole_check"]["findings"] == []
    assert pages_of([f"document {invoice.number}"], stranger, other) == {}


def test_programs_are_told_each_finding_with_its_cause_and_page(company: Any, invoice: Any, manager: Any) -> None:
    program = Program(manager)
    asked = program.post("book-checks/", key="once")
    assert (asked.status_code, asked.json()["status"]) == (202, "waiting")
    assert program.post("book-checks/", key="once").json() == asked.json()
    assert program.post("book-checks/", key="twice").json()["code"] == "check_under_way"
    carry_out_run(asked.json()["id"])
    answer = program.get("book-checks/", on="2026-03-02").json()
    found = {each["check"]: each for each in answer["whole_check"]["findings"]}[FOUND]

    assert (answer["whole_check"]["count"], answer["whole_check"]["by"]) == (3, "Manager")
    assert found["address"] == reverse("billing:invoice", args=[invoice.pk])
    assert found["cause"] == WORDS[FOUND].cause
    (tied,) = answer["tie_out"]
    assert (tied["currency"], tied["is_tied"]) == ("EUR", False)
    assert [(tie["key"], tie["amount"], tie["difference"]) for tie in tied["ties"]] == [
        ("papers", "31.00", "1.00"),
        ("open", "30.00", "0.00"),
        ("allocated", "30.00", "0.00"),
        ("control", "30.00", "0.00"),
    ]
    own = Program(world.make_user(company, "manager", only_own_customers=True)).get("book-checks/").json()
    assert (own["tie_out"], own["whole_check"]) == (None, None)
    assert Program(world.make_user(company, "clerk")).post("book-checks/").status_code == 403


SPOILED = (
    "UPDATE ledger_line SET amount = amount + 1",
    "UPDATE ledger_openitem SET balance = balance - 1 WHERE balance > 1",
    "UPDATE ledger_allocation SET dated_on = dated_on - 400",
    "UPDATE billing_invoice SET net = net + 1, total = total + 1 WHERE status <> 'draft'",
    "UPDATE billing_dispute SET amount = amount + 1",
    "UPDATE payments_receipt SET amount = amount + 1",
    "UPDATE payments_refund SET amount = amount + 1",
    "UPDATE payments_writeoff SET amount = amount + 1",
    "UPDATE payments_chargeback SET amount = amount + 1",
    "UPDATE payments_debitcollection SET amount = amount + 1",
    "UPDATE payments_receiptbatch SET line_count = line_count + 1",
    "UPDATE payments_bankline SET amount = amount - 1",
    "UPDATE credit_control_latecharge SET interest = interest + 1",
    "UPDATE credit_control_paymentpromise SET amount = amount + 1",
    "UPDATE credit_control_paymentplan SET amount = amount + 1",
    "UPDATE credit_control_statementpdf SET content = 'x'",
    "UPDATE credit_control_reminderpdf SET content = 'x'",
    "UPDATE billing_invoicepdf SET content = 'x'",
    "UPDATE reports_journalfile SET line_count = line_count + 1",
)


def test_what_checks_name_leads_to_its_page(company: Any, customer: Any, manager: Any, superuser_cursor: Any) -> None:
    make_things(company, customer)
    superuser_cursor.execute("SET session_replication_role = replica")
    for planted in SPOILED:
        superuser_cursor.execute(planted)
    subjects = {finding.subject for finding in check_book()}
    pages = pages_of(subjects, manager, company)

    without = {subject.split(maxsplit=1)[0] for subject in subjects - set(pages)}
    assert without <= {"payout", "file", "logo", "repayment", "bank"}, subjects - set(pages)
    assert len({page.split("/")[1] for page in pages.values()}) > 8
    assert len({target for _, target in PATTERNS}) > 20


def test_a_name_that_fits_nothing_or_nobody_leads_nowhere(company: Any, manager: Any) -> None:
    names = [
        "document INV-1",
        "item 7",
        "something else",
        "line 5 on account 1200",
        "entry x\ny",
        "item 99999999999999999999",
    ]
    assert pages_of(names, manager, company) == {}
    assert Finding("a", "b", "c") == Finding("a", "b", "c")
