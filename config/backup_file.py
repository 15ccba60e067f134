"""The one file of a backup: a plain tar of the dump and a manifest, and after it a line with the SHA-256 of all before.

`tar xf FILE` unpacks it anywhere: book.dump is what pg_dump writes in its custom format, for pg_restore. The manifest
says what the dump holds, and its SHA-256, so that the manifest of another backup is found out. With a passphrase both
are sealed (`config/backup_sealing.py`), and only a restore opens them; the last line shows damage without it.
"""

import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import sha256
from typing import IO, Any

from config.backup_sealing import MAGIC, NotOpened, opened, sealed

DUMP, MANIFEST = "book.dump", "manifest.json"
FORMAT = 1
BLOCK = tarfile.BLOCKSIZE
PIECE = 1024 * 1024
LINE = 65
"""The last line: 64 digits and its end."""


class BadBackup(Exception):
    """The file is no whole backup of ours; the message says why."""


def write_dump(file: IO[bytes], dump: IO[bytes], passphrase: str) -> str:
    """Write the dump as the first member, of whatever length, sealed where there is a passphrase. Its SHA-256."""
    file.write(bytes(BLOCK))
    digest, size = sha256(), 0
    for piece in _kept(iter(partial(dump.read, PIECE), b""), passphrase):
        digest.update(piece)
        size += file.write(piece)
    file.write(bytes(-size % BLOCK))
    file.seek(0)
    file.write(_head(DUMP, size))
    file.seek(0, os.SEEK_END)
    return digest.hexdigest()


def write_manifest(file: IO[bytes], manifest: dict[str, Any], passphrase: str) -> str:
    """Write the manifest as the second member, and the last line. The SHA-256 of all before that."""
    said = b"".join(_kept([json.dumps(manifest, indent=1, sort_keys=True).encode()], passphrase))
    file.write(_head(MANIFEST, len(said)) + said + bytes(-len(said) % BLOCK) + bytes(2 * BLOCK))
    file.flush()
    file.seek(0)
    digest = _digest(_pieces(file, os.fstat(file.fileno()).st_size))
    file.write(f"{digest}\n".encode())
    return digest


def read_manifest(file: IO[bytes], passphrase: str) -> dict[str, Any]:
    """The manifest of a file that is as it was written. Raises BadBackup for any other, and for another passphrase."""
    whole = os.fstat(file.fileno()).st_size - LINE
    if whole <= 0:
        raise BadBackup("It is too short to be a backup.")
    file.seek(0)
    digest = _digest(_pieces(file, whole))
    if file.read() != f"{digest}\n".encode():
        raise BadBackup("It is not as it was written: cut off, changed, or no backup of Duebook.")
    try:
        manifest = _manifest(file, passphrase)
    except NotOpened as error:
        raise BadBackup(str(error)) from error
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise BadBackup(f"It is no backup of Duebook: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BadBackup(f"Its format is {manifest.get('format')}; this version reads {FORMAT}.")
    if manifest.get("dump_sha256") != _digest(_member_pieces(file, DUMP)):
        raise BadBackup("Its manifest is of another backup.")
    return manifest


def dump_pieces(file: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """The dump, piece by piece, as pg_dump wrote it. Raises NotOpened where the passphrase is another."""
    return opened(_member_pieces(file, DUMP), passphrase)


def is_sealed(file: IO[bytes]) -> bool:
    """Whether only a passphrase opens it, so that nobody without one made it either."""
    return next(_member_pieces(file, MANIFEST)).startswith(MAGIC)


def _kept(pieces: Iterable[bytes], passphrase: str) -> Iterable[bytes]:
    """What is written of these pieces."""
    return sealed(pieces, passphrase) if passphrase else pieces


def _manifest(file: IO[bytes], passphrase: str) -> dict[str, Any]:
    found = json.loads(b"".join(opened(_member_pieces(file, MANIFEST), passphrase)))
    if not isinstance(found, dict):
        raise ValueError("its manifest is none")
    return found


def _member_pieces(file: IO[bytes], name: str) -> Iterator[bytes]:
    member = _member(file, name)
    file.seek(member.offset_data)
    return _pieces(file, member.size)


def _member(file: IO[bytes], name: str) -> tarfile.TarInfo:
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r:") as archive:
        return archive.getmember(name)


def _head(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.GNU_FORMAT)


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    """So many bytes from where the file stands."""
    while size > 0 and (piece := file.read(min(PIECE, size))):
        size -= len(piece)
        yield piece


def _digest(pieces: Iterator[bytes]) -> str:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
