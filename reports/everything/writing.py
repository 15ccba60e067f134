"""Writing the archive of everything: one CSV for each table, kept bytes as files of their own, all as of one moment.

Rows and bytes go from the database into the archive as they come, so memory stays flat.
"""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from io import StringIO
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ledger.snapshot import snapshot
from office.sealing import keyed_hash, seal, unseal
from office.sheets import guard
from reports.book_figures import figures, migrations
from reports.everything.contents import SEALED, Column, Table, tables_of_export
from reports.everything.words import COLUMN_HEADS, TABLE_HEADS, column_rows, readme, table_rows

FORMAT = 1
README, MANIFEST, COLUMNS, TABLES, OPENED = "README.txt", "manifest.json", "COLUMNS.csv", "TABLES.csv", "opened.csv"
KEYS = "this export"
"""What is sealed and hashed by our keys, so that an import knows whether it holds the same ones."""
PLAIN = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL bytea_output = 'hex'"
AT_ONCE = 8
"""So many kept files are in memory at a time."""

Told = Callable[[int], None]


def write_everything(file: IO[bytes], *, open_accounts: bool, told: Told = lambda count: None) -> dict[str, Any]:
    """Write the archive (ZIP) into a file, and give its manifest; `told` hears how many rows are written.

    With `open_accounts` what is sealed stands in clear in `opened.csv` beside the tables. Raises Unsealable where no
    key of ours opens it.
    """
    with snapshot(), connection.cursor() as cursor, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        cursor.execute(PLAIN)
        tables = tables_of_export()
        manifest = _beginning(open_accounts)
        manifest["tables"] = {}
        done = 0
        for table in tables:
            manifest["tables"][table.name] = _write_table(archive, table)
            done += manifest["tables"][table.name]["rows"]
            told(done)
            for column in table.columns:
                if column.is_bytes:
                    _write_bytes(archive, table, column)
        _write_csv(archive, TABLES, TABLE_HEADS, table_rows(tables, manifest["tables"]))
        _write_csv(archive, COLUMNS, COLUMN_HEADS, column_rows(tables))
        if open_accounts:
            heads = ("table", "column", "key", "text")
            manifest["opened"] = _write_csv(
                archive, OPENED, heads, opened_rows({table.name: table for table in tables})
            )
        _write(archive, README, readme(manifest).encode())
        _write(archive, MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    return manifest


def head_of(table: Table) -> str:
    """The first line of a table's CSV."""
    return ",".join(column.name for column in table.columns)


def opened_rows(tables: dict[str, Table]) -> Iterator[tuple[str, str, str, str]]:
    """What is sealed in these tables, in clear: table, column, key of the row, text."""
    for name in SEALED:
        table, column = name.split(".")
        key = tables[table].key
        asked = f"SELECT {key}, {column} FROM {table} WHERE {column} <> '' ORDER BY {key}"  # noqa: S608  our own names
        for at, sealed in _rows(asked):
            yield table, column, str(at), unseal(sealed)


def _beginning(open_accounts: bool) -> dict[str, Any]:
    book = figures()
    del book["rows"]
    return {
        "format": FORMAT,
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
        "made_at": timezone.now().isoformat(),
        "migrations": migrations(),
        "keys": keyed_hash(KEYS),
        "sealed": seal(KEYS),
        "accounts": "in clear" if open_accounts else "sealed",
        "figures": book,
    }


def _write_table(archive: ZipFile, table: Table) -> dict[str, Any]:
    """Write a table's CSV, and say how many rows it has and its SHA-256."""
    columns = ", ".join(map(_leaving, table.columns))
    rows = f"SELECT {columns} FROM {_quoted(table.name)} ORDER BY {_quoted(table.key)}"  # noqa: S608  our own names
    with _member(archive, table.member) as member, connection.cursor() as cursor:
        member.write(f"{head_of(table)}\n".encode())
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY ({rows}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')", member)
        return {"rows": cursor.rowcount, "sha256": member.digest.hexdigest()}


def _leaving(column: Column) -> str:
    """What stands in the CSV: of bytes their SHA-256, of text what is no formula in a sheet (`office/sheets.py`)."""
    name = _quoted(column.name)
    if column.is_bytes:
        return f"encode(sha256({name}), 'hex') AS {name}"
    if column.is_text:
        return f"CASE WHEN {name} ~ E'^''*[=+@\\t\\r-]' THEN '''' || {name} ELSE {name} END AS {name}"
    return name


def _write_bytes(archive: ZipFile, table: Table, column: Column) -> None:
    key, name = _quoted(table.key), _quoted(column.name)
    asked = f"SELECT {key}, {name} FROM {_quoted(table.name)} WHERE {name} IS NOT NULL ORDER BY {key}"  # noqa: S608
    for at, content in _rows(asked):
        _write(archive, table.file_of(column, at), bytes(content))


def _write_csv(archive: ZipFile, name: str, heads: Sequence[str], rows: Iterator[Sequence[str]]) -> dict[str, Any]:
    count = 0
    with _member(archive, name) as member:
        member.write(_line(heads))
        for row in rows:
            count += 1
            member.write(_line([guard(cell) for cell in row]))
        return {"rows": count, "sha256": member.digest.hexdigest()}


def _line(row: Sequence[str]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue().encode()


def _rows(asked: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a question, a few at a time in memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(asked)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def _write(archive: ZipFile, name: str, content: bytes) -> None:
    with _member(archive, name) as member:
        member.write(content)


class _Hashing:
    """A member of the archive that is being written, and the SHA-256 of what it has so far."""

    def __init__(self, into: IO[bytes]) -> None:
        self.into, self.digest = into, sha256()

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        return self.into.write(content)


@contextmanager
def _member(archive: ZipFile, name: str) -> Iterator[_Hashing]:
    """A member of this name, which bears no time, so that the same rows make the same bytes."""
    info = ZipInfo(name)
    info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as into:
        yield _Hashing(into)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
