"""Excel files, read by a process of its own: a file of one kilobyte may ask for more memory than any machine has."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any

from ledger.refusals import Refused
from office.sheets import unguard

Cell = str | Decimal | date | bool
CHILD = Path(__file__).with_name("excel_child.py")
NO_EXCEL = 3
"""What the child ends with where the file is none."""
LARGEST_SHEET = 256 * 1024 * 1024


def excel_rows(file: IO[bytes]) -> Iterator[tuple[int, list[Cell]]]:
    """Each row that is not blank with its line, as a spreadsheet counts; the file is at its start again afterwards.

    Raises Refused for what is no Excel file, or reaches further than can be read.
    """
    try:
        _require_small(file)
        yield from _asked(file)
    finally:
        file.seek(0)


def _require_small(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise _no_excel() from error
    if size > LARGEST_SHEET:
        raise Refused("The sheet is too large. Save it as CSV.", code="file_too_large")
    file.seek(0)


def _asked(file: IO[bytes]) -> Iterator[tuple[int, list[Cell]]]:
    command = [sys.executable, "-I", str(CHILD)]  # by its path: it needs nothing of Django
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin
        assert child.stdout
        try:
            with suppress(BrokenPipeError), child.stdin as asked:
                asked.write(file.read())
            for answer in child.stdout:
                line, cells = json.loads(answer)
                yield line, [_cell(cell) for cell in cells]
            _require_done(child.wait())
        finally:
            child.kill()


def _require_done(end: int) -> None:
    if end == NO_EXCEL:
        raise _no_excel()
    if end:
        raise Refused(
            "The sheet reaches further than can be read. Delete what stands far below or beside the table, "
            "or save it as CSV.",
            code="file_too_large",
        )


def _no_excel() -> Refused:
    return Refused("This is not an Excel file that can be read.", code="not_a_table")


def _cell(told: Any) -> Cell:
    match told:
        case ["number", text]:
            return Decimal(text)
        case ["day", text]:
            return date.fromisoformat(text)
        case bool():
            return told
    return unguard(str(told))
