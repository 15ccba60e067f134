"""Reading BAI lockbox files: the cheques that a US bank opened for us, with what stood on their stubs.

Records of a line each (BAI Lockbox, 1-2-5-6-4-7-8-9): 5 opens a batch, 6 is a cheque, 4 says more of it, 7 and 8 hold
counts and totals, 9 the number of records. Amounts are in cents.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ledger.refusals import Refused

LARGEST = 5 * 1024 * 1024
KINDS = "12456789"


@dataclass
class Cheque:
    """A cheque: its amount, number and payer as the bank read them, and the words of its stub."""

    amount: Decimal
    number: str
    payer: str
    memos: list[str] = field(default_factory=list)


@dataclass
class Lockbox:
    """What came in one lockbox on a day; the bank's own totals are checked."""

    number: str
    received_on: date
    cheques: list[Cheque] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What its cheques add up to."""
        return sum((each.amount for each in self.cheques), Decimal(0))


def read_lockbox(content: bytes) -> list[Lockbox]:
    """The lockboxes of a file. Raises Refused, with the line, for what is no such file or does not add up."""
    if len(content) > LARGEST:
        raise Refused(f"The file is larger than {LARGEST >> 20} MB; no lockbox file is.", code="file_too_large")
    lines = [line.rstrip("\r\n") for line in content.decode("latin-1").splitlines()]
    records = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not records or records[0][1][:1] != "1" or records[-1][1][:1] != "9":
        raise Refused("This is no lockbox file: it begins with record 1 and ends with record 9.", code="no_lockbox")
    boxes = list(_boxes(records))
    if not boxes:
        raise Refused("The file holds no lockbox.", code="no_lockbox")
    _require_count(records)
    return boxes


def _boxes(records: list[tuple[int, str]]) -> Iterator[Lockbox]:
    box: Lockbox | None = None
    batch: list[Cheque] = []
    for line, record in records:
        kind = record[0]
        if kind not in KINDS:
            raise Refused(f"Line {line}: there is no record {kind!r} in a lockbox file.", code="no_lockbox")
        if kind in "4678" and box is None:
            raise Refused(f"Line {line}: record {kind} stands outside of a lockbox.", code="no_lockbox")
        if kind == "5":
            box, batch = box or Lockbox(record[7:14].strip(), _day(record[14:20], line)), []
        elif kind == "6" and box:
            batch.append(_cheque(record, line))
            box.cheques.append(batch[-1])
        elif kind == "4":
            _add_memo(batch, record, line)
        elif kind == "7":
            _require_total(batch, record[20:23], record[23:33], line)
        elif kind == "8" and box:
            _require_total(box.cheques, record[20:24], record[24:34], line)
            yield box
            box = None
    if box:
        raise Refused("The file ends within a lockbox: its record 8 is missing.", code="no_lockbox")


def _cheque(record: str, line: int) -> Cheque:
    return Cheque(
        Decimal(_digits(record[7:17], line)).scaleb(-2), record[36:46].strip().lstrip("0"), record[52:82].strip()
    )


def _add_memo(batch: list[Cheque], record: str, line: int) -> None:
    if not batch:
        raise Refused(f"Line {line}: it says more of a cheque, but none stands before it.", code="no_lockbox")
    if memo := record[11:].strip():
        batch[-1].memos.append(memo)


def _require_total(cheques: list[Cheque], count: str, total: str, line: int) -> None:
    said = (int(_digits(count, line)), Decimal(_digits(total, line)).scaleb(-2))
    found = (len(cheques), sum((each.amount for each in cheques), Decimal(0)))
    if said != found:
        words = f"it says {said[0]} cheques of {said[1]} in all, and there are {found[0]} of {found[1]}"
        raise Refused(f"Line {line}: {words}.", code="does_not_add_up")


def _require_count(records: list[tuple[int, str]]) -> None:
    line, last = records[-1]
    if int(_digits(last[1:7], line)) != len(records):
        raise Refused(
            f"Line {line}: it says {int(last[1:7])} records, and there are {len(records)}.", code="does_not_add_up"
        )


def _digits(text: str, line: int) -> str:
    if not (text.isascii() and text.isdigit()):
        raise Refused(f"Line {line}: {text!r} should be digits.", code="no_lockbox")
    return text


def _day(text: str, line: int) -> date:
    try:
        return datetime.strptime(_digits(text, line), "%y%m%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError as error:
        raise Refused(f"Line {line}: {text!r} is no day.", code="no_lockbox") from error
