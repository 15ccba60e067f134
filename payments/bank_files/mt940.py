"""MT940 and MT942 of SWIFT, in the many ways that banks write them.

The library reads; what it would guess or stop at is told apart here: a line whose :61: is none is kept as unread, and
so is a balance without a currency.
"""

import logging
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from payments.bank_files.facts import BadBankFile, ReadLine, ReadStatement, Unread, joined

logging.getLogger("mt940").setLevel(logging.CRITICAL)  # it would write customers' payments into our log

SAYS_NOTHING = {"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE"}
OPENING = {"final_opening_balance": ":60F:", "intermediate_opening_balance": ":60M:"}
CLOSING = {"final_closing_balance": ":62F:", "intermediate_closing_balance": ":62M:"}
_STATEMENT = re.compile(r"(?m)^[ \t]*(?=:20:)")
_LINE_TAG = re.compile(r"(?m)^[ \t]*:61:")
_END_TO_END = re.compile(r"/EREF/(?P<reference>[^/\n]+)")


def read_mt940(content: bytes) -> list[ReadStatement]:
    """The statements of a file. Raises BadBankFile for what holds none."""
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    head, *blocks = _STATEMENT.split(text)
    if not blocks:
        raise BadBankFile("The file holds no statement: no line of it begins with :20:.")
    if found := _LINE_TAG.search(head):
        line = head.count("\n", 0, found.start()) + 1
        raise BadBankFile(f"Line {line}: an entry (:61:) stands before any statement begins (:20:).")
    return [_statement(block, number) for number, block in enumerate(blocks, start=1)]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _statement(block: str, number: int) -> ReadStatement:
    parsed = _parsed(block, number)
    told = parsed.data
    statement = ReadStatement(
        account=told.get("account_identification") or "",
        currency=_currency(parsed.currency),
        number=told.get("statement_number") or str(number),
        message="MT940" if OPENING.keys() & told.keys() or CLOSING.keys() & told.keys() else "MT942",
    )
    statement.opening, statement.from_on = _balance(statement, told, OPENING, block)
    statement.closing, statement.until_on = _balance(statement, told, CLOSING, block)
    for entry, line in enumerate(parsed.transactions, start=1):
        statement.lines.append(_line(line.data, entry, f"statement {number}, :61: number {entry}", statement.currency))
    return statement


def _parsed(block: str, number: int) -> Any:
    import mt940

    try:
        [parsed] = mt940.parse_statements(
            block, options=mt940.Options.all(), tags={61: _line_tag()}, processors={"pre_statement": [_end_of_february]}
        )
    except (RuntimeError, ValueError, KeyError, IndexError, ArithmeticError) as error:
        raise BadBankFile(f"Statement {number} cannot be read: {error.args[0]}") from error
    return parsed


def _end_of_february(_statement: Any, _tag: Any, told: dict[str, Any], *_more: Any) -> dict[str, Any]:
    """Value days of banks that count thirty days in every month: the 30th of February is its last day."""
    if told.get("month") == "02" and told.get("day") in ("29", "30"):
        told["day"] = str(monthrange(2000 + int(told["year"]), 2)[1])
    return told


def _line_tag() -> Any:
    """The library's reader of :61:, but for one that it cannot read, which it hands on as it stands."""
    from mt940 import tags

    class Statement(tags.Statement):  # the library finds its processors by this name
        def parse(self, transactions: Any, value: str) -> dict[str, Any]:
            found = self.re.match(value)
            return found.groupdict() | {"said": value} if found else {"unread": value}

        def __call__(self, transactions: Any, value: dict[str, Any]) -> dict[str, Any]:
            if "unread" in value:
                return value
            try:
                return super().__call__(transactions, value)
            except (ValueError, ArithmeticError):
                return {"unread": value["said"]}

    return Statement()


def _balance(
    statement: ReadStatement, told: Mapping[str, Any], names: Mapping[str, str], block: str
) -> tuple[Decimal | None, date | None]:
    for name, tag in names.items():
        if balance := told.get(name):
            if _currency(balance.amount.currency):
                return balance.amount.amount, balance.date
            found = re.search(rf"(?m)^[ \t]*{tag}(.*)$", block)
            statement.unread.append(Unread(f"statement {statement.number}", tag, found[1] if found else str(balance)))
    return None, None


def _currency(code: str | None) -> str:
    return code if code and re.fullmatch("[A-Z]{3}", code) else ""


def _line(told: Mapping[str, Any], entry: int, place: str, currency: str) -> ReadLine:
    if "unread" in told:
        line = ReadLine(place=place, entry=entry, amount=None, booked_on=None, currency=currency)
        line.unread = [Unread(place, ":61:", told["unread"][:200])]
    else:
        line = ReadLine(
            place=place,
            entry=entry,
            amount=told["amount"].amount,
            booked_on=told.get("entry_date") or told["date"],
            value_on=told["date"],
            currency=currency,
            is_reversal=str(told.get("status", "")).upper().startswith("R"),
            bank_reference=_said(told, "bank_reference") or _said(told, "customer_reference"),
            kind="+".join(part for part in (told.get("id"), told.get("transaction_code")) if part),
        )
    _add_details(line, told)
    return line


def _add_details(line: ReadLine, told: Mapping[str, Any]) -> None:
    """What :86: says, in its parts or as it stands."""
    line.text = joined(_texts(told))
    found = _END_TO_END.search(told.get("transaction_details") or "")
    line.end_to_end_id = _said(told, "end_to_end_reference") or (found["reference"].strip() if found else "")
    line.mandate = _said(told, "mandate_reference") or _said(told, "additional_position_reference")
    line.party_name = joined([told.get("applicant_name") or ""])
    line.party_account = _said(told, "applicant_iban")
    line.party_bank = _said(told, "applicant_bin")
    line.return_reason = _said(told, "return_debit_notes")


def _texts(told: Mapping[str, Any]) -> Iterator[str]:
    for name in ("purpose", "additional_purpose", "transaction_details", "extra_details", "non_swift_text"):
        yield told.get(name) or ""


def _said(told: Mapping[str, Any], name: str) -> str:
    text = (told.get(name) or "").strip()
    return "" if text.upper() in SAYS_NOTHING else text
