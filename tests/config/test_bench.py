"""Benchmarks measure the same work done two ways, on a book that is sound."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

import ledger.checks
import payments.checks
from config.bench.ageing import BARE_IDS, bare_ageing, make_bare_tables, product_ageing
from config.bench.database import bench_database, server
from config.bench.filling import fill
from config.bench.load import percentile
from config.bench.rows import Row, as_table
from ledger.checks import run_checks
from reports.ageing import AgeingQuestion, ageing

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_filled_book_is_as_the_triggers_would_have_left_it_and_both_ways_agree_to_the_cent():
    with server() as url, bench_database(url):
        office = fill(2_000)
        make_bare_tables()
        question = AgeingQuestion(office.company.pk, office.past_day)
        bare = bare_ageing(question.on, BARE_IDS)
        rows = product_ageing(question, limit=None)

        assert run_checks([*ledger.checks.CHECKS, *payments.checks.CHECKS]) == []
        assert sum(amount for _, *amounts in bare for amount in amounts if amount) == rows[0].total > 0
        assert ageing(question).difference("EUR") == 0


def test_a_benchmark_gives_rows_and_leaves_no_database_behind(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    own, told = connection.settings_dict["NAME"], StringIO()
    call_command("bench", "ageing", "--sizes", "small", "--json", stdout=told, stderr=StringIO())

    assert (tmp_path / "bench" / "ageing.json").read_text() == told.getvalue().strip()
    answer = json.loads(told.getvalue())
    assert f"{os.cpu_count()} cores of " in answer["machine"]
    rows = answer["rows"]
    assert {row["size"] for row in rows} == {2_000}
    assert all(row.keys() == {"what", "size", "value", "unit", "limit", "ratio", "goal", "ok"} for row in rows)
    assert all(row["value"] > 0 for row in rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname IN (%s, %s)", [own, f"{own}_bench"])
        assert cursor.fetchall() == [(own,)]


@pytest.mark.parametrize(
    ("row", "ratio", "is_ok"),
    [
        (Row("a", 1, 0.6, limit=0.4, goal=1.3), 1.5, False),
        (Row("a", 1, 0.5, limit=0.4, goal=1.3), 1.25, True),
        (Row("a", 1, 0.6, goal=1.0), None, True),
        (Row("a", 1, 0.6), None, None),
    ],
)
def test_a_goal_is_for_the_ratio_where_there_is_a_limit(row, ratio, is_ok):
    assert row.ratio == (None if ratio is None else pytest.approx(ratio))
    assert row.is_ok is is_ok
    assert ("MISSED" in as_table([row], "here")) == (is_ok is False)
    assert as_table([row], "here").endswith("|\n\nhere")


@pytest.mark.parametrize(
    ("name", "first", "figures"), [("api", "api", 14), ("excel", "excel", 6), ("lists", "first screen", 19)]
)
def test_what_is_measured_through_the_doors(settings: Any, tmp_path: Path, name: str, first: str, figures: int) -> None:
    settings.VAR_DIR, told = tmp_path, StringIO()
    call_command("bench", name, "--sizes", "small", stdout=told, stderr=StringIO())
    assert told.getvalue().count(f"| {first}") == figures


def test_a_share_of_waits_is_the_least_that_so_many_did_not_exceed():
    waits = {20: 90, 300: 5, 400: 4, 2_000: 1}

    assert [percentile(waits, share) for share in (50, 90, 95, 99, 100)] == [20, 20, 300, 400, 2_000]
    assert percentile({}, 95) == 0
