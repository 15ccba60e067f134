"""Writing many rows at once, several times as quickly as the ORM: one statement, and values that need no preparing.

What Django's bulk methods pass by (save(), signals) is passed by here as well; the database's guards see every row.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg2.extras import execute_values

AS_THEY_ARE = (
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)
"""Fields whose values the driver writes itself."""


def insert_all(rows: Iterable[models.Model]) -> None:
    """Insert new rows of one model and give them their ids."""
    rows = list(rows)
    if not rows:
        return
    table = rows[0]._meta
    fields = [field for field in table.local_concrete_fields if not (field.primary_key or field.has_db_default())]
    columns = ", ".join(_column(field) for field in fields)
    values = [_value_of(field, new=True) for field in fields]
    sql = f"INSERT INTO {_quoted(table.db_table)} ({columns}) VALUES %s RETURNING id"  # noqa: S608  our own names
    ids = _execute(sql, [[value(row) for value in values] for row in rows])
    for row, (row_id,) in zip(rows, ids, strict=True):
        row.pk = row_id
        row._state.adding, row._state.db = False, connection.alias


def update_all(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write these fields of rows that exist."""
    if not rows:
        return
    table = rows[0]._meta
    fields = [table.get_field(name) for name in names]
    values = [_value_of(field, new=False) for field in fields]
    wanted = ", ".join(f"{_column(field)} = new.{_column(field)}" for field in fields)
    columns = ", ".join(_column(field) for field in fields)
    types = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
    sql = (
        f"UPDATE {_quoted(table.db_table)} AS old SET {wanted} "  # noqa: S608
        f"FROM (VALUES %s) AS new (id, {columns}) WHERE old.id = new.id RETURNING old.id"
    )
    _execute(sql, [[row.pk, *(value(row) for value in values)] for row in rows], f"(%s, {types})")


def plan_anew() -> None:
    """Have the database plan anew what it does for each row that is written, such as looking up whom the row names.

    A plan that was made while a table was nearly empty reads all of it each time, however much is in it since.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def _column(field: Any) -> str:
    return _quoted(field.column)


def _value_of(field: Any, *, new: bool) -> Callable[[models.Model], Any]:
    """What gives a row's value of the field as the driver takes it."""
    name = field.attname
    if getattr(field, "auto_now", False) or (new and getattr(field, "auto_now_add", False)):
        return lambda row: field.pre_save(row, new)
    if isinstance(field, AS_THEY_ARE):
        return lambda row: getattr(row, name)
    return lambda row: field.get_db_prep_save(getattr(row, name), connection)


def _execute(sql: str, rows: list[list[Any]], template: str | None = None) -> list[tuple[Any, ...]]:
    """Run it as one statement, for some guards look at all that a statement writes."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        found: list[tuple[Any, ...]] = execute_values(
            cursor.cursor, sql, rows, template, page_size=len(rows), fetch=True
        )
    return found


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
