"""What was wrong in a file, in words that help to mend it, and the file of it."""

import codecs
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from office.reading.excel import Cell
from office.sheets import guard

ERROR = "Error"


@dataclass(frozen=True)
class Trouble:
    """A row that does not go in: where, what stood there, and how to mend it. `reason` counts alike ones."""

    line: int
    column: str
    found: str
    advice: str
    reason: str


class TroubleFile:
    """Troubles written as CSV, one a row."""

    def __init__(self, target: IO[bytes]) -> None:
        target.write(codecs.BOM_UTF8)  # by which Excel knows the encoding
        self.writer = csv.writer(codecs.getwriter("utf-8")(target))
        self.writer.writerow(["Line", "Column", "Found", "What to do"])
        self.count = 0

    def add(self, trouble: Trouble) -> None:
        """Write one row."""
        self.count += 1
        self.writer.writerow([trouble.line, guard(trouble.column), guard(trouble.found), trouble.advice])


class RowsToMend:
    """The rows that did not go in, as they stood, each with what to do: to be mended there and loaded again."""

    def __init__(self, target: IO[bytes], headings: Sequence[str]) -> None:
        target.write(codecs.BOM_UTF8)
        self.writer = csv.writer(codecs.getwriter("utf-8")(target))
        self.width = len(headings) - (ERROR in headings)
        self.writer.writerow([*headings[: self.width], ERROR])

    def add(self, cells: Sequence[Cell], advice: str) -> None:
        """Write one row."""
        own = [guard(str(cell)) for cell in cells[: self.width]]
        self.writer.writerow([*own, *[""] * (self.width - len(own)), advice])
