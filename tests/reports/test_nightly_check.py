"""The book is checked each night for each company; what is wrong is put on its own list, once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

import ledger.checks
from office.models import OutgoingMail, Run, Task
from office.tasks import carry_out_run
from reports import nightly
from reports.book_check import all_checks, check_book
from reports.tasks import check_books
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)


@pytest.fixture
def invoices(customer: Any) -> list[Any]:
    """Three invoices of a company, beside another company with one."""
    other = world.make_company(legal_name="Other Ltd")
    world.issue(world.make_customer(other, "Castell AG"), "5.00", DAY)
    return [world.issue(customer, "10.00", DAY) for _ in range(3)]


@pytest.fixture(autouse=True)
def at_night(time_machine: Any) -> None:
    time_machine.move_to("2026-03-03 01:30Z", tick=False)  # half past two in Berlin


def night() -> list[Run]:
    """The runs that a night begins, done."""
    check_books()
    runs = list(Run.objects.filter(kind=nightly.KIND, status="waiting").order_by("company"))
    for run in runs:
        carry_out_run(run.pk)
        run.refresh_from_db()
    return runs


def spoil(superuser: Any, invoice: Any) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        "UPDATE billing_invoice SET note = 'x', total = total + 1, net = net + 1 WHERE id = %s", [invoice.pk]
    )


def test_a_sound_book_is_checked_once_a_day_and_nobody_is_bothered(invoices: Any, time_machine: Any) -> None:
    first = night()
    assert [(run.status, run.done, run.total, run.result) for run in first] == [
        ("done", len(all_checks()), len(all_checks()), {"Findings": 0})
    ] * 2
    assert first[0].explanation == "The book is sound: every check passed."
    assert night() == []
    time_machine.move_to("2026-03-04 00:59Z", tick=False)  # before two
    assert night() == []
    time_machine.move_to("2026-03-04 01:00Z", tick=False)
    assert len(night()) == 2
    assert not Task.objects.exists()


def test_what_is_wrong_is_told_to_the_companys_own_administrators_once(
    company: Any, invoices: Any, superuser_cursor: Any, client: Any
) -> None:
    administrator, other = world.make_user(company, "administrator"), invoices[0].company
    world.make_user(company, "clerk")
    spoil(superuser_cursor, invoices[1])
    night()
    task, mail = Task.objects.get(), OutgoingMail.objects.get()

    assert (task.company, task.title) == (other, "The book needs a look: 3 findings on 2026-03-03")
    assert task.note.splitlines() == [
        "a document says what it said when issued: document INV-2026-0002: its content has changed",
        "a document's lines and taxes add up to its totals: document INV-2026-0002: net 11.0000, lines 10.0000; tax"
        " 0.0000, lines 0.0000, summary 0",
        "a document and the book say the same amount, day and customer: document INV-2026-0002: total 11.0000, in the"
        " book 10.0000",
    ]
    assert (mail.staff, mail.subject) == (administrator, task.title)
    run = Run.objects.get(company=company, kind=nightly.KIND)
    assert run.result == {"Findings": 3}
    client.force_login(administrator)
    assert "3 to look at." in client.get(reverse("office:run", args=[run.pk])).content.decode()


def test_in_slices_it_finds_the_same(
    company: Any, invoices: Any, superuser_cursor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for invoice in invoices:
        spoil(superuser_cursor, invoice)
    monkeypatch.setattr(nightly, "SLICE", invoices[1].pk)  # the third is in a slice of its own
    monkeypatch.setattr(nightly, "NAMED", 4)
    night()
    run = Run.objects.get(company=company, kind=nightly.KIND)

    assert run.parameters["count"] == len(check_book()) == 9
    assert len(run.parameters["found"]) == 4
    assert Task.objects.get().note.endswith("and 5 more, which manage.py check_book names")


def test_where_all_is_spoiled_no_more_is_listed_than_says_enough(
    invoices: Any, superuser_cursor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger.checks, "MOST", 2)
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE ledger_openitem SET balance = balance - 1")

    assert [finding.check for finding in check_book()] == ["an item's balance is its amount less its allocations"] * 2


def test_three_workers_at_once_begin_one_check_for_each_company(
    invoices: Any, in_parallel: Callable[[list[Callable[[], Any]]], list[Any]]
) -> None:
    in_parallel([lambda: check_books()] * 3)

    assert Run.objects.filter(kind=nightly.KIND).count() == 2


def test_runs_shows_when_the_book_was_checked(company: Any, invoices: Any, client: Any) -> None:
    check_books()
    client.force_login(world.make_user(company, "administrator"))
    page = client.get(reverse("office:run_list")).content.decode()

    assert "Check books" in page
    assert "Check of the book on Mar 3, 2026" in page
