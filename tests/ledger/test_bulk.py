"""Rows written at once arrive as they were, whatever they hold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DataError, IntegrityError, connection, transaction

from ledger.bulk import insert_all, update_all
from office.models import BankAccount, Run
from office.work.retrying import DATABASE_AWAY
from payments.models import BankFile, BankLine, BankStatement
from tests import world

pytestmark = pytest.mark.django_db
AWKWARD = [
    "",
    r"\N",
    r"\.",
    "\\",
    r"C:\new\table",
    "one\ttwo\nthree\r\nfour\r",
    "\"so\" 'they' say, {a;b}",
    "Zażółć gęślą 🧾 \u2028",
    "\x01\x1f\x7f",
    " ends ",
]


def run_of(company: Any, **more: Any) -> Run:
    return Run(company=company, kind="check", title="A run", **more)


def line_on(statement: BankStatement, twin: int, **more: Any) -> BankLine:
    known = {"place": "1", "fingerprint": "f", "currency": "EUR", "is_reversal": False, "booked_on": "2026-03-02"}
    account = statement.bank_account
    return BankLine(bank_account=account, statement=statement, twin=twin, amount=Decimal("1.50"), **known, **more)


@pytest.fixture
def statement(company: Any) -> BankStatement:
    account = BankAccount.objects.create(company=company, name="Bank", iban="DE89370400440532013000", currency="EUR")
    file = BankFile.objects.create(company=company, name="a", content=b"a", sha256="a")
    return BankStatement.objects.create(file=file, position=1, bank_account=account, line_count=0, pending_count=0)


def test_texts_arrive_as_they_were(company: Any) -> None:
    rows = [run_of(company, explanation=text, parameters={text: [text, None, 1.5, True]}) for text in AWKWARD]
    insert_all(rows)
    kept = Run.objects.in_bulk([row.pk for row in rows])
    assert [kept[row.pk].explanation for row in rows] == AWKWARD
    assert [kept[row.pk].parameters for row in rows] == [{text: [text, None, 1.5, True]} for text in AWKWARD]


def test_texts_in_lists_arrive_as_they_were(statement: BankStatement) -> None:
    row = line_on(statement, 1, words=AWKWARD, references=AWKWARD, checked_documents=[2**40, 7])
    insert_all([row, line_on(statement, 2)])
    assert list(BankLine.objects.order_by("twin").values_list("words", "references", "checked_documents")) == [
        (AWKWARD, AWKWARD, [2**40, 7]),
        ([], [], []),
    ]


def test_bytes_days_and_nothing_arrive_as_they_were(company: Any, statement: BankStatement) -> None:
    every = bytes(range(256))
    finished = datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)
    now = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        insert_all([run_of(company, input_file=every, finished_at=finished), run_of(company, input_file=b"")])
    first, second = Run.objects.order_by("pk")
    assert (bytes(first.input_file), first.finished_at) == (every, finished)
    assert (bytes(second.input_file), second.finished_at, second.errors_file, second.by) == (b"", None, None, None)
    assert {first.started_at, second.started_at, first.touched_at} == {now}
    insert_all([line_on(statement, 1)])
    line = BankLine.objects.get()
    assert (line.booked_on, line.value_on) == (date(2026, 3, 2), None)
    assert (line.amount, line.is_reversal) == (Decimal("1.5"), False)


def test_rows_have_their_ids_in_order_and_can_be_changed(company: Any) -> None:
    before = Run.objects.create(company=company, kind="check", title="Before")
    rows = [run_of(company, total=total) for total in range(450)]
    insert_all(iter(rows))
    ids = [row.pk for row in rows]
    assert ids == sorted(set(ids))
    assert ids[0] > before.pk
    assert not any(row._state.adding for row in rows)
    assert list(Run.objects.filter(pk__in=ids).order_by("pk").values_list("total", flat=True)) == list(range(450))
    rows[7].title = "Changed"
    rows[7].save()
    assert Run.objects.create(company=company, kind="check", title="After").pk > max(ids)

    for row in rows:
        row.done, row.explanation = row.total, AWKWARD[5]
    update_all(rows, ["done", "explanation"])
    assert set(Run.objects.filter(pk__in=ids).values_list("explanation", flat=True)) == {AWKWARD[5]}
    assert list(Run.objects.filter(pk__in=ids).order_by("pk").values_list("done", flat=True)) == list(range(450))


def test_nothing_is_kept_of_what_breaks_a_rule(statement: BankStatement) -> None:
    rows = [line_on(statement, 1), line_on(statement, 2), line_on(statement, 1)]
    with pytest.raises(IntegrityError, match="bank_line_once_per_account"), transaction.atomic():
        insert_all(rows)
    assert [row.pk for row in rows] == [None] * 3
    assert not BankLine.objects.exists()


def test_a_text_that_the_database_does_not_keep_is_refused(company: Any) -> None:
    with pytest.raises(DataError), transaction.atomic():
        insert_all([run_of(company, explanation="a\0b")])
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", [0, 5_000, 9_999])
def test_a_server_that_goes_away_meanwhile_is_told_as_away(superuser_cursor: Any, at: int) -> None:
    """By this a run's piece is done again, and not given up."""
    company = world.make_company()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]

    class Ending:
        def __str__(self) -> str:
            superuser_cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
            return "the last word"

    rows = [run_of(company, explanation="x" * 1000) for _ in range(10_000)]
    rows[at].explanation = Ending()
    with pytest.raises(DATABASE_AWAY):
        insert_all(rows)
    connection.close()
    assert not Run.objects.exists()
