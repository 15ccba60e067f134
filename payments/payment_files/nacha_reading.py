"""Reading ACH files that the bank sends back: returns, dishonoured and contested ones, and notifications of change."""

from dataclasses import dataclass, field
from decimal import Decimal

from payments.bank_files.facts import BadBankFile

WIDTH = 94
LARGEST = 16 * 1024 * 1024
RETURN, CHANGE = "99", "98"
KINDS = "156789"


@dataclass(frozen=True)
class Addenda:
    """What stands below an entry; a return's code and the trace number of the entry it is about."""

    kind: str
    text: str

    @property
    def code(self) -> str:
        """Why it came back, such as R01, or what is to change, such as C01."""
        return self.text[:3] if self.kind in (RETURN, CHANGE) else ""

    @property
    def original_trace(self) -> str:
        """The trace number that we gave it."""
        return self.text[3:18]

    @property
    def is_return(self) -> bool:
        """Whether money comes back; above R60 it is a bank's answer to a return, which moves none of ours."""
        return self.kind == RETURN and self.code < "R61"


@dataclass(frozen=True)
class ReadEntry:
    """An entry with what stands below it."""

    place: str
    code: str
    account_number: str
    amount: Decimal
    name: str
    trace: str
    addenda: list[Addenda] = field(default_factory=list)


@dataclass(frozen=True)
class ReadBatch:
    """A batch: whose it is, of which kind, and its entries."""

    company: str
    sec_code: str
    entries: list[ReadEntry] = field(default_factory=list)


def read_nacha(content: bytes) -> list[ReadBatch]:
    """The batches of a file. Raises Refused, with the line, for what is no ACH file; trailing blanks may be lacking."""
    if len(content) > LARGEST:
        raise BadBankFile(f"The file is larger than {LARGEST >> 20} MB.")
    lines = _text(content).splitlines()
    if not lines or not lines[0].startswith("101"):
        raise BadBankFile("This is no ACH file: it does not begin with a file header.")
    batches: list[ReadBatch] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            _take(_record(line, number), f"line {number}", batches)
    return batches


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _record(line: str, number: int) -> str:
    if len(line) > WIDTH:
        raise BadBankFile(f"Line {number} has {len(line)} characters; a record of ACH has {WIDTH}.")
    if line[0] not in KINDS:
        raise BadBankFile(f"Line {number} begins with {line[0]!r}, which no record of ACH does.")
    return line.ljust(WIDTH)


def _take(record: str, place: str, batches: list[ReadBatch]) -> None:
    kind = record[0]
    if kind == "5":
        batches.append(ReadBatch(record[4:20].strip(), record[50:53]))
    elif kind == "6":
        _batch(batches, place).entries.append(_entry(record, place))
    elif kind == "7":
        entries = _batch(batches, place).entries
        if not entries:
            raise BadBankFile(f"{place}: an addenda record stands below no entry.")
        entries[-1].addenda.append(Addenda(record[1:3], record[3:].rstrip()))


def _batch(batches: list[ReadBatch], place: str) -> ReadBatch:
    if not batches:
        raise BadBankFile(f"{place}: an entry stands in no batch.")
    return batches[-1]


def _entry(record: str, place: str) -> ReadEntry:
    cents = record[29:39]
    if not (cents.isascii() and cents.isdecimal()):
        raise BadBankFile(f"{place}: {cents!r} is no amount.")
    return ReadEntry(
        place=place,
        code=record[1:3],
        account_number=record[12:29].strip(),
        amount=Decimal(cents) / 100,
        name=record[54:76].strip(),
        trace=record[79:94],
    )
