"""Writing many rows at once, several times as quickly as the ORM: one statement, and values that need no preparing.

What Django's bulk methods pass by (save(), signals) is passed by here as well; the database's guards see every row.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField
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
NOTHING = r"\N"
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""What has a meaning of its own in the text that COPY reads."""
AT_ONCE = 200
"""How many rows of a copy stand ready as text."""


def insert_all(rows: Iterable[models.Model]) -> None:
    """Insert new rows of one model and give them their ids. One COPY, for some guards look at all that it writes."""
    rows = list(rows)
    if not rows:
        return
    table = rows[0]._meta
    fields = [field for field in table.local_concrete_fields if not (field.primary_key or field.has_db_default())]
    columns = ", ".join(_column(field) for field in fields)
    texts = [_text_of(field) for field in fields]
    ids = _reserved(table.db_table, len(rows))
    lines = ("\t".join([str(own), *[text(row) for text in texts]]) + "\n" for own, row in zip(ids, rows, strict=True))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {_quoted(table.db_table)} (id, {columns}) FROM STDIN", _Stream(lines))
    for own, row in zip(ids, rows, strict=True):
        row.pk = own
        row._state.adding, row._state.db = False, connection.alias


def update_all(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write these fields of rows that exist."""
    if not rows:
        return
    table = rows[0]._meta
    fields = [table.get_field(name) for name in names]
    values = [_value_of(field) for field in fields]
    wanted = ", ".join(f"{_column(field)} = new.{_column(field)}" for field in fields)
    columns = ", ".join(_column(field) for field in fields)
    types = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
    sql = (
        f"UPDATE {_quoted(table.db_table)} AS old SET {wanted} "  # noqa: S608
        f"FROM (VALUES %s) AS new (id, {columns}) WHERE old.id = new.id"
    )
    changed = [[row.pk, *[value(row) for value in values]] for row in rows]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(cursor.cursor, sql, changed, f"(%s, {types})", page_size=len(rows))  # some guards see all of it


def plan_anew() -> None:
    """Have the database plan anew what it does for each row that is written, such as looking up whom the row names.

    A plan that was made while a table was nearly empty reads all of it each time, however much is in it since.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def _column(field: Any) -> str:
    return _quoted(field.column)


def _value_of(field: Any) -> Callable[[models.Model], Any]:
    """What gives a changed row's value of the field as the driver takes it."""
    name = field.attname
    if getattr(field, "auto_now", False):
        return lambda row: field.pre_save(row, add=False)
    if isinstance(field, AS_THEY_ARE):
        return lambda row: getattr(row, name)
    return lambda row: field.get_db_prep_save(getattr(row, name), connection)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _reserved(table: str, count: int) -> list[int]:
    """New ids, in order."""
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [_quoted(table), count])
        return [own for (own,) in cursor.fetchall()]


class _Stream:
    """Lines as the file that a COPY reads, made as it takes them."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines

    def read(self, _size: int) -> str:
        """The next lines; nothing at the end."""
        return "".join(islice(self.lines, AT_ONCE))


def _text_of(field: Any) -> Callable[[models.Model], str]:
    """What gives a new row's value of the field as COPY reads it."""
    name, written = field.attname, _writer_of(field)
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda row: written(field.pre_save(row, add=True))
    return lambda row: NOTHING if (value := getattr(row, name)) is None else written(value)


def _writer_of(field: Any) -> Callable[[Any], str]:
    if isinstance(field, models.CharField | models.TextField):
        return lambda value: str(value).translate(ESCAPED)
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder).translate(ESCAPED)
    if isinstance(field, models.BinaryField):
        return lambda value: rf"\\x{bytes(value).hex()}"
    if isinstance(field, ArrayField):
        return _array
    if isinstance(field, DateRangeField):
        return _days
    return str


def _array(values: Sequence[Any]) -> str:
    """Each value quoted, whatever it holds."""
    quoted = (str(value).replace("\\", r"\\").replace('"', r"\"") for value in values)
    return ("{" + ",".join(f'"{value}"' for value in quoted) + "}").translate(ESCAPED)


def _days(ends: Sequence[Any]) -> str:
    """From the first day up to the one before the last; None is no end."""
    first, last = ("" if end is None else str(end) for end in ends)
    return f"[{first},{last})"
