"""What was wrong in a file, in words that help to mend it, and the file of it."""

import codecs
import csv
from dataclasses import dataclass
from typing import IO

from office.sheets import guard


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
