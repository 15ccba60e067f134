"""The bytes of a file as they were before it was packed, in bounded memory."""

import lzma
from tempfile import SpooledTemporaryFile
from typing import IO

from ledger.refusals import Refused

IN_MEMORY = 8 * 1024 * 1024
LARGEST = 512 * 1024 * 1024
PIECE = 1024 * 1024
XZ = b"\xfd7zXZ\x00"


def unpacked(source: IO[bytes], largest: int = LARGEST) -> IO[bytes]:
    """A copy that can be read again and again, on disk where it is large. Raises Refused for too much, or damaged."""
    copy = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the caller closes it
    start = source.read(len(XZ))
    source.seek(0)
    packed = lzma.LZMAFile(source) if start == XZ else source  # noqa: SIM115  the source is its owner's to close
    try:
        while piece := packed.read(PIECE):
            copy.write(piece)
            if copy.tell() > largest:
                raise Refused(f"The file holds more than {largest // PIECE} MB. Split it.", code="file_too_large")
    except (lzma.LZMAError, EOFError) as error:
        raise Refused("The file is damaged: it cannot be unpacked.", code="file_damaged") from error
    copy.seek(0)
    return copy
