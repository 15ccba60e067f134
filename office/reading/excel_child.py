"""The process that reads an Excel file: bytes on its standard input, one line of JSON for each row that is not blank.

It may use so much memory and time and no more; whatever odd file ends it, the office goes on.
"""

import json
import resource
import sys
from datetime import date, datetime
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

MEMORY, SECONDS = 2 * 1024**3, 60
LAST_LINE = 1_048_576  # of any sheet, says Excel
NO_EXCEL, TOO_FAR = 3, 4


def main() -> int:
    """Write the rows of the first sheet; what the process ends with."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    except (CalamineError, IndexError):
        return NO_EXCEL
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if line > LAST_LINE:
            return TOO_FAR
        told = [tell(cell) for cell in cells]
        if any(cell != "" for cell in told):
            print(json.dumps((line, told)))
    return 0


def tell(value: object) -> object:
    """A cell as JSON has it: what is neither text nor yes or no says what it is."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return ["number", repr(value)]
    if isinstance(value, float):
        return ["number", f"{value:.15g}"]
    if isinstance(value, date):
        return ["day", (value.date() if isinstance(value, datetime) else value).isoformat()]
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
