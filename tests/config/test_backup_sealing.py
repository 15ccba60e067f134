"""What is sealed comes back whole to who has the passphrase, and to nobody else."""

from collections.abc import Iterable

import pytest

from config.backup_sealing import CHUNK, HEAD, TAG, NotOpened, opened, sealed

KEY = "correct horse battery staple"
STORED = CHUNK + TAG


def seal(content: bytes, key: str = KEY) -> bytes:
    return b"".join(sealed([content], key))


def open_all(pieces: Iterable[bytes], key: str = KEY) -> bytes:
    return b"".join(opened(pieces, key))


def in_pieces(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_it_comes_back_however_it_is_cut_into_pieces(size: int):
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    whole = b"".join(sealed(in_pieces(content, 300_000), KEY))
    assert open_all(in_pieces(whole, 777_777)) == content
    assert open_all([whole]) == content


def test_nothing_of_it_can_be_read_and_no_two_are_alike():
    once, again = seal(b"Alder Ltd owes 77.00"), seal(b"Alder Ltd owes 77.00")
    assert b"Alder" not in once
    assert once[HEAD:] != again[HEAD:]


def test_what_was_never_sealed_comes_as_it_is():
    assert open_all(in_pieces(b"a plain tar" * 100, 7)) == b"a plain tar" * 100
    assert open_all([b"x"], "") == b"x"


def test_another_passphrase_opens_nothing_and_none_says_so():
    with pytest.raises(NotOpened, match="not what it was made with"):
        open_all([seal(b"content")], "another one that is long")
    with pytest.raises(NotOpened, match="set BACKUP_KEY"):
        open_all([seal(b"content")], "")


def spoiled() -> dict[str, bytes]:
    whole = seal(b"a" * CHUNK + b"b" * CHUNK + b"c" * 10)
    head, first, second, last = (
        whole[:HEAD],
        whole[HEAD:][:STORED],
        whole[HEAD:][STORED : 2 * STORED],
        whole[-10 - TAG :],
    )
    other = seal(b"a" * CHUNK + b"d" * CHUNK + b"e" * 10)[HEAD:]
    assert head + first + second + last == whole
    return {
        "cut off after a chunk": head + first + second,
        "cut off in one": whole[:-5],
        "cut off to its head": head,
        "longer": whole + b"x",
        "in another order": head + second + first + last,
        "a chunk too few": head + first + last,
        "a chunk twice": head + first + first + second + last,
        "with a chunk of another": head + first + other[STORED : 2 * STORED] + last,
        "a byte changed": whole[: HEAD + 500] + bytes([whole[HEAD + 500] ^ 1]) + whole[HEAD + 501 :],
        "its salt changed": whole[: HEAD - 1] + bytes([whole[HEAD - 1] ^ 1]) + whole[HEAD:],
    }


@pytest.mark.parametrize("what", spoiled())
def test_what_is_not_as_it_was_sealed_is_found_out(what: str):
    with pytest.raises(NotOpened):
        open_all(in_pieces(spoiled()[what], 500_000))
