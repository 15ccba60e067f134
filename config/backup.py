"""Making a backup: one file, whole or not there at all."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from config.backup_file import FORMAT, write_dump, write_manifest
from config.backup_sealing import SHORTEST
from config.postgres_programs import log_in, program
from config.whole_files import NotWritten, whole_or_not_at_all
from office.models import Backup
from office.sealing import keyed_hash
from reports.book_figures import figures, migrations, tables

KEYS = "this backup"
"""What is hashed by our key, so that a restore knows whether it holds the same one."""


def make_backup(path: Path) -> Backup:
    """Write everything that stands in the database at this moment to a file that only its owner may read.

    It takes the shape of `config/backup_file.py`, sealed where BACKUP_KEY is set, under another name until it is whole
    and on the disk. To be called as the owner of the tables. Raises NotWritten where it cannot be made.
    """
    require_office()
    key = settings.BACKUP_KEY
    if key and len(key) < SHORTEST:
        raise NotWritten(f"BACKUP_KEY is too short: it needs {SHORTEST} characters. Draw one: openssl rand -base64 32")
    with one_moment() as (made_at, snapshot), whole_or_not_at_all(path) as file:
        manifest = {"format": FORMAT, "made_at": made_at.isoformat(), "migrations": migrations(), **figures()}
        manifest |= {"server": server_version(), "keys": keyed_hash(KEYS)}
        manifest["dump_sha256"] = _dump(file, snapshot, key)
        digest = write_manifest(file, manifest, key)
    where, size = str(path.resolve())[:500], path.stat().st_size
    return Backup.objects.create(made_at=made_at, path=where, size=size, sha256=digest)


def require_office() -> None:
    """Raise NotWritten where nothing was ever prepared in the database."""
    if "office_company" not in tables():
        raise NotWritten("There is no office in this database: nothing was ever prepared in it.")


@contextmanager
def one_moment() -> Iterator[tuple[datetime, str]]:
    """A transaction that sees one state of everything: its moment, and the name by which pg_dump sees the same."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT now(), pg_export_snapshot()")
        found: tuple[datetime, str] = cursor.fetchone()
        yield found


def server_version() -> str:
    """PostgreSQL's, as it says it."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def _dump(file: IO[bytes], snapshot: str, key: str) -> str:
    line: list[Any] = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with tempfile.TemporaryFile() as words:
        with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=words, env=log_in()) as dump:
            assert dump.stdout
            digest = write_dump(file, dump.stdout, key)
        if dump.returncode:
            words.seek(0)
            raise NotWritten(f"pg_dump failed: {words.read().decode(errors='replace').strip()}")
    return digest
