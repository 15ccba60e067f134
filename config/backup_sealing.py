"""Sealing a stream with a passphrase, so that nothing of it can be read, changed, cut off or put in another order.

ChaCha20-Poly1305 by a key that scrypt makes of the passphrase and a salt of this stream, in chunks of a megabyte. A
chunk's nonce is its number and whether it is the last, as in STREAM (Hoang, Reyhanitabar, Rogaway, Vizar 2015).
"""

import os
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"duebook sealed 1\n"
SALT, TAG = 16, 16
HEAD = len(MAGIC) + SALT
CHUNK = 1024 * 1024
COST = 2**15
"""Of scrypt: 32 MB and about a tenth of a second for each guess of a passphrase."""
SHORTEST = 16
"""Characters of a passphrase; one drawn by chance is better: `openssl rand -base64 32`."""


class NotOpened(Exception):
    """The passphrase is missing or another one, or the stream is not as it was sealed; the message says which."""


def sealed(pieces: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
    """The same, sealed; each time other bytes."""
    head = MAGIC + os.urandom(SALT)
    cipher = _cipher(passphrase, head)
    yield head
    for number, (chunk, is_last) in enumerate(_chunks(pieces, CHUNK)):
        yield cipher.encrypt(_nonce(number, is_last), chunk, head)


def opened(pieces: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
    """What was sealed; what never was comes as it is. Raises NotOpened, at the latest at the end."""
    rest = iter(pieces)
    begin = b""
    while len(begin) < HEAD and (piece := next(rest, b"")):
        begin += piece
    if not begin.startswith(MAGIC):
        yield begin
        yield from rest
        return
    if not passphrase:
        raise NotOpened("It is sealed: set BACKUP_KEY to what it was made with.")
    head, begin = begin[:HEAD], begin[HEAD:]
    cipher = _cipher(passphrase, head)
    for number, (chunk, is_last) in enumerate(_chunks(_with(begin, rest), CHUNK + TAG)):
        try:
            yield cipher.decrypt(_nonce(number, is_last), chunk, head)
        except InvalidTag as error:
            raise NotOpened("BACKUP_KEY is not what it was made with, or it was changed since.") from error


def _cipher(passphrase: str, head: bytes) -> ChaCha20Poly1305:
    made = Scrypt(salt=head[len(MAGIC) :], length=32, n=COST, r=8, p=1).derive(passphrase.encode())
    return ChaCha20Poly1305(made)


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _with(begin: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield begin
    yield from rest


def _chunks(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The same in chunks of a size, at least one, each with whether it is the last."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > size:
            yield bytes(waiting[:size]), False
            del waiting[:size]
    yield bytes(waiting), True
