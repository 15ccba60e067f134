"""A load's rows held against each other, the customers and what is there already, by the database, in flat memory."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db import connection

from billing.models import Opening, StagedOpeningItem
from billing.opening.reading import RowReader
from ledger.refusals import Refused
from office.models import Run
from office.reading import ReadRow

BATCH = 5000
NAMES = [field.attname for field in StagedOpeningItem._meta.local_concrete_fields if not field.primary_key]
COLUMNS = ", ".join(NAMES)
NOTHING_OPEN, HERE = "Nothing open", "Already here"

TWICE = """
    SELECT line, first FROM (
        SELECT line, min(line) OVER (PARTITION BY customer_key, kind, number) AS first FROM billing_stagedopeningitem
        WHERE run_id = %(run)s
    ) AS staged WHERE line <> first
"""
KNOWN = """
    DELETE FROM billing_stagedopeningitem staged USING billing_openingitem item
    WHERE staged.run_id = %(run)s AND item.opening_id = %(opening)s AND item.reversal_entry_id IS NULL
        AND (item.customer_key, item.kind, item.number) = (staged.customer_key, staged.kind, staged.number)
"""
BY_NUMBER = """
    UPDATE billing_stagedopeningitem staged SET customer_id = coalesce(c.merged_into_id, c.id)
    FROM customers_customer c WHERE staged.run_id = %(run)s AND c.company_id = %(company)s
        AND c.number = staged.customer_number AND staged.customer_number <> ''
"""
BY_NAME = """
    UPDATE billing_stagedopeningitem staged SET customer_id = found.id
    FROM (
        SELECT lower(name) AS name, min(id) AS id FROM customers_customer
        WHERE company_id = %(company)s AND merged_into_id IS NULL GROUP BY 1 HAVING count(*) = 1
    ) AS found
    WHERE staged.run_id = %(run)s AND staged.customer_id IS NULL AND staged.customer_number = ''
        AND lower(staged.customer_name) = found.name
"""
NAMED_ALIKE = """
    SELECT line, customer_name FROM billing_stagedopeningitem staged
    WHERE run_id = %(run)s AND customer_id IS NULL AND customer_number = '' AND EXISTS (
        SELECT FROM customers_customer c WHERE c.company_id = %(company)s AND c.merged_into_id IS NULL
            AND lower(c.name) = lower(staged.customer_name))
"""
UNKNOWN = """
    SELECT line, customer_key FROM billing_stagedopeningitem WHERE run_id = %(run)s AND customer_id IS NULL
"""

NAMED = """
    UPDATE billing_stagedopeningitem staged SET customer_id = made.id
    FROM unnest(%(keys)s::text[], %(ids)s::bigint[]) AS made (key, id)
    WHERE staged.run_id = %(run)s AND staged.customer_key = made.key
"""


def stage(
    run: Run, opening: Opening, rows: Iterable[ReadRow], *, adds_customers: bool
) -> tuple[Counter[str], dict[int, str]]:
    """Stage what is to be entered; returns how many rows were left out by reason, and by line what is wrong with it.

    Needs a transaction.
    """
    left_out: Counter[str] = Counter()
    wrong: dict[int, str] = {}
    asked = {"run": run.pk, "opening": opening.pk, "company": opening.company_id}
    with connection.cursor() as cursor:
        _copy(cursor, run, _good(rows, RowReader(opening), left_out, wrong))
        cursor.execute("ANALYZE billing_stagedopeningitem")
        for line, first in _found(cursor, TWICE, asked):
            wrong[line] = f"The same document stands on line {first} already. Keep one of them."
        cursor.execute(BY_NUMBER, asked)
        cursor.execute(BY_NAME, asked)
        for line, name in _found(cursor, NAMED_ALIKE, asked):
            wrong[line] = f"Several customers are called {name!r}. Give the number of the one that is meant."
        for line, key in [] if adds_customers else _found(cursor, UNKNOWN, asked):
            wrong.setdefault(line, f"There is no customer {key!r}. Import the customers first, or have them added.")
        StagedOpeningItem.objects.filter(run=run, line__in=wrong).delete()
        cursor.execute(KNOWN, asked)
        left_out[HERE] = cursor.rowcount
    return left_out, wrong


def drop_known(run: Run, opening: Opening) -> int:
    """Unstage what another load has entered since; returns how many rows that were."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"run": run.pk, "opening": opening.pk})
        return cursor.rowcount


def name_customers(run: Run, ids: Mapping[str, int]) -> None:
    """Say whose the staged rows are, by the customers' keys."""
    with connection.cursor() as cursor:
        cursor.execute(NAMED, {"run": run.pk, "keys": list(ids), "ids": list(ids.values())})


def _good(
    rows: Iterable[ReadRow], reader: RowReader, left_out: Counter[str], wrong: dict[int, str]
) -> Iterator[StagedOpeningItem]:
    for row in rows:
        if row.troubles:
            wrong[row.line] = " ".join(f"{each.column}: {each.advice}" for each in row.troubles)
            continue
        try:
            item = reader.read(row)
        except Refused as refusal:
            wrong[row.line] = refusal.message
            continue
        if item is None:
            left_out[NOTHING_OPEN] += 1
        else:
            yield item


def _copy(cursor: Any, run: Run, items: Iterator[StagedOpeningItem]) -> None:
    while batch := list(islice(items, BATCH)):
        text = io.StringIO()
        writer = csv.writer(text)
        for item in batch:
            item.run_id = run.pk
            writer.writerow([_written(getattr(item, name)) for name in NAMES])
        text.seek(0)
        copy = f"COPY billing_stagedopeningitem ({COLUMNS}) FROM STDIN (FORMAT csv, NULL '\\N')"
        with connection.wrap_database_errors:
            cursor.copy_expert(copy, text)


def _written(value: Any) -> Any:
    return "\\N" if value is None else value


def _found(cursor: Any, sql: str, asked: dict[str, int]) -> list[tuple[int, Any]]:
    cursor.execute(sql, asked)
    found: list[tuple[int, Any]] = cursor.fetchall()
    return found
