"""From the bytes of a file to its statements, by what the bytes say they are."""

import re
from collections.abc import Callable

from payments.bank_files.bai2 import read_bai2
from payments.bank_files.camt import read_camt
from payments.bank_files.facts import NOT_KNOWN, BadBankFile, ReadStatement
from payments.bank_files.mt940 import read_mt940
from payments.bank_files.ofx import read_ofx

LARGEST = 64 * 1024 * 1024
Reader = Callable[[bytes], list[ReadStatement]]
KINDS: list[tuple[re.Pattern[bytes], Reader]] = [
    (re.compile(rb"OFXHEADER|<OFX>", re.IGNORECASE), read_ofx),
    (re.compile(rb"^(?:\xef\xbb\xbf)?\s*<"), read_camt),
    (re.compile(rb"^[ \t]*(?::(?:\d\d[A-Z]?|NS):|\{1:)", re.MULTILINE), read_mt940),
    (re.compile(rb"\A\s*\d\d,[^\r\n]*/\s*$", re.MULTILINE), read_bai2),
]
"""What the beginning of a file looks like, and who reads it; the first that fits."""


def read_bank_file(content: bytes) -> list[ReadStatement]:
    """The statements of a file of any format but a table.

    Raises Refused for what is too large, broken, or of no format that we know.
    """
    read = reader_of(content)
    if read is None:
        raise BadBankFile(NOT_KNOWN)
    return read(content)


def reader_of(content: bytes) -> Reader | None:
    """Who reads a file, None where it can only be a table. Raises Refused for what is too large or empty."""
    if len(content) > LARGEST:
        raise BadBankFile(f"The file is larger than {LARGEST >> 20} MB. Ask the bank for a shorter time.")
    if not content.strip():
        raise BadBankFile("The file is empty.")
    return next((read for looks, read in KINDS if looks.search(content[:8192])), None)
