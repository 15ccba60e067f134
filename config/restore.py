"""Making an office of a backup: into an empty database, held until somebody releases it, and compared with the file."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from config.backup import KEYS
from config.backup_file import BadBackup, dump_pieces, read_manifest
from config.backup_sealing import NotOpened
from config.postgres_programs import log_in, program
from office.audit.check import check_chain
from office.operations.seal_audit import chains
from office.sealing import keyed_hash
from reports.book_check import check_book
from reports.book_figures import differences, figures, tables


class NotRestored(Exception):
    """Nothing was restored; the message says why."""


def load_backup(file: IO[bytes]) -> dict[str, Any]:
    """Fill an empty database, and hold it, in one transaction. The manifest.

    To be called as the owner. Raises NotRestored where the file is not whole, is of a later version than this code, or
    the database is not empty: then it stays as it is.
    """
    try:
        manifest = read_manifest(file, settings.BACKUP_KEY)
    except BadBackup as error:
        raise NotRestored(str(error)) from error
    if there := tables():
        raise NotRestored(f"The database is not empty: it has {len(there)} tables. Name an empty one.")
    if later := _unknown_migrations(manifest):
        raise NotRestored(f"The backup is of a later version of Duebook: this one does not know {', '.join(later)}.")
    _load(dump_pieces(file, settings.BACKUP_KEY), hold_statement(manifest))
    return manifest


def wrong_with_load(manifest: dict[str, Any]) -> list[str]:
    """What did not arrive as it was, in words; to be asked before anything is migrated."""
    return differences(manifest, figures())


def wrong_with_copy(manifest: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a restored office, in words: the keys here, its book and its audit trail."""
    if manifest["keys"] != keyed_hash(KEYS):
        yield "LOOKUP_KEY, or SECRET_KEY where there is none, is not that of the office that was backed up"
    yield from wrong_with_book(datetime.fromisoformat(manifest["made_at"]))


def wrong_with_book(made_at: datetime) -> Iterator[str]:
    """What is wrong with the book and the audit trail of a copy made at this moment, in words."""
    for finding in check_book():
        yield f"{finding.check}: {finding.subject}: {finding.detail}"
    for company in chains():
        for found in check_chain(company, known_at=made_at).breaks:
            yield f"audit trail of {company or 'no company'}: {found.place}{found.words}"


def _unknown_migrations(manifest: dict[str, Any]) -> list[str]:
    known = MigrationLoader(connection, ignore_no_migrations=True).disk_migrations
    ours = {app for app, _ in known}
    last = manifest["migrations"].items()
    return [f"{app} {name}" for app, name in last if app not in ours or (app, name) not in known]


def hold_statement(manifest: dict[str, Any]) -> str:
    """The statement that holds the copy. Nobody can have written into the manifest what is not a moment."""
    backed_up_at = datetime.fromisoformat(manifest["made_at"]).isoformat()
    return (
        "INSERT INTO public.office_restoredcopy (backed_up_at, restored_at)"  # noqa: S608  moments
        f" VALUES ('{backed_up_at}', '{timezone.now().isoformat()}')"
    )


def _load(dump: Iterator[bytes], then: str) -> None:
    """Run the dump as one transaction, the last statement being `then`: at no moment is there a copy not held."""
    reading, writing = os.pipe()  # we hold its end open too: psql commits only what pg_restore brought to its own end
    script = [program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--file=-"]
    load = [program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    load += ["--output", os.devnull, "--file=-", "--command", then]
    with tempfile.TemporaryFile() as words, subprocess.Popen(load, stdin=reading, stderr=words, env=log_in()) as psql:
        os.close(reading)
        try:
            with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=writing, stderr=words) as restore:
                assert restore.stdin
                with suppress(BrokenPipeError), restore.stdin as into:
                    for piece in dump:
                        into.write(piece)
        except NotOpened as error:
            psql.kill()
            os.close(writing)
            raise NotRestored(str(error)) from error
        if restore.returncode:
            psql.kill()
        os.close(writing)
        if psql.wait() or restore.returncode:
            words.seek(0)
            said = words.read().decode(errors="replace").strip()
            raise NotRestored(f"PostgreSQL did not take it, and the database is empty as before: {said}")


def opened(path: Path) -> IO[bytes]:
    """The file. Raises NotRestored where it cannot be opened."""
    try:
        return path.open("rb")
    except OSError as error:
        raise NotRestored(f"{path} cannot be opened: {error.strerror}.") from error
