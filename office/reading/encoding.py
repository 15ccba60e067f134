"""Which letters the bytes of a text file stand for."""

import codecs
from typing import IO

from ledger.refusals import Refused

PIECE = 1024 * 1024
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp850": "DOS 850 (Western Europe)",
    "shift_jis": "Shift JIS (Japan)",
}


def encoding_of(file: IO[bytes]) -> str:
    """The encoding by the file's mark or by what its bytes can be. Raises Refused where they can be none we know.

    Whatever is valid UTF-8 is UTF-8; text in an old code page with any letter beyond ASCII practically never is.
    """
    start = file.read(4096)
    file.seek(0)
    for mark, encoding in MARKS.items():
        if start.startswith(mark):
            return encoding
    for encoding in (*_by_zeros(start), "utf-8-sig", "cp1252"):
        if _can_be(file, encoding):
            return encoding
    raise Refused("The letters of this file cannot be made out. Save it as UTF-8.", code="unknown_encoding")


def _by_zeros(start: bytes) -> list[str]:
    """UTF-16 without a mark shows every second byte of plain text as zero."""
    evens, odds = start[::2].count(0), start[1::2].count(0)
    if not evens + odds:
        return []
    return ["utf-16-le"] if odds > evens else ["utf-16-be"]


def _can_be(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True
