"""The pack of a closed month: read in one moment, kept once, never changed, and compared with the book later."""

import json
from datetime import date, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ledger.models import Period
from ledger.refusals import Refused
from office.models import AuditRecord, Run
from office.papers import tables
from office.papers.renderer import PdfUnavailable
from office.tasks import carry_out_run
from office.work.runs import do_next_piece, unfinished_runs
from reports.ageing import AgeingQuestion, ageing
from reports.book_check import check_book
from reports.closing import reading
from reports.closing.comparing import Compared, compare_pack, kept_figures
from reports.closing.contents import PARTS
from reports.models import ClosePack, ClosePackFile
from reports.operations.close_month import close_month, reopen_month
from reports.operations.download_close_file import download_close_file
from reports.operations.make_close_pack import make_close_pack
from tests import world
from tests.reports.closings import AS_IT_IS, MARCH, closed, content_of, make_pack, sheet_of

DAY, LAST = date(2026, 3, 17), date(2026, 3, 31)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def march(company: Any, customer: Any) -> Any:
    """In March 150.00 and 33.00 USD billed and 40.00 collected; in February 20.00 billed, of which 5.00 is applied."""
    old = world.issue(customer, "20.00", date(2026, 2, 3))
    vat = world.make_tax(company, "25")
    invoice = world.issue(customer, [world.line("120.00", tax=vat)], DAY)
    receipt = world.receive(customer, "40.00", DAY)
    world.apply(receipt, old, "5.00", DAY)
    world.apply(receipt, invoice, "25.00", DAY)
    world.issue(customer, "33.00", DAY, currency="USD", exchange_rate=Decimal("0.5"))
    return customer


def figures(pack: ClosePack, report: str, currency: str = "EUR") -> dict[str, Decimal | None]:
    found = kept_figures(pack)
    return {each.column: each.amount for each in found if (each.report, each.currency) == (report, currency)}


def differing(pack: ClosePack, reader: Any) -> dict[str, list[tuple[str, str, Decimal]]]:
    """What does not come out, by report."""
    return {
        f"{each.name}{' then' * each.is_as_known}": [
            (one.column, one.currency, one.difference) for one in each.differing
        ]
        for each in compare_pack(pack, reader)
        if each.differing
    }


def test_the_pack_says_what_the_reports_say(company: Any, march: Any, manager: Any) -> None:
    pack = closed(company, by=manager)

    assert (pack.version, pack.made_by, pack.file_count) == (1, manager, 2 * len(PARTS) + 1)
    assert pack.closed_at == Period.objects.get(month=MARCH).closed_at
    names = [file.name for file in pack.files.all()]
    assert names[:2] == ["2026-03-v1-ageing.pdf", "2026-03-v1-ageing.xlsx"]
    assert names[-3:] == ["2026-03-v1-tie-out.pdf", "2026-03-v1-tie-out.xlsx", "2026-03-v1-figures.json"]
    assert all(content_of(pack, part.report.name, "pdf").startswith(b"%PDF-") for part in PARTS)
    places = [each.place for each in kept_figures(pack)]
    assert len(places) == len(set(places)) > 60
    assert figures(pack, "movements")["Amount"] == 110
    assert figures(pack, "allocations") == {"Amount": 30}
    assert figures(pack, "activity") == {"Billed": 150, "Collected": -40, "Change": 110, "Difference": 0}
    assert figures(pack, "taxes")["Tax"] == 30
    assert figures(pack, "tie-out", "USD") == {"Amount": 33, "Difference": 0}
    aged = figures(pack, "ageing")
    assert (aged["Not due"], aged["1-30"], aged["Unapplied"], aged["Total"]) == (125, 15, -10, 130)
    assert check_book() == []


def test_the_kept_ageing_is_the_ageing_of_the_last_day(company: Any, march: Any, manager: Any) -> None:
    world.issue(world.make_customer(company, "Aster AG"), "7.77", DAY)
    pack = closed(company, by=manager)
    answer = ageing(AgeingQuestion(company.pk, LAST), limit=None)
    rows = [[row.name, row.total, row.currency] for row in [*answer.rows]]

    heads, *kept = sheet_of(pack, "ageing")
    total, currency = heads.index("Total"), heads.index("Currency")
    assert [[row[0], round(Decimal(row[total]), 2), row[currency]] for row in kept[: len(rows)]] == rows
    assert [(row[currency], round(Decimal(row[total]), 2)) for row in kept[len(rows) :]] == [
        (row.currency, row.total) for row in answer.totals
    ]


def test_each_kept_figure_comes_out_later_whatever_is_dated_after(company: Any, march: Any, manager: Any) -> None:
    pack = closed(company, by=manager)
    invoice = world.issue(march, "60.00", date(2026, 4, 2))
    world.apply(world.receive(march, "60.00", date(2026, 4, 3)), invoice, "60.00", date(2026, 4, 3))

    compared = compare_pack(pack, manager)
    assert [each.name for each in compared] == ["ageing", *(part.report.name for part in PARTS)]
    assert all(each.figures for each in compared)
    assert differing(pack, manager) == {}


def test_a_month_that_was_reopened_and_changed_shows_what_differs_and_is_kept_anew(
    company: Any, march: Any, manager: Any
) -> None:
    first = closed(company, by=manager)
    reopen_month(company, DAY, reason="A late invoice", by=manager)
    world.issue(march, "7.00", DAY)
    found = differing(first, manager)
    assert "ageing then" not in found
    assert found["ageing"] == [("Not due", "EUR", 7), ("Total", "EUR", 7)]
    assert found["movements"] == [("Amount", "EUR", 7), ("In the company's currency", "EUR", 7)]
    assert found["tie-out"] == [("Amount", "EUR", 7)] * 4

    second = closed(company, by=manager)
    assert (second.version, differing(second, manager)) == (2, {})
    assert figures(first, "ageing")["Total"] == 130
    assert figures(second, "ageing")["Total"] == 137
    assert ClosePack.objects.count() == 2
    assert check_book() == []


def test_all_of_it_is_read_in_one_moment(company: Any, march: Any, manager: Any, monkeypatch: Any) -> None:
    """Another month takes postings meanwhile; February's, say, which the last day of March counts in."""
    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    read = reading._read

    def read_while_somebody_posts(*asked: Any) -> None:
        other = Thread(target=post)
        other.start()
        other.join()
        read(*asked)

    def post() -> None:
        world.issue(march, "1.00", date(2026, 2, 4))
        connection.close()

    monkeypatch.setattr(reading, "_read", read_while_somebody_posts)
    assert make_pack().status == "done"
    pack = ClosePack.objects.get()
    assert (figures(pack, "ageing")["Total"], figures(pack, "tie-out")["Amount"]) == (130, 130)
    assert differing(pack, manager)["ageing"][-1] == ("Total", "EUR", len(PARTS))
    assert "ageing then" not in differing(pack, manager)


def test_a_worker_that_dies_half_way_leaves_it_to_the_next(company: Any, march: Any, manager: Any) -> None:
    """Closed, and the bell lost; then read, and two papers made; then the sweep takes it up."""
    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    [run_id] = unfinished_runs(timezone.now() + timedelta(hours=1))
    for _ in range(3):
        assert do_next_piece(run_id)
    read_at = json.loads(reading.Gathered.of(Run.objects.get().input).figures_file())["known_at"]
    assert Run.objects.get().done == 3
    carry_out_run(run_id)

    run, pack = Run.objects.get(), ClosePack.objects.get()
    assert (run.status, run.done, run.input) == ("done", run.total, b"")
    assert pack.known_at.isoformat() == read_at
    assert AuditRecord.objects.filter(action="keep_close_pack").count() == 1


def test_a_paper_that_cannot_be_made_leaves_a_pack_to_make_again(
    company: Any, march: Any, manager: Any, monkeypatch: Any
) -> None:
    def fails(page: Any) -> bytes:
        raise PdfUnavailable("The PDF could not be made.")

    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    with monkeypatch.context() as broken:
        broken.setattr(tables.Page, "pdf", fails)
        run = make_pack()
    assert (run.status, run.explanation) == ("failed", "The PDF could not be made.")
    assert not ClosePack.objects.exists()

    make_close_pack(company, MARCH, by=manager)
    assert make_pack().status == "done"
    assert ClosePack.objects.count() == 1


def test_it_is_made_once_for_each_closing(company: Any, march: Any, manager: Any) -> None:
    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    with pytest.raises(Refused) as under_way:
        make_close_pack(company, MARCH, by=manager)
    make_pack()
    with pytest.raises(Refused) as kept:
        make_close_pack(company, MARCH, by=manager)
    reopen_month(company, MARCH, reason="Late", by=manager)
    with pytest.raises(Refused) as opened:
        make_close_pack(company, MARCH, by=manager)
    codes = [refusal.value.code for refusal in (under_way, kept, opened)]
    assert codes == ["pack_under_way", "pack_kept", "month_open"]


def test_two_runs_of_one_closing_keep_one(company: Any, march: Any, manager: Any, in_parallel: Any) -> None:
    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    first = Run.objects.get()
    second = Run.objects.create(
        company=company, by=manager, kind=first.kind, title="Again", parameters=first.parameters
    )
    in_parallel([lambda: carry_out_run(first.pk), lambda: carry_out_run(second.pk)])
    assert sorted(Run.objects.values_list("status", "explanation")) == [
        ("done", "Pack 1 of 2026-03 is kept."),
        ("failed", "The pack of this month is kept already."),
    ]
    assert ClosePack.objects.count() == 1


def test_nothing_is_kept_of_a_month_that_was_reopened_meanwhile(company: Any, march: Any, manager: Any) -> None:
    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    do_next_piece(Run.objects.get().pk)
    reopen_month(company, MARCH, reason="Late", by=manager)
    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    first, second = Run.objects.order_by("pk")
    for run in (first, second):
        carry_out_run(run.pk)
    found = Run.objects.order_by("pk").values_list("status", "explanation")
    assert list(found) == [
        ("failed", "The month was reopened before its pack was made."),
        ("done", "Pack 1 of 2026-03 is kept."),
    ]


def test_who_sees_some_customers_only_makes_no_pack(company: Any, march: Any, manager: Any) -> None:
    close_month(company, MARCH, by=manager, reason=AS_IT_IS)
    manager.only_own_customers = True
    manager.save()
    assert make_pack().explanation == "A pack is of the whole book: let somebody make it who sees all of it."


def test_the_database_keeps_packs_to_their_closing(company: Any, march: Any, manager: Any) -> None:
    pack = closed(company, by=manager)
    later = {"month": MARCH, "version": 2, "known_at": pack.known_at, "file_count": 1}
    for closed_at in (pack.closed_at, pack.closed_at + timedelta(seconds=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            ClosePack.objects.create(company=company, closed_at=closed_at, **later)
    with pytest.raises(DatabaseError, match="takes files when it is made"), transaction.atomic():
        ClosePackFile.objects.create(
            pack=pack, report="more", title="More", form="pdf", content=b"x", size=1, sha256="x" * 64
        )


def test_who_got_a_file_is_kept(company: Any, march: Any, manager: Any) -> None:
    file = closed(company, by=manager).files.get(report="figures")
    content = download_close_file(file, by=manager)
    assert json.loads(content)["figures"][0][:2] == ["ageing", "Ageing by customer"]
    row = AuditRecord.objects.get(action="download_close_file")
    assert (row.by, row.after) == (manager, {"file": "2026-03-v1-figures.json", "sha256": file.sha256})


def test_what_is_changed_or_taken_past_the_guards_is_found(
    company: Any, march: Any, manager: Any, superuser_cursor: Any
) -> None:
    pack = closed(company, by=manager)
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE reports_closepackfile SET content = content || 'x' WHERE report = 'figures'")
    superuser_cursor.execute("DELETE FROM reports_closepackfile WHERE report = 'taxes' AND form = 'pdf'")
    found = check_book()
    assert [(each.check, each.subject) for each in found] == [
        ("the file kept matches the hash kept", f"figures.json of pack {pack.pk}"),
        ("the pack of a closed month has every file that was kept with it", f"pack {pack.pk}"),
    ]
    assert found[1].detail == f"kept with {pack.file_count} files, has {pack.file_count - 1}"


def test_a_figure_that_is_gone_differs(company: Any) -> None:
    gone = Compared("ageing", "Ageing", "Together", "Total", "EUR", Decimal(3), None)
    assert (gone.is_same, gone.difference) == (False, -3)
