"""camt.052, 053 and 054 of ISO 20022, in every version: an account's entries, each with its payments.

Elements are found by their names alone, for banks send every version, and some no namespace at all. What a schema
forbids but can be read is read. The sign of an amount is its CdtDbtInd, of a reversal as well.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from office.reading.xml import parse_xml
from payments.bank_files.facts import BadBankFile, Fields, ReadLine, ReadStatement, joined, unique

LARGEST = 64 * 1024 * 1024
STATEMENTS = {"BkToCstmrStmt": "Stmt", "BkToCstmrAcctRpt": "Rpt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
MESSAGES = {"Stmt": "camt.053", "Rpt": "camt.052", "Ntfctn": "camt.054"}
SAYS_NOTHING = {"", "NOTPROVIDED", "NOTAVAILABLE", "NONREF"}

Element = Any


def read_camt(content: bytes) -> list[ReadStatement]:
    """The statements of a file. Raises Refused for what is no XML or no camt message."""
    root = parse_xml(content, what="bank statement", code="bank_file", largest=LARGEST)
    messages = [(child, STATEMENTS.get(_name(child).removesuffix("V01"))) for child in root if _is_element(child)]
    found = [statement for message, name in messages if name for statement in _all(message, name)]
    if not found:
        name = _name(root)
        raise BadBankFile(f"The XML holds no statement of camt.052, 053 or 054; it is a {name}.")
    return [_statement(each, root) for each in found]


def _statement(stmt: Element, root: Element) -> ReadStatement:
    account = _all(stmt, "Acct")[:1]
    number = _text(stmt, "ElctrncSeqNb") or _text(stmt, "LglSeqNb") or _text(stmt, "Id")
    fields = Fields(f"statement {number}")
    statement = ReadStatement(
        account=(_text(account[0], "Id/IBAN") or _text(account[0], "Id/Othr/Id")) if account else "",
        currency=_text(account[0], "Ccy") if account else "",
        number=number,
        message=_message(stmt, root),
        from_on=fields.day("FrDtTm", _text(stmt, "FrToDt/FrDtTm") or _text(stmt, "FrToDt/FrDt")),
        until_on=fields.day("ToDtTm", _text(stmt, "FrToDt/ToDtTm") or _text(stmt, "FrToDt/ToDt")),
    )
    _read_balances(statement, stmt, fields)
    for entry in _all(stmt, "Ntry"):
        statement.lines += _lines(entry, statement)
    statement.unread = fields.unread
    return statement


def _message(stmt: Element, root: Element) -> str:
    """The message and its version as the namespace says it, or as the elements do."""
    namespace = etree.QName(root).namespace or ""
    return namespace.rpartition(":")[2] if "camt." in namespace else MESSAGES[_name(stmt)]


def _read_balances(statement: ReadStatement, stmt: Element, fields: Fields) -> None:
    days: dict[str, date | None] = {}
    for balance in _all(stmt, "Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd") or _text(balance, "Tp/CdOrPrtry/Prtry") or _text(balance, "Tp/Cd")
        amount = fields.amount(f"Bal {code}/Amt", _text(balance, "Amt"), _currency(balance))
        if not code or amount is None:
            continue
        if not (sign := _text(balance, "CdtDbtInd")):
            statement.notes.append(f"Balance {code} says neither credit nor debit, so it is taken as credit.")
        statement.balances[code] = -amount if sign == "DBIT" else amount
        days[code] = fields.day(f"Bal {code}/Dt", _day_text(balance, "Dt"))
        statement.currency = statement.currency or _currency(balance)
    said = statement.balances
    statement.opening = said.get("OPBD", said.get("PRCD"))
    statement.closing = said.get("CLBD")
    statement.from_on = statement.from_on or days.get("OPBD")
    statement.until_on = statement.until_on or days.get("CLBD")


def _lines(entry: Element, statement: ReadStatement) -> list[ReadLine]:
    """The payments of an entry; where their amounts do not make up the entry's, the entry as one line (IMP-05)."""
    number = (statement.lines[-1].entry if statement.lines else 0) + 1
    place = f"entry {number} (line {entry.sourceline})"
    fields = Fields(place)
    amount = _signed(entry, fields, "Ntry/Amt")
    details = [detail for group in _all(entry, "NtryDtls") for detail in _all(group, "TxDtls")]
    amounts = [_detail_amount(entry, detail, place) for detail in details]
    known = [each for each in amounts if each is not None]
    is_whole = len(known) == len(details) and sum(known, Decimal(0)) == amount
    if len(details) > 1 and amount is not None and is_whole:
        parts = [([detail], part) for detail, part in zip(details, amounts, strict=True)]
    else:
        parts = [(details, amount)]
    day = statement.until_on if statement.from_on == statement.until_on else None
    lines = [_line(entry, number, place, own, part, day, fields) for own, part in parts]
    if len(parts) == 1 and len(details) > 1:
        statement.notes.append(f"{place}: its {len(details)} payments do not add up to it, so it is one line.")
    return lines


def _line(
    entry: Element,
    number: int,
    place: str,
    details: Sequence[Element],
    amount: Decimal | None,
    only_day: date | None,
    of_entry: Fields,
) -> ReadLine:
    """One line; where no day is said of it, it was booked on the `only_day` of its statement, if there is but one."""
    fields = Fields(place)
    both = [*details, entry]
    first = both[0]
    is_in = amount is None or amount >= 0
    party, other = ("Dbtr", "UltmtDbtr") if is_in else ("Cdtr", "UltmtCdtr")
    line = ReadLine(
        place=place,
        entry=number,
        amount=amount,
        currency=_currency(entry),
        booked_on=fields.day("BookgDt", _booked_text(entry, first) or str(only_day or "(no day)")),
        value_on=fields.day("ValDt", _day_text(entry, "ValDt")),
        is_reversal=_text(entry, "RvslInd") in ("true", "1"),
        is_pending="PDNG" in (_text(entry, "Sts"), _text(entry, "Sts/Cd")),
        text=joined(_texts_of(both)),
        references=tuple(reference for detail in details for reference in _texts(detail, "RmtInf/Strd/CdtrRefInf/Ref")),
        end_to_end_id=_said(first, "Refs/EndToEndId"),
        mandate=_said(first, "Refs/MndtId"),
        bank_reference=_said(first, "Refs/AcctSvcrRef") or _said(first, "Refs/TxId") or _said(entry, "AcctSvcrRef"),
        party_name=_party_name(first, party) or _party_name(first, other),
        party_account=_text(first, f"RltdPties/{party}Acct/Id/IBAN")
        or _text(first, f"RltdPties/{party}Acct/Id/Othr/Id"),
        party_bank=_bank(first, party),
        kind=_kind(first) or _kind(entry),
        return_reason=_text(first, "RtrInf/Rsn/Cd") or _text(first, "RtrInf/Rsn/Prtry"),
        details=len(details),
    )
    line.unread = [*of_entry.unread, *fields.unread]
    return line


def _detail_amount(entry: Element, detail: Element, place: str) -> Decimal | None:
    """The amount of one payment of an entry, in the account's currency; None where it is not said."""
    currency = _currency(entry)
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = _find(detail, path)
        if found and found[0].get("Ccy", currency) == currency:
            sign = _text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")
            amount = Fields(place).amount(path, found[0].text or "", currency)
            return -amount if amount is not None and sign == "DBIT" else amount
    return None


def _signed(element: Element, fields: Fields, name: str) -> Decimal | None:
    amount = fields.amount(name, _text(element, "Amt"), _currency(element))
    sign = _text(element, "CdtDbtInd")
    if sign not in ("CRDT", "DBIT"):
        return fields.amount("CdtDbtInd", sign or "(nothing)")
    return -amount if amount is not None and sign == "DBIT" else amount


def _booked_text(entry: Element, detail: Element) -> str:
    """The day of booking; a notification that names none says when the payments were settled."""
    return _day_text(entry, "BookgDt") or _text(detail, "RltdDts/IntrBkSttlmDt") or _day_text(entry, "ValDt")


def _texts_of(parts: Sequence[Element]) -> Iterator[str]:
    for part in parts:
        yield from unique(_texts(part, "RmtInf/Ustrd"))
        yield from unique(_texts(part, "RmtInf/Strd/AddtlRmtInf"))
        yield from unique(_texts(part, "RmtInf/Strd/RfrdDocInf/Nb"))
        yield _text(part, "AddtlTxInf")
    if not any(_texts(part, "RmtInf/Ustrd") for part in parts):
        yield _text(parts[-1], "AddtlNtryInf")


def _party_name(detail: Element, party: str) -> str:
    return joined([_text(detail, f"RltdPties/{party}/Nm") or _text(detail, f"RltdPties/{party}/Pty/Nm")])


def _bank(detail: Element, party: str) -> str:
    where = f"RltdAgts/{party}Agt/FinInstnId"
    return _text(detail, f"{where}/BICFI") or _text(detail, f"{where}/BIC")


def _kind(element: Element) -> str:
    domain = [_text(element, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "-".join(part for part in domain if part) or _text(element, "BkTxCd/Prtry/Cd")


def _currency(element: Element) -> str:
    found = _find(element, "Amt")
    return found[0].get("Ccy", "") if found else ""


def _day_text(element: Element, name: str) -> str:
    return _text(element, f"{name}/Dt") or _text(element, f"{name}/DtTm")


def _said(element: Element, path: str) -> str:
    text = _text(element, path)
    return "" if text.upper() in SAYS_NOTHING else text


def _text(element: Element, path: str) -> str:
    return next(iter(_texts(element, path)), "")


def _texts(element: Element, path: str) -> list[str]:
    return [text for found in _find(element, path) if (text := (found.text or "").strip())]


def _find(element: Element, path: str) -> list[Element]:
    """The elements at a path of names, in whatever namespace."""
    found = [element]
    for name in path.split("/"):
        found = [child for parent in found for child in _all(parent, name)]
    return found


def _all(element: Element, name: str) -> list[Element]:
    return [child for child in element if _is_element(child) and _name(child) == name]


def _is_element(node: Element) -> bool:
    """Whether it is no comment or instruction."""
    return isinstance(node.tag, str)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
