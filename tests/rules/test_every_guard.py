"""Each guard of the database refuses something, in its own name; switched off, nothing else does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errorcodes
import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests import world
from tests.conftest import empty_tables, superuser_connection
from tests.history import make_history
from tests.rules.guarded import ATTEMPTS, SPEAKS_AS, SPOILED, Attempt, copied
from tests.rules.guarded_tables import ELSEWHERE, EMPTIED, MAY_CHANGE, ROWS, STAMPED

ROOT = Path(__file__).parents[2]
VALUES = {"boolean": "false", "date": "'2026-03-02'", "timestamp with time zone": "now()", "jsonb": "'{}'"}
VALUES |= {"bigint": "99997", "integer": "1", "smallint": "1", "numeric": "1", "ARRAY": "'{}'", "bytea": "''"}

OTHERWISE = {
    "boolean": "NOT {}",
    "date": "coalesce({}, '2026-01-01') + 1",
    "timestamp with time zone": "coalesce({}, now()) - interval '1 day'",
    "jsonb": """'{{"x": 1}}'""",
    "bytea": "'x'",
    "ARRAY": "array_append({}, NULL)",
    "daterange": "'empty'",
    "uuid": "gen_random_uuid()",
    "text": "'zz'",
    **dict.fromkeys(("bigint", "integer", "smallint", "numeric"), "coalesce({}, 0) + 1"),
}
"""Another value of each type of column."""
RESTRICTED = psycopg2.errorcodes.RESTRICT_VIOLATION


@pytest.fixture(scope="module")
def superuser(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """A cursor into a database with a little of everything, and a row in each table that is guarded."""
    with django_db_blocker.unblock():
        company = world.make_company()
        make_history(company, world.make_customer(company))
        world.make_user(company, "clerk")
        world.make_user(company, "manager")
        connection.close()
        session = superuser_connection(connection.settings_dict["NAME"])
        cursor = session.cursor()
        with past_all_guards(cursor):
            cursor.execute(
                copied("ledger_entry", id="99998", key="'free'", kind="'book_bank_line'", reverses_id="NULL")
            )
            for table in {row["table"] for row in triggers(cursor).values()}:
                fill(cursor, table)
        yield cursor
        session.close()
        empty_tables()


@contextmanager
def past_all_guards(cursor: Any) -> Iterator[None]:
    cursor.execute("SET session_replication_role = replica")
    yield
    cursor.execute("SET session_replication_role = origin")


def columns_of(cursor: Any, table: str, nullable: str = "%") -> dict[str, str]:
    """The columns of a table by their types; with NO only those that must hold something."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable LIKE %s",
        [table, nullable],
    )
    return dict(cursor.fetchall())


def fill(cursor: Any, table: str) -> None:
    """Make up a row of a table that has none."""
    cursor.execute(f"SELECT FROM {table} LIMIT 1")
    if cursor.rowcount:
        return
    row = {f'"{name}"': VALUES.get(kind, "''") for name, kind in columns_of(cursor, table, "NO").items()}
    row |= {f'"{name}"': value for name, value in ROWS.get(table, {}).items()}
    cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})")


def triggers(cursor: Any) -> dict[str, dict[str, Any]]:
    """All guards there are: their tables and functions, and whether they stand before a row is changed or deleted."""
    cursor.execute(
        "SELECT t.tgname, c.relname, p.proname, t.tgtype FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
    )
    return {
        name: {"table": table, "function": function, "deletes": kind & 0b1011 == 0b1011}
        for name, table, function, kind in cursor.fetchall()
    }


def attempt_at(trigger: str, row: dict[str, Any]) -> Attempt | None:
    """What is tried at a guard."""
    table = row["table"]
    if trigger in EMPTIED:
        return Attempt(f"TRUNCATE {table} CASCADE", f"{table}_is_append_only", beside=EMPTIED[trigger][1])
    if trigger in SPOILED:
        return Attempt(f"UPDATE {table} SET {SPOILED[trigger]}", SPEAKS_AS.get(trigger, trigger))
    if trigger in ATTEMPTS:
        return ATTEMPTS[trigger]
    if row["function"].endswith("_refuse_change"):
        return Attempt(f"UPDATE {table} SET id = id", f"{table}_is_append_only")
    return None


@contextmanager
def undone(cursor: Any) -> Iterator[None]:
    """A transaction that leaves nothing."""
    cursor.execute("BEGIN")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def disable(cursor: Any, table: str, trigger: str) -> None:
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def refusal_of(cursor: Any, sql: str) -> psycopg2.Error | None:
    """What speaks against a statement, or None where it passes; what was done is undone."""
    cursor.execute("SAVEPOINT before")
    try:
        cursor.execute(sql)
        assert cursor.rowcount, f"{sql} touches no row"
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg2.Error as error:
        return error
    finally:
        cursor.execute("ROLLBACK TO before")
    return None


def refused_in_the_name_of(cursor: Any, sql: str) -> str:
    """The constraint that speaks against a statement, or nothing."""
    refusal = refusal_of(cursor, sql)
    return (refusal.diag.constraint_name or str(refusal)) if refusal else ""


def test_every_guard_is_tried(superuser: Any) -> None:
    known = triggers(superuser)
    untried = {name for name, row in known.items() if attempt_at(name, row) is None}
    assert untried == set(STAMPED) | set(ELSEWHERE)
    assert (set(SPOILED) | set(ATTEMPTS) | set(EMPTIED) | set(STAMPED) | set(ELSEWHERE)) <= set(known)
    for name, file in ELSEWHERE.items():
        assert f"DISABLE TRIGGER {name}" in (ROOT / file).read_text()


def test_each_guard_refuses_in_its_name_what_passes_without_it(superuser: Any) -> None:
    wrong = []
    known = triggers(superuser)
    for name, row in known.items():
        attempt = attempt_at(name, row)
        if attempt is None:
            continue
        with undone(superuser):
            if attempt.before:
                with past_all_guards(superuser):
                    superuser.execute(attempt.before)
            for other in attempt.beside:
                disable(superuser, known[other]["table"], other)
            on = refused_in_the_name_of(superuser, attempt.sql)
            disable(superuser, row["table"], name)
            off = refused_in_the_name_of(superuser, attempt.sql)
            if (on, off) != (attempt.constraint, ""):
                wrong.append((name, on, off))

    assert wrong == []


def test_what_is_kept_for_good_is_not_deleted_either(superuser: Any) -> None:
    deleted = []
    for name, row in triggers(superuser).items():
        with undone(superuser):
            if row["deletes"] and not refused_in_the_name_of(superuser, f"DELETE FROM {row['table']}"):
                deleted.append(name)

    assert deleted == ["attachment_frozen"]  # of a draft, and for us alone


def is_kept(cursor: Any, table: str, column: str, kind: str) -> bool:
    """Whether a guard refuses any other value of a column, or it is the row's own id."""
    value = OTHERWISE.get(kind, OTHERWISE["text"]).format(f'"{column}"')
    refusal = refusal_of(cursor, f'UPDATE {table} SET "{column}" = {value}')
    return column == "id" or (refusal is not None and refusal.pgcode == RESTRICTED)


def test_of_what_a_guard_keeps_only_this_may_change(superuser: Any) -> None:
    """Column by column, in all rows at once: `MAY_CHANGE` says what is free in every one, as a new column may be."""
    free = {}
    for table in sorted({row["table"] for row in triggers(superuser).values() if row["deletes"]}):
        columns = columns_of(superuser, table)
        with undone(superuser):
            names = {name for name, kind in columns.items() if not is_kept(superuser, table, name, kind)}
        if names:
            free[table] = names

    assert free == {table: set(names.split()) for table, names in MAY_CHANGE.items()}


@pytest.mark.parametrize("name", STAMPED)
def test_the_moment_of_recording_is_the_databases_own(superuser: Any, name: str) -> None:
    table, needed, beside = STAMPED[name]
    known, said = triggers(superuser), []
    insert = copied(table, recorded_at="'2020-01-01'", **needed) + " RETURNING recorded_at = now()"
    with undone(superuser):
        for other in beside:
            disable(superuser, known[other]["table"], other)
        for is_on in (True, False):
            superuser.execute("SAVEPOINT before")
            if not is_on:
                disable(superuser, table, name)
            superuser.execute(insert)
            said += superuser.fetchone()
            superuser.execute("ROLLBACK TO before")

    assert said == [True, False]
