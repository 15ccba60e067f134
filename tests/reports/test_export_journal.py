"""Every entry of the book is exported once: in one batch that stands, whoever asks, however often and at once."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max, Sum
from django.test.utils import CaptureQueriesContext

from ledger.bulk import insert_all
from ledger.models import Account, Entry, Line
from ledger.refusals import Refused
from office.models import AuditRecord
from reports.book_check import check_book
from reports.journal.choosing import JournalQuestion, preview
from reports.journal.comparing import compare
from reports.models import JournalBatch, JournalBatchEntry, JournalDebtor, JournalFile, JournalFilePart, JournalSettings
from reports.operations import export_journal as exporting
from reports.operations.download_journal import download_journal
from reports.operations.map_journal_accounts import AccountNames, map_journal_accounts
from reports.operations.set_journal_settings import set_journal_settings
from reports.operations.withdraw_journal import withdraw_journal
from tests import world
from tests.reports.journals import content_of, export, map_all, post_made_up, ready
from tests.unguarded import without

DAY = date(2026, 3, 2)
LATER = DAY + timedelta(days=20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def billed(company: Any, customer: Any) -> Any:
    """A company with an invoice of two lines and its payment."""
    vat = world.make_tax(company, "19")
    invoice = world.issue(customer, [world.line("100.00", tax=vat)], DAY)
    world.apply(world.receive(customer, "119.00", LATER), invoice, "119.00", LATER)
    return company


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_an_export_holds_what_waits_up_to_a_day_and_says_what_it_comes_to(billed: Any, manager: Any) -> None:
    details = exporting.ExportDetails("csv", DAY)
    batch = exporting.export_journal(billed, details, by=manager)

    assert (batch.number, batch.first_day, batch.last_day, batch.made_by, batch.state) == (
        1,
        None,
        DAY,
        manager,
        "made",
    )
    assert list(batch.entries.values_list("entry__kind", "stands")) == [("issue_invoice", True)]
    file = batch.file
    assert (file.entry_count, file.line_count, file.company_debits) == (1, 3, Decimal("119.00"))
    assert (file.debits, file.name) == ({"EUR": "119.00"}, "journal-1-2026-03-02-2026-03-02.csv")
    assert (
        content_of(batch).decode("utf-8-sig").splitlines()[1].startswith("2026-03-02,INV-2026-0001,Issue invoice,1200")
    )
    assert file.size == len(content_of(batch))
    [noted] = AuditRecord.objects.filter(action="export_journal")
    assert (noted.by, noted.subject_name, noted.after["entries"]) == (manager, "Journal 1", "1")
    assert check_book() == []


def test_what_was_exported_is_not_exported_again(billed: Any) -> None:
    export(billed, "csv", DAY)

    assert refused(lambda: export(billed, "csv", DAY)) == "nothing_to_export"
    assert JournalBatch.objects.count() == 1
    second = export(billed, "xlsx", LATER)
    assert (second.number, list(second.entries.values_list("entry__kind", flat=True))) == (2, ["record_receipt"])


def test_what_is_entered_later_for_exported_days_goes_into_the_next(billed: Any, customer: Any) -> None:
    export(billed, "csv", LATER)
    late = world.issue(customer, "7.00", DAY)
    question = JournalQuestion(billed, "csv", LATER)

    found = preview(question)
    assert (found.chosen.entry_count, found.late_count) == (1, 1)
    assert list(export(billed, "csv", LATER).entries.values_list("entry", flat=True)) == [late.entry_id]
    assert preview(question).chosen.entry_count == 0
    assert not Entry.objects.exclude(journal_batches__stands=True).exists()


def test_days_to_come_days_out_of_order_and_other_formats_are_refused(billed: Any) -> None:
    tomorrow = billed.today() + timedelta(days=1)
    assert refused(lambda: export(billed, "csv", tomorrow)) == "day_to_come"
    assert refused(lambda: export(billed, "csv", DAY, LATER)) == "days_out_of_order"
    assert refused(lambda: export(billed, "sap", DAY)) == "unknown_format"
    assert refused(lambda: export(billed, "csv", DAY - timedelta(days=9))) == "nothing_to_export"
    assert not JournalBatch.objects.exists()


def test_an_account_without_a_name_there_is_refused_by_its_name(billed: Any) -> None:
    with pytest.raises(Refused, match="Account 1000 Bank has no number there"):
        export(billed, "xero", LATER)
    assert not JournalBatchEntry.objects.exists()

    map_all(billed)
    assert export(billed, "xero", LATER).file.entry_count == 2


def test_an_entry_that_does_not_add_up_stops_the_export(
    billed: Any, transactional_db: None, superuser_cursor: Any
) -> None:
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE ledger_line SET company_amount = 99 WHERE amount = -100")
    assert refused(lambda: export(billed, "csv", LATER)) == "entry_does_not_add_up"
    assert not JournalBatch.objects.exists()
    assert connection.cursor().execute("SELECT 1") is None  # the connection is usable


def test_a_batch_taken_back_frees_its_entries_and_stays_with_its_file(billed: Any, manager: Any) -> None:
    batch = export(billed, "csv", LATER)
    before = content_of(batch)
    assert refused(lambda: withdraw_journal(batch.pk, reason=" ", by=manager)) == "reason_missing"

    withdrawn = withdraw_journal(batch.pk, reason="Wrong accounts", by=manager)
    assert (withdrawn.state, withdrawn.withdrawn_by, withdrawn.withdrawn_reason) == (
        "withdrawn",
        manager,
        "Wrong accounts",
    )
    assert (content_of(batch), batch.entries.filter(stands=False).count()) == (before, 2)
    assert refused(lambda: withdraw_journal(batch.pk, reason="Again", by=manager)) == "invalid_move"
    assert [export(billed, "csv", LATER).number, batch.entries.count()] == [2, 2]
    assert check_book() == []


def test_the_file_is_the_same_each_time_and_who_got_it_is_kept(billed: Any, manager: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "PART", 50)
    file = export(billed, "csv", LATER).file

    assert file.parts.count() > 5
    first, second = (b"".join(download_journal(file, by=manager)) for _ in range(2))
    assert first == second
    assert len(first) == file.size
    assert AuditRecord.objects.filter(action="download_journal", by=manager).count() == 2
    assert check_book() == []


def test_each_customer_gets_an_account_when_it_is_first_needed_and_keeps_it(company: Any, customer: Any) -> None:
    ready(company, debtors_from=20000)
    other = world.make_customer(company, "Cedar AG")
    world.issue(other, "1.00", DAY)
    export(company, "datev", DAY)
    world.issue(customer, "1.00", DAY)
    set_journal_settings(company, {"debtors_from": 10000}, by=None)
    world.issue(other, "2.00", DAY)
    export(company, "datev", DAY)

    assert list(JournalDebtor.objects.order_by("number").values_list("customer", "number")) == [
        (other.pk, 20000),
        (customer.pk, 20001),
    ]


def test_a_preview_says_what_an_export_then_holds(billed: Any) -> None:
    map_all(billed)
    found = preview(JournalQuestion(billed, "qbo", LATER))
    batch = export(billed, "qbo", LATER)

    assert found.faults == []
    assert (found.chosen.entry_count, found.chosen.line_count, found.chosen.debit) == (
        batch.file.entry_count,
        batch.file.line_count,
        batch.file.company_debits,
    )
    assert [(row.account.code, row.debit, row.credit) for row in found.chosen.accounts] == [
        ("1000", Decimal("119.00"), Decimal(0)),
        ("1200", Decimal("119.00"), Decimal("119.00")),
        ("2200", Decimal(0), Decimal("19.00")),
        ("4000", Decimal(0), Decimal("100.00")),
    ]
    assert [(row.currency, row.debit, row.credit) for row in found.chosen.currencies] == [
        ("EUR", Decimal("238.00"), Decimal("238.00"))
    ]


def test_a_preview_names_what_is_missing(billed: Any) -> None:
    faults = preview(JournalQuestion(billed, "datev", LATER)).faults
    assert faults[0].startswith("DATEV needs a Beraternummer")
    assert faults[1:] == [
        f"Account {name} has no number there: say it under Accounts."
        for name in ("1000 Bank", "2200 Tax payable", "4000 Sales")
    ]


def test_exported_and_not_yet_are_the_book_on_every_account_and_day(billed: Any, customer: Any) -> None:
    world.issue(customer, "50.00", LATER)
    export(billed, "csv", DAY)
    for first, last in ((DAY, LATER), (LATER, LATER), (DAY, DAY)):
        found = compare(billed, first, last)
        assert found.agrees
        assert {row.account.pk: row.book for row in found.rows} == dict(
            Line.objects.filter(dated_on__range=(first, last)).values_list("account").annotate(Sum("company_amount"))
        )
    sales = next(row for row in compare(billed, DAY, LATER).rows if row.account.code == "4000")
    assert (sales.exported, sales.waiting, sales.book) == (Decimal(-100), Decimal(-50), Decimal(-150))


def test_an_entry_in_two_exports_shows_as_a_difference(
    billed: Any, transactional_db: None, superuser_cursor: Any
) -> None:
    first, second = export(billed, "csv", DAY), export(billed, "csv", LATER)
    with without(superuser_cursor, "entry_in_one_journal_batch"):
        superuser_cursor.execute(
            "SET session_replication_role = replica;"
            "INSERT INTO reports_journalbatchentry (batch_id, entry_id, stands)"
            f" SELECT {second.pk}, entry_id, true FROM reports_journalbatchentry WHERE batch_id = {first.pk}"
        )
        found = compare(billed, DAY, LATER)
        assert not found.agrees
        assert {row.account.code: row.difference for row in found.rows if row.difference}["4000"] == Decimal(100)
        assert {finding.check for finding in check_book()} == {
            "a journal export has a file, which says what its entries come to",
            "entries of a journal export stand as long as it does, are of its company and days, and in one at a time",
        }


def test_a_journal_takes_nothing_of_another_company(billed: Any) -> None:
    other = world.make_company(legal_name="Birch Ltd")
    theirs = world.issue(world.make_customer(other, "Aspen AG"), "5.00", DAY)
    export(billed, "csv", LATER)

    assert list(Entry.objects.exclude(journal_batches__stands=True)) == [theirs.entry]
    assert refused(lambda: map_journal_accounts(billed, [account_of(other)], by=None)) == "unknown_account"
    withdraw_journal(JournalBatch.objects.get().pk, reason="Once more", by=None)
    mine = JournalBatch.objects.create(company=other, number=1, format="csv", last_day=DAY)
    with pytest.raises(IntegrityError, match="takes entries of its own company"), transaction.atomic():
        JournalBatchEntry.objects.create(batch=mine, entry=Entry.objects.filter(company_id=billed.pk)[0], stands=True)


def account_of(company: Any) -> AccountNames:
    return AccountNames(Account.objects.filter(company_id=company.pk)[0].pk, "1")


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_export_each_entry_once(
    billed: Any, in_parallel: Callable[[Any], list[Any]]
) -> None:
    for number in range(5):
        world.issue(world.make_customer(billed, f"C{number}"), "1.00", DAY)
    results = in_parallel([lambda: export(billed, "csv", LATER) for _ in range(4)])

    made = [each for each in results if isinstance(each, JournalBatch)]
    assert len(made) == 1
    assert {each.code for each in results if isinstance(each, Refused)} == {"nothing_to_export"}
    assert set(in_how_many()) == {1}


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_still_lets_no_entry_be_exported_twice(
    billed: Any, in_parallel: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    """The control: without the constraint as well, the same entries go out twice."""
    ready(billed)
    without_lock(monkeypatch, in_step=2)
    results = in_parallel([lambda: export(billed, "csv", LATER) for _ in range(2)])
    assert sum(isinstance(each, JournalBatch) for each in results) == 1
    assert sum(isinstance(each, IntegrityError | Refused) for each in results) == 1  # Refused: it came after the other
    assert set(in_how_many()) == {1}

    with without(superuser_cursor, "entry_in_one_journal_batch"):
        withdraw_journal(JournalBatch.objects.get().pk, reason="Once more", by=None)
        without_lock(monkeypatch, in_step=2)
        both_take_before_either_is_done(monkeypatch)
        assert [type(each) for each in in_parallel([lambda: export(billed, "csv", LATER) for _ in range(2)])] == [
            JournalBatch,
            JournalBatch,
        ]
        assert set(in_how_many()) == {2}


def in_how_many() -> list[int]:
    """In how many exports that stand each entry of the book is."""
    standing = JournalBatchEntry.objects.filter(stands=True).values("entry").annotate(times=Count("pk"))
    found = dict(standing.values_list("entry", "times"))
    return [found.get(pk, 0) for pk in Entry.objects.values_list("pk", flat=True)]


def without_lock(monkeypatch: pytest.MonkeyPatch, in_step: int) -> None:
    """Let exports run beside each other, each with a number of its own, and wait for one another before they take."""
    latest = JournalBatch.objects.aggregate(latest=Max("number"))["latest"] or 0
    numbers, barrier = count(latest + 1), Barrier(in_step)

    def unlocked(company: Any) -> JournalSettings:
        return JournalSettings.objects.get(company=company)

    def in_own_number(company: Any, details: Any, by: Any) -> JournalBatch:
        number = next(numbers)
        barrier.wait(timeout=20)
        return JournalBatch.objects.create(company=company, number=number, format="csv", last_day=details.last_day)

    monkeypatch.setattr(exporting, "lock_exporting", unlocked)
    monkeypatch.setattr(exporting, "_new_batch", in_own_number)


def both_take_before_either_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    take, barrier = exporting._take_entries, Barrier(2)

    def taken(*args: Any) -> None:
        take(*args)
        barrier.wait(timeout=20)

    monkeypatch.setattr(exporting, "_take_entries", taken)


def test_many_entries_take_as_many_queries_as_few(company: Any) -> None:
    ready(company)

    def queries_for(many: int, form: str) -> int:
        post_made_up(company, [[("bank", "5.00"), ("opening", "-5.00")]] * many)
        with CaptureQueriesContext(connection) as captured:
            export(company, form, DAY)
        return len(captured)

    for form in ("csv", "xlsx", "datev", "iif", "qbo", "xero"):
        queries_for(1, form)
        assert queries_for(3, form) == queries_for(300, form) < 40


@pytest.mark.parametrize(
    "wanted",
    [
        {"columns": []},
        {"columns": [["date", ""], ["date", ""]]},
        {"columns": [["debit", ""]]},
        {"columns": [["nothing", ""]]},
        {"separator": "x"},
        {"fiscal_month": 13},
        {"account_length": 9},
        {"debtors_from": -1},
    ],
)
def test_settings_that_no_file_could_have_are_refused(company: Any, wanted: dict[str, Any]) -> None:
    assert refused(lambda: set_journal_settings(company, wanted, by=None)).startswith("bad_")


def test_names_of_accounts_are_kept_changed_and_taken_away_and_each_change_is_noted(company: Any, manager: Any) -> None:
    mine = account_of(company)
    assert map_journal_accounts(company, [mine], by=manager) == 1
    assert map_journal_accounts(company, [mine], by=manager) == 0
    assert map_journal_accounts(company, [AccountNames(mine.account_id)], by=manager) == 1
    assert not company.journal_accounts.exists()
    assert AuditRecord.objects.filter(action="map_journal_accounts", by=manager).count() == 2
    too_long = AccountNames(mine.account_id, "1" * 21)
    assert refused(lambda: map_journal_accounts(company, [too_long], by=manager)) == "too_long"


def test_what_was_exported_cannot_be_changed_by_the_app(billed: Any) -> None:
    batch = export(billed, "csv", LATER)
    changes = [
        lambda: JournalBatch.objects.update(number=9),
        lambda: JournalBatchEntry.objects.update(stands=False),
        lambda: JournalBatchEntry.objects.all().delete(),
        lambda: JournalFile.objects.update(sha256="x"),
        lambda: JournalFilePart.objects.update(content=b"x"),
        lambda: insert_all([JournalBatchEntry(batch=batch, entry=Entry.objects.first(), stands=True)]),
    ]
    for change in changes:
        with (
            pytest.raises(Exception, match="exported|until|permission denied|duplicate key|unique"),
            transaction.atomic(),
        ):
            change()
