"""OFX and QFX, the SGML and the XML kind: each statement of a file by itself, as the library reads one at a time."""

import re
from typing import Any

from payments.bank_files.facts import BadBankFile, Fields, ReadLine, ReadStatement, Unread, joined

_BLOCK = re.compile(rb"<(?P<name>(?:CC)?STMTRS)>.*?</(?P=name)>", re.DOTALL | re.IGNORECASE)
_MESSAGE = re.compile(r"<CODE>\s*(?P<code>\d+).*?(?:<MESSAGE>\s*(?P<words>[^<\r\n]+))?\s*</STATUS>", re.DOTALL)
OF_A_LINE = {"TRNAMT": "amount", "DTPOSTED": "day"}


def read_ofx(content: bytes) -> list[ReadStatement]:
    """The statements of a file. Raises BadBankFile for what holds none, with what the bank said instead."""
    blocks = list(_BLOCK.finditer(content))
    if not blocks:
        raise BadBankFile(_why_none(content))
    head = content[: blocks[0].start()].upper().partition(b"<OFX>")[0]
    return [_statement(head + b"<OFX>" + block[0] + b"</OFX>", number) for number, block in enumerate(blocks, start=1)]


def _why_none(content: bytes) -> str:
    answers = _MESSAGE.findall(content.decode("latin-1"))
    wrong = [f"{words.strip() or 'an error'} (code {code})" for code, words in answers if code != "0"]
    said = f" The bank answered: {'; '.join(wrong)}." if wrong else ""
    return f"The OFX file holds no statement.{said}"


def _statement(content: bytes, number: int) -> ReadStatement:
    import bankfile

    try:
        read = bankfile.parse_bytes(content)
    except (ValueError, IndexError, KeyError, ArithmeticError, bankfile.UnknownFormatError) as error:
        raise BadBankFile(f"Statement {number} cannot be read: {error}") from error
    statement = ReadStatement(
        account=read.account or "",
        currency=read.currency or "",
        number=str(number),
        message="OFX",
    )
    fields = Fields(f"statement {number}")
    if read.closing_balance is not None:
        statement.closing = fields.amount("BALAMT", str(read.closing_balance))
        statement.unread += fields.unread
    statement.from_on, statement.until_on = _day(content, b"DTSTART", fields), _day(content, b"DTEND", fields)
    statement.lines = [_line(each, place, number) for place, each in enumerate(read.transactions, start=1)]
    _add_unread(statement, read.warnings)
    return statement


def _day(content: bytes, tag: bytes, fields: Fields) -> Any:
    found = re.search(rb"<%b>\s*(\d{4})(\d\d)(\d\d)" % tag, content, re.IGNORECASE)
    return fields.day(tag.decode(), b"-".join(found.groups()).decode()) if found else None


def _line(read: Any, entry: int, number: int) -> ReadLine:
    fields = Fields(f"statement {number}, STMTTRN {entry}")
    return ReadLine(
        place=fields.place,
        entry=entry,
        amount=fields.amount("TRNAMT", str(read.amount)),
        booked_on=read.date,
        currency=read.currency or "",
        text=joined([read.purpose or "", read.reference or ""]),
        bank_reference=read.bank_reference or "",
        party_name=joined([read.counterparty_name or ""]),
        party_account=read.counterparty_account or "",
        kind=read.type_code or "",
        unread=fields.unread,
    )


def _add_unread(statement: ReadStatement, warnings: list[Any]) -> None:
    """Transactions that the library dropped come back as lines with what could not be read of them."""
    of_line: list[Unread] = []
    for warning in warnings:
        where = f"statement {statement.number}"
        if warning.field in OF_A_LINE:
            of_line.append(Unread(where, warning.field, (warning.value or "(nothing)")[:200]))
        elif warning.field == "STMTTRN":
            entry = len(statement.lines) + 1
            unread = of_line or [Unread(where, "STMTTRN", warning.value or "")]
            line = ReadLine(place=where, entry=entry, amount=None, booked_on=None, currency=statement.currency)
            line.unread, of_line = unread, []
            statement.lines.append(line)
        elif warning.rule in ("amount", "date"):
            statement.unread.append(Unread(where, warning.field or "", warning.value or ""))
        elif warning.field == "CURDEF":
            statement.notes.append("The file says no currency; it is taken as the account's.")
