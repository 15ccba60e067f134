"""BAI2 (Cash Management Balance Reporting, version 2): an account's balances and entries for a day.

Records are lines that begin with their kind: 01 file, 02 group, 03 account, 16 entry, 88 goes on with the record
before, 49, 98 and 99 say what it should add up to. Amounts are in the smallest unit. An entry's sign follows its type:
100 to 399 is money in, 400 to 699 money out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ledger.money import UnknownCurrency, places
from payments.bank_files.facts import MOST, BadBankFile, ReadLine, ReadStatement, Unread, joined

OPENING, CLOSING = "010", "015"
USUAL_CURRENCY = "USD"
DELETES, IS_TEST = "2", "4"
PARTS_OF_FUNDS = {"S": 3, "V": 2}
"""How many fields follow a type of funds; D says itself how many pairs."""
_AMOUNT = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_KEYED = re.compile(r"^(EREF|REMI|DBNM|CRNM|DACT|CACT|CREF): ?(.*)$")


@dataclass
class Record:
    """A record with what goes on with it: its kind, the line it begins on, and its content line by line."""

    kind: str
    line: int
    parts: list[str] = field(default_factory=list)

    @property
    def fields(self) -> list[str]:
        """Its fields; what follows in lines of its own stands behind the last one."""
        return ",".join(part.removesuffix("/") for part in self.parts).split(",")


def read_bai2(content: bytes) -> list[ReadStatement]:
    """The statements of a file, one for each account and day. Raises BadBankFile where its records do not fit."""
    statements: list[ReadStatement] = []
    day, currency = None, USUAL_CURRENCY
    for record in _records(content.decode("latin-1")):
        if record.kind == "02":
            day, currency = _group(record)
        elif record.kind == "03":
            statements.append(_account(record, day, currency))
        elif record.kind in ("16", "49") and not statements:
            raise BadBankFile(f"Line {record.line}: record {record.kind} stands before any account (03).")
        elif record.kind == "16":
            statements[-1].lines.append(_line(record, statements[-1]))
        elif record.kind == "49":
            _check_total(record, statements[-1])
    if not statements:
        raise BadBankFile("The file has no account (record 03).")
    return statements


KINDS = ("01", "02", "03", "16", "49", "98", "99")


def _records(text: str) -> Iterator[Record]:
    current: Record | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        kind, _, rest = line.strip().partition(",")
        if not kind:
            continue
        if current is None and kind != "01":
            raise BadBankFile(f"Line {number}: a BAI2 file begins with record 01, not {kind[:10]!r}.")
        if kind == "88" and current:
            current.parts.append(rest)
            continue
        if kind not in KINDS:
            raise BadBankFile(f"Line {number}: there is no record {kind[:10]!r} in BAI2.")
        if current:
            yield current
        current = Record(kind, number, [rest])
    if current is None:
        raise BadBankFile("The file is empty.")
    if current.kind != "99":
        raise BadBankFile(f"The file ends in record {current.kind}, on line {current.line}: it was cut off before 99.")
    yield current


def _group(record: Record) -> tuple[date, str]:
    fields = [*record.fields, *[""] * 7]
    if fields[2] in (DELETES, IS_TEST):
        raise BadBankFile(f"Line {record.line}: the group is a deletion or a test, which are not taken.")
    day = _day(fields[3])
    if day is None:
        raise BadBankFile(f"Line {record.line}: {fields[3]!r} is not the day of a group.")
    return day, fields[5] or USUAL_CURRENCY


def _account(record: Record, day: date | None, usual: str) -> ReadStatement:
    account, currency, *rest = [*record.fields, ""]
    if day is None:
        raise BadBankFile(f"Line {record.line}: an account (03) stands before any group (02).")
    statement = ReadStatement(
        account=account, currency=currency or usual, number=f"{day:%Y%m%d}", message="BAI2", from_on=day, until_on=day
    )
    place = f"line {record.line}"
    while rest:
        code, *rest = rest
        if not code.strip():  # left over where a line ended
            continue
        said, _count, *rest = [*rest, "", ""]
        rest = _after_funds(rest)
        amount = _amount(said, statement.currency) if said.strip() else Decimal(0)
        if amount is None:
            statement.unread.append(Unread(place, f"03 type {code}"[:40], said[:200]))
        elif said.strip():
            statement.balances[code] = amount
    statement.opening, statement.closing = statement.balances.get(OPENING), statement.balances.get(CLOSING)
    return statement


def _line(record: Record, statement: ReadStatement) -> ReadLine:
    place = f"line {record.line}"
    code, said, *rest = [*record.parts[0].removesuffix("/").split(","), "", ""]
    after = [*_after_funds(rest), "", "", ""]
    line = ReadLine(
        place=place,
        entry=len(statement.lines) + 1,
        amount=_amount(said or "0", statement.currency),
        booked_on=statement.from_on,
        value_on=_day(rest[1]) if rest[0] == "V" else None,
        currency=statement.currency,
        bank_reference=after[0].strip(),
        end_to_end_id=after[1].strip(),
        kind=code,
        text=joined([",".join(after[2:]).strip(","), *_texts(record)]),
    )
    if line.amount is None or not code.isdigit() or not 100 <= int(code) <= 699:
        line.unread.append(Unread(place, "16", ",".join((code, said))[:200]))
        line.amount = None
    elif int(code) >= 400:
        line.amount = -line.amount
    _add_keyed(line, record)
    return line


def _texts(record: Record) -> list[str]:
    return [part.removesuffix("/") for part in record.parts[1:]]


def _add_keyed(line: ReadLine, record: Record) -> None:
    """What some banks say with a key in the lines that follow."""
    said = {match[1]: match[2].strip() for part in _texts(record) if (match := _KEYED.match(part))}
    name, account = ("DBNM", "DACT") if (line.amount or 0) > 0 else ("CRNM", "CACT")
    line.end_to_end_id = said.get("EREF") or line.end_to_end_id
    line.party_name, line.party_account = said.get(name, ""), said.get(account, "")


def _after_funds(rest: Sequence[str]) -> list[str]:
    """The fields behind a type of funds and its own fields."""
    if not rest:
        return []
    kind, following = rest[0].strip(), list(rest[1:])
    if kind == "D" and following and following[0].isdigit():
        return following[1 + 2 * int(following[0]) :]
    return following[PARTS_OF_FUNDS.get(kind, 0) :]


def _check_total(record: Record, statement: ReadStatement) -> None:
    said = _amount(record.fields[0], statement.currency)
    found = sum(statement.balances.values(), Decimal(0))
    found += sum((abs(line.amount) for line in statement.lines if line.amount is not None), Decimal(0))
    if said is not None and said != found:
        statement.notes.append(f"Line {record.line}: its control total is {said}, its amounts add up to {found}.")


def _amount(said: str, currency: str) -> Decimal | None:
    if not _AMOUNT.fullmatch(said.strip()):
        return None
    try:
        amount = Decimal(said.strip()).scaleb(-places(currency))
    except UnknownCurrency:
        return None
    return amount if abs(amount) < MOST else None


def _day(said: str) -> date | None:
    try:
        return datetime.strptime(said.strip(), "%y%m%d").date()  # noqa: DTZ007  a day, no moment
    except ValueError:
        return None
