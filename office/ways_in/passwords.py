"""Which passwords are refused beside the short and the common (NIST 800-63B): very long ones, and stolen ones.

Whoever logs in with a stolen one chooses another before they come in.

BREACHED_PASSWORDS names a file in the form of the "Pwned Passwords" download: SHA-1 in hex, sorted, one a line, with or
without `:count`. It has tens of gigabytes, so it is searched where it lies.
"""

import logging
import os
from hashlib import sha1
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

log = logging.getLogger(__name__)
LONGEST = 128
DIGITS = 40
MOST_LINE = 80
"""More than a line has: 40 digits, a colon, a count, a line end."""


class NotTooLong:
    """At most 128 characters: reckoning the hash of a whole book would keep a worker busy."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a longer one."""
        if len(password) > LONGEST:
            raise ValidationError(f"At most {LONGEST} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At most {LONGEST} characters."


class NotBreached:
    """None that stands in the file of stolen passwords, where there is such a file."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one that was stolen somewhere."""
        if is_stolen(password):
            raise ValidationError(
                "This password was stolen from some other site and is tried first. Choose another.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return "None that was stolen from another site."


def is_stolen(password: str) -> bool:
    """Whether it stands in the file of stolen passwords. Raises OSError where there is to be one and none is."""
    return bool(settings.BREACHED_PASSWORDS) and is_breached(password, Path(settings.BREACHED_PASSWORDS))


def is_known_to_be_stolen(password: str) -> bool:
    """The same of one that opens already: a file that cannot be read keeps nobody out, and the log says so."""
    try:
        return is_stolen(password)
    except OSError as error:
        log.error("Passwords at log-in are not held against the stolen ones: %s", error)
        return False


def is_breached(password: str, path: Path) -> bool:
    """Whether the file has it: some thirty looks, however large the file is."""
    wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            start, line = _line_at(file, middle)
            found = line[:DIGITS].upper()
            if found == wanted:
                return True
            low, high = (start + len(line), high) if found < wanted else (low, start)
    return False


def _line_at(file: BinaryIO, place: int) -> tuple[int, bytes]:
    """The line that holds this place, and where it starts."""
    back = max(place - MOST_LINE, 0)
    file.seek(back)
    before = file.read(place - back)
    start = back + before.rfind(b"\n") + 1
    file.seek(start)
    return start, file.readline(2 * MOST_LINE)
