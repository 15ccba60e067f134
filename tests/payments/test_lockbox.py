"""Lockbox files: what the public one holds, what broken ones are refused for, and a batch begun from one."""

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as some

from ledger.refusals import Refused
from payments.bank_files.lockbox import read_lockbox
from tests import world
from tests.payments.bank_samples import DATA, NEEDS_DATA

FILE = b"""100BANKOFUSXX00000000011605231800
2BANKOFUSXX0000000001000000000040008000801
50000000022222160523BANKOFUSXX0000000001
6001001000001200012345678000012345550000000180051616BOB E SMITH                   MY BUSINESS COMPANY
40010016019INV-2026-0001
6001002000000550012345678000012345550000000181051616CEDAR INC                     MY BUSINESS COMPANY
700100000222221605230020000017500
8000000002222216052300020000017500
9000009
"""


def refusal_of(content: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        read_lockbox(content)
    return refusal.value.code, refusal.value.message


@NEEDS_DATA
def test_the_public_file_holds_exactly_what_is_expected() -> None:
    expected = json.loads((DATA / "expected.json").read_text())["lockbox/test_lockbox.bai"]
    [box] = read_lockbox((DATA / "lockbox" / "test_lockbox.bai").read_bytes())
    [cheque] = box.cheques

    assert len(box.cheques) == expected["checks"]
    assert box.total == Decimal(expected["total"])
    assert (cheque.number, cheque.payer, cheque.memos) == (expected["number"], expected["payer"], [expected["memo"]])
    assert (box.number, box.received_on) == ("0022222", date(2016, 5, 23))


def test_each_cheque_has_its_stub() -> None:
    [box] = read_lockbox(FILE)
    assert [(each.amount, each.number, each.payer, each.memos) for each in box.cheques] == [
        (Decimal("120.00"), "180", "BOB E SMITH", ["INV-2026-0001"]),
        (Decimal("55.00"), "181", "CEDAR INC", []),
    ]
    assert read_lockbox(FILE.replace(b"\n", b"\r\n"))[0].total == Decimal("175.00")


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        (FILE, b"", "no_lockbox", "begins with record 1"),
        (b"9000009", b"", "no_lockbox", "ends with record 9"),
        (b"9000009", b"9000008", "does_not_add_up", "Line 9"),
        (b"0020000017500\n9", b"0020000017501\n9", "does_not_add_up", "Line 8"),
        (b"7001000002222216052300200000", b"7001000002222216052300300000", "does_not_add_up", "Line 7"),
        (b"60010010000012000", b"6001001000001200X", "no_lockbox", "Line 4"),
        (b"22222160523BANK", b"22222161323BANK", "no_lockbox", "Line 3"),
        (b"40010016019", b"30010016019", "no_lockbox", "Line 5"),
        (b"50000000022222160523BANKOFUSXX0000000001\n", b"", "no_lockbox", "Line 3"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(old: bytes, new: bytes, code: str, place: str) -> None:
    assert old in FILE
    found, message = refusal_of(FILE.replace(old, new, 1))
    assert (found, place in message) == (code, True)


def changed(place: int, byte: int) -> bytes:
    """The file with another byte in one place."""
    return FILE[:place] + bytes([byte]) + FILE[place + 1 :]


@given(some.binary(max_size=300) | some.builds(changed, some.integers(0, len(FILE) - 1), some.integers(0, 255)))
def test_no_bytes_bring_the_reader_down(content: bytes) -> None:
    with suppress(Refused):
        assert read_lockbox(content)


@pytest.mark.django_db
def test_a_batch_is_begun_from_a_file_and_recorded_as_it_stands(company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company))
    invoice = world.issue(customer, "120.00", date(2026, 2, 1))
    content = FILE.replace(b"INV-2026-0001", invoice.number.encode())
    page = client.post("/receipts/batches/read/", {"file": SimpleUploadedFile("box.bai", content)}).content.decode()

    assert 'value="175.00"' in page
    assert f'value="{invoice.number}"' in page
    assert 'value="Cheque 181"' in page
    assert 'value="CEDAR INC"' in page


@pytest.mark.django_db
def test_a_file_that_is_none_is_refused_on_the_page(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company))
    answer = client.post("/receipts/batches/read/", {"file": SimpleUploadedFile("x.txt", b"hello")}, follow=True)
    assert "This is no lockbox file" in answer.content.decode()
    answer = client.post("/receipts/batches/read/", {}, follow=True)
    assert "Choose a lockbox file." in answer.content.decode()
