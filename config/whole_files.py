"""Files that are whole under their name, or not there at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class NotWritten(Exception):
    """There is no such file; the message says why."""


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[IO[bytes]]:
    """A file beside the wanted one, for its owner alone, which gets its name when all went well and it is on the disk.

    Raises NotWritten where there is such a file already, and where none can be written.
    """
    if path.exists():
        raise NotWritten(f"{path} is there already; nothing is overwritten.")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    except OSError as error:
        raise NotWritten(f"{path.parent} takes no file: {error.strerror}.") from error
    beside = Path(name)  # only its owner may read it: tempfile sees to that
    try:
        with open(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise NotWritten(f"It could not be written: {error.strerror}.") from error
        raise
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Have the new name on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
