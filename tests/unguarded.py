"""The database without one of its guards, for the controls of races, and whether all guards are there again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GUARDS = """
    SELECT conrelid::regclass || ': ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_triggerdef(oid) || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
"""


@contextmanager
def without(superuser: Any, guard: str, *, forget: tuple[str, ...] = ()) -> Iterator[None]:
    """Inside, a constraint or a unique index is gone for everybody; afterwards it is as it was, to the letter.

    What was written meanwhile into its table and the tables named would break it: their rows go first.
    """
    superuser.execute(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [guard]
    )
    found = superuser.fetchall()
    if found:
        [(table, definition)] = found
        off, on = f'ALTER TABLE {table} DROP CONSTRAINT "{guard}"', f'ALTER TABLE {table} ADD CONSTRAINT "{guard}" '
    else:
        superuser.execute("SELECT tablename, indexdef FROM pg_indexes WHERE indexname = %s", [guard])
        [(table, definition)] = superuser.fetchall()
        off, on = f'DROP INDEX "{guard}"', ""
    superuser.execute(off)
    try:
        yield
    finally:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("".join(f"DELETE FROM {each};" for each in (*forget, table)))
        superuser.execute("SET session_replication_role = DEFAULT")
        superuser.execute(on + definition)


def guards(cursor: Any) -> set[str]:
    """Each constraint, index and trigger of the database, with its whole definition."""
    cursor.execute(GUARDS)
    return {row[0] for row in cursor.fetchall()}
