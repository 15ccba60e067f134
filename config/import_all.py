"""Making an office of an export of everything: into an empty database, in one transaction, held and compared."""

import csv
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from hashlib import sha256
from io import TextIOWrapper
from itertools import islice
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import psycopg2
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from config.restore import NotRestored, hold_statement
from customers.models import CustomerAccount
from customers.operations.add_account import hash_of
from office.models import Company, User, WebhookEndpoint
from office.sealing import Unsealable, keyed_hash, seal, unseal
from office.sheets import unguard
from office.webhooks.signing import new_secret
from reports.book_figures import differences, figures, tables
from reports.everything.contents import SEALED, Column, Table, tables_of_export
from reports.everything.writing import AT_ONCE, FORMAT, KEYS, MANIFEST, OPENED, PLAIN, head_of

PIECE = 1024 * 1024


@contextmanager
def opened_archive(file: IO[bytes]) -> Iterator[ZipFile]:
    """The archive; inside, what shows it to be damaged is told as NotRestored."""
    try:
        with ZipFile(file) as archive:
            yield archive
    except (BadZipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise NotRestored(f"It is no whole export of Duebook: {error}") from error


def checked_manifest(archive: ZipFile) -> dict[str, Any]:
    """What the archive says of itself, once each CSV is as it was written.

    Raises NotRestored where one is not, the version is another, or its accounts are sealed and our keys open nothing.
    """
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        form, sums = manifest["format"], {f"tables/{name}.csv": said for name, said in manifest["tables"].items()}
        datetime.fromisoformat(manifest["made_at"])
        if "opened" in manifest:
            sums[OPENED] = manifest["opened"]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise NotRestored("It is no export of Duebook: it has no manifest that can be read.") from error
    if form != FORMAT:
        raise NotRestored(f"Its format is {form}; this version reads {FORMAT}.")
    if differing := _other_version(manifest["migrations"]):
        raise NotRestored(f"The export is of another version of Duebook: {differing}.")
    for name, said in sums.items():
        if _sum_of(archive, name) != said["sha256"]:
            raise NotRestored(f"{name} is not as it was written.")
    if "opened" not in manifest:
        _require_keys(manifest)
    return manifest


def require_empty() -> None:
    """Raise NotRestored where the database has an office already; tables that were prepared for one may be there."""
    if tables() and (Company.objects.exists() or User.objects.exists()):
        raise NotRestored("The database is not empty: there is an office in it. Name an empty one.")


def load_everything(archive: ZipFile, manifest: dict[str, Any]) -> None:
    """Fill a prepared database with what the archive has, compare it, and hold it: all of it, or nothing.

    To be called as the owner, whose right it is to set the guards aside. Raises NotRestored.
    """
    ours = tables_of_export()
    if {table.name for table in ours} != set(manifest["tables"]):
        raise NotRestored("It has other tables than this version.")
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(PLAIN)
            _empty_without_guards(cursor, ours)
            for table in ours:
                _load_table(cursor, archive, table)
            _seal_anew(cursor, archive, manifest)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no trigger is put back while references are to be checked
            for table in ours:
                cursor.execute(f"ALTER TABLE {_quoted(table.name)} ENABLE TRIGGER USER")
                _count_on(cursor, table)
            _require_same(manifest)
            cursor.execute(hold_statement(manifest))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    except (DatabaseError, psycopg2.Error) as error:  # Django does not wrap those of COPY
        raise NotRestored(f"PostgreSQL did not take it, and the database is empty as before: {error}") from error


def _other_version(said: dict[str, str]) -> str:
    """The apps whose last migration differs from this version's, in words; empty where none does."""
    ours = dict(MigrationLoader(None).graph.leaf_nodes())
    apps = sorted(app for app in {*ours, *said} if ours.get(app) != said.get(app))
    return ", ".join(f"{app} {said.get(app, 'missing')}, here {ours.get(app, 'missing')}" for app in apps)


def _require_keys(manifest: dict[str, Any]) -> None:
    words = "Set {} of the office it came from, or export with --open-accounts there."
    if manifest.get("keys") != keyed_hash(KEYS):
        raise NotRestored(words.format("LOOKUP_KEY (SECRET_KEY where there is none)"))
    try:
        unseal(str(manifest.get("sealed")))
    except Unsealable as error:
        raise NotRestored(words.format("ENCRYPTION_KEYS (SECRET_KEY where there are none)")) from error


def _empty_without_guards(cursor: Any, ours: list[Table]) -> None:
    """Set triggers aside in this transaction, and take out what migrations put in: the archive has it, too."""
    for table in ours:
        cursor.execute(f"ALTER TABLE {_quoted(table.name)} DISABLE TRIGGER USER")
    cursor.execute(f"TRUNCATE {', '.join(_quoted(table.name) for table in ours)} CASCADE")


def _load_table(cursor: Any, archive: ZipFile, table: Table) -> None:
    """Put a table's rows in by way of one that takes them as they stand in the CSV."""
    arriving = ", ".join(f"{_quoted(column.name)} {_arriving_type(column)}" for column in table.columns)
    cursor.execute(f"CREATE TEMP TABLE arriving ({arriving}) ON COMMIT DROP")
    with _member(archive, table.member) as member:
        if member.readline().decode().rstrip("\n") != head_of(table):
            raise NotRestored(f"{table.member} has other columns than this version.")
        cursor.copy_expert("COPY arriving FROM STDIN WITH (FORMAT csv, ENCODING 'UTF8')", member)
    in_files = [column for column in table.columns if column.is_bytes]
    without = " AND ".join(f"{_quoted(column.name)} IS NULL" for column in in_files) or "true"
    cursor.execute(f"{_insert(table, bytes_as='NULL')} WHERE {without} ORDER BY {_quoted(table.key)}")
    if in_files:
        cursor.execute(f"CREATE INDEX ON arriving ({_quoted(table.key)})")
        one_row = f"{_insert(table, bytes_as='%s')} WHERE {_quoted(table.key)} = %s"
        for key, *sums in _rows_with_bytes(table, in_files, without):
            names = [table.file_of(column, key) for column in in_files]
            cursor.execute(one_row, [*map(partial(_content, archive), names, sums), key])
    cursor.execute("DROP TABLE arriving")


def _insert(table: Table, *, bytes_as: str) -> str:
    """The statement that takes rows out of `arriving`, with what stands in for columns that did not leave."""
    from_there = [bytes_as if column.is_bytes else _arrived(column) for column in table.columns]
    into = ", ".join(_quoted(name) for name in [*(column.name for column in table.columns), *table.stand_ins])
    values = ", ".join([*from_there, *table.stand_ins.values()])
    return f"INSERT INTO {_quoted(table.name)} ({into}) SELECT {values} FROM arriving"  # noqa: S608  our own names


def _arrived(column: Column) -> str:
    """The value of a column as it was before it went into a file (`office/sheets.py`)."""
    name = _quoted(column.name)
    if not column.is_text:
        return name
    return f"CASE WHEN {name} ~ E'^''+[=+@\\t\\r-]' THEN substr({name}, 2) ELSE {name} END"


def _rows_with_bytes(table: Table, in_files: list[Column], without: str) -> Iterator[tuple[Any, ...]]:
    """The key of each such row, and the SHA-256 of each of its files, or None."""
    asked = ", ".join(_quoted(name) for name in [table.key, *(column.name for column in in_files)])
    with connection.chunked_cursor() as rows:
        rows.execute(f"SELECT {asked} FROM arriving WHERE NOT ({without}) ORDER BY 1")  # noqa: S608  our own names
        while some := rows.fetchmany(AT_ONCE):
            yield from some


def _content(archive: ZipFile, name: str, said: str | None) -> bytes | None:
    """The bytes of a file. Raises NotRestored where they are not those that the table names."""
    if said is None:
        return None
    with _member(archive, name) as member:
        content = member.read()
    if sha256(content).hexdigest() != said:
        raise NotRestored(f"{name} is not as it was written.")
    return content


def _arriving_type(column: Column) -> str:
    return "text" if column.is_text or column.is_bytes else column.type


def _seal_anew(cursor: Any, archive: ZipFile, manifest: dict[str, Any]) -> None:
    """Seal with our keys what came in clear, and give each program that listens a secret that nobody was told."""
    if "opened" in manifest:
        csv.field_size_limit(2**30)
        with _member(archive, OPENED) as member, TextIOWrapper(member, "utf-8", newline="") as text:
            for table, column, key, clear in islice(csv.reader(text), 1, None):
                if f"{table}.{column}" not in SEALED:
                    raise NotRestored(f"{OPENED} names {table}.{column}, which is not sealed.")
                update = f"UPDATE {_quoted(table)} SET {_quoted(column)} = %s WHERE id = %s"  # noqa: S608  our own names
                cursor.execute(update, [seal(unguard(clear)), key])
        for account in CustomerAccount.objects.iterator():
            hashed = hash_of(account.kind, account.bank_code, unseal(account.sealed_number))
            CustomerAccount.objects.filter(pk=account.pk).update(number_hash=hashed)
    for endpoint in WebhookEndpoint.objects.all():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(sealed_secret=seal(new_secret()))


def _count_on(cursor: Any, table: Table) -> None:
    """Let new rows be numbered after those that came."""
    key, name = _quoted(table.key), _quoted(table.name)
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [name, table.key])
    if sequence := cursor.fetchone()[0]:
        highest = f"SELECT setval(%s, max({key})) FROM {name} HAVING max({key}) IS NOT NULL"  # noqa: S608  our own names
        cursor.execute(highest, [sequence])


def _require_same(manifest: dict[str, Any]) -> None:
    """Raise NotRestored where rows or sums are not those that the manifest names."""
    said = manifest["figures"] | {"rows": {name: table["rows"] for name, table in manifest["tables"].items()}}
    found = figures()
    found["rows"] = {name: count for name, count in found["rows"].items() if name in said["rows"]}
    if wrong := differences(said, found):
        raise NotRestored("; ".join(wrong))


def _sum_of(archive: ZipFile, name: str) -> str:
    digest = sha256()
    with _member(archive, name) as member:
        while piece := member.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _member(archive: ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except KeyError as error:
        raise NotRestored(f"{name} is missing.") from error


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
