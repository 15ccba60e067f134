"""Small readers of the formats that journals are exported in, which know nothing of how we write them.

Each answers rows of account, what it gets (debits positive) and, where the format says it, which entry it is of.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class Booked:
    """An amount that a file gives an account."""

    account: str
    amount: Decimal
    group: str
    on: date | None = None
    name: str = ""
    tax: str = ""
    text: str = ""


def by_account(rows: list[Booked]) -> dict[str, Decimal]:
    """What a file gives each account, without those that get nothing in the end."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.account] += row.amount  # type: ignore[assignment]  # a counter of decimals
    return {account: Decimal(amount) for account, amount in sums.items() if amount}


def groups_add_up(rows: list[Booked]) -> bool:
    """Whether what belongs together adds up to zero."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.group] = sums.get(row.group, Decimal(0)) + row.amount
    return not any(sums.values())


def table(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a CSV by their headings."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def datev_fields(line: str) -> list[str]:
    """The fields of a line of DATEV, with their quotes: split at semicolons outside of these."""
    return re.findall(r'(?:^|;)((?:"(?:[^"]|"")*")|[^;"]*)', line)


def unquoted(field: str) -> str:
    return field[1:-1].replace('""', '"') if field.startswith('"') else field


def read_datev(content: bytes) -> tuple[list[str], list[str], list[Booked]]:
    """The header, the headings, and both sides of each row."""
    lines = content.decode("cp1252").split("\r\n")
    assert lines.pop() == ""
    header, heads = datev_fields(lines[0]), lines[1].split(";")
    begins = date.fromisoformat(f"{header[12][:4]}-{header[12][4:6]}-{header[12][6:]}")
    rows = []
    for place, line in enumerate(lines[2:]):
        fields = datev_fields(line)
        assert len(fields) == len(heads) == 125
        assert re.fullmatch(r"(?!0{1,10},00)\d{1,10},\d{2}", fields[0])
        assert re.fullmatch(r'"(S|H)"', fields[1])
        assert re.fullmatch(r"(?!0{1,9}$)\d{1,9}", fields[6])
        assert re.fullmatch(r"(?!0{1,9}$)\d{1,9}", fields[7])
        assert re.fullmatch(r'"(\d{4})?"', fields[8])
        assert re.fullmatch(r"\d{4}", fields[9])
        assert re.fullmatch(r'"[\w$%\-/]{0,36}"', fields[10], re.ASCII)
        assert len(unquoted(fields[13])) <= 60
        on = date(begins.year, int(fields[9][2:]), int(fields[9][:2]))
        on = on if on >= begins else on.replace(year=begins.year + 1)
        amount = Decimal(fields[0].replace(",", ".")) * (1 if fields[1] == '"S"' else -1)
        more = {"on": on, "text": unquoted(fields[13])}
        group = f"{unquoted(fields[48])} {place}"
        rows.append(Booked(fields[6], amount, group, **more))
        rows.append(Booked(fields[7], -amount, group, tax=unquoted(fields[8]), **more))
    return header, heads, rows


def read_iif(content: bytes) -> list[Booked]:
    """The rows of all transactions; each begins with TRNS and ends with ENDTRNS."""
    lines = [line.split("\t") for line in content.decode("cp1252").split("\r\n")[:-1]]
    fields = lines[0][1:]
    assert [line[0] for line in lines[:3]] == ["!TRNS", "!SPL", "!ENDTRNS"]
    assert lines[1][1:] == fields
    rows, number, is_open = [], 0, False
    for mark, *values in lines[3:]:
        if mark == "ENDTRNS":
            assert is_open
            is_open = False
            continue
        assert is_open is (mark == "SPL")
        number, is_open = number + (mark == "TRNS"), True
        row = dict(zip(fields, values, strict=True))
        assert row["TRNSTYPE"] == "GENERAL JOURNAL"
        month, day, year = map(int, row["DATE"].split("/"))
        amount = Decimal(row["AMOUNT"])
        rows.append(Booked(row["ACCNT"], amount, str(number), date(year, month, day), row["NAME"], text=row["MEMO"]))
    assert not is_open
    return rows


def read_quickbooks_online(content: bytes) -> list[Booked]:
    """The rows of the journal entries."""
    rows = []
    for row in table(content):
        month, day, year = map(int, row["JournalDate"].split("/"))
        amount = Decimal(row["Debits"] or 0) - Decimal(row["Credits"] or 0)
        assert bool(row["Debits"]) is not bool(row["Credits"])
        on = date(year, month, day)
        rows.append(Booked(row["AccountName"], amount, row["JournalNo"], on, row["Name"], text=row["Description"]))
    return rows


def read_xero(content: bytes) -> list[Booked]:
    """The rows of the manual journals: those of a narration and a day are one."""
    rows = []
    for row in table(content):
        day, month, year = map(int, row["*Date"].split("/"))
        on, group = date(year, month, day), f"{row['*Narration']} {row['*Date']}"
        rows.append(Booked(row["*AccountCode"], Decimal(row["*Amount"]), group, on, "", row["*TaxRate"]))
    return rows


@dataclass
class Sheet:
    """The cells of a sheet by their names, its formulas, and how many rows are frozen."""

    cells: dict[str, Any]
    formulas: dict[str, str]
    frozen: int


def read_sheet(content: bytes) -> Sheet:
    """The one sheet of a workbook; numbers are decimals, text is text."""
    with ZipFile(BytesIO(content)) as book:
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    cells: dict[str, Any] = {}
    formulas: dict[str, str] = {}
    for cell in root.iter(f"{CELL}c"):
        name, kind = cell.get("r", ""), cell.get("t")
        formula = cell.find(f"{CELL}f")
        if formula is not None:
            formulas[name] = formula.text or ""
        value = cell.find(f"{CELL}v")
        if kind == "inlineStr":
            cells[name] = "".join(part.text or "" for part in cell.iter(f"{CELL}t"))
        elif value is not None:
            cells[name] = Decimal(value.text or "0")
    pane = next(root.iter(f"{CELL}pane"), None)
    return Sheet(cells, formulas, int(pane.get("ySplit", "0")) if pane is not None else 0)
