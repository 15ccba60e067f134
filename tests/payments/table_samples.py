"""Small tables as banks write them, and how they are read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from ledger.refusals import Refused
from payments.bank_files import ReadStatement
from payments.bank_files.tables import TableMapping, guess_mapping, open_table, read_table
from tests.payments.bank_samples import OURS

TWO = "Date;Description;Debit;Credit"
BALANCED = "Date;Description;Amount;Balance"


def table(*rows: str, headings: str = "Date;Description;Amount", encoding: str = "utf-8") -> bytes:
    return "\n".join([headings, *rows]).encode(encoding)


def guessed(content: bytes, **more: Any) -> TableMapping:
    return replace(guess_mapping(open_table(content)), **more)


def read(content: bytes, currency: str = "EUR", **more: Any) -> ReadStatement:
    mapping = guessed(content, **more)
    grid = open_table(content, mapping.encoding, mapping.separator)
    [statement] = read_table(grid, mapping, account=OURS, currency=currency)
    return statement


def amounts(content: bytes, **more: Any) -> list[Decimal | None]:
    return [line.amount for line in read(content, **more).lines]


def column(cells: Sequence[str], **more: Any) -> list[Decimal | None]:
    return amounts(table(*(f"2026-03-02;A;{cell}" for cell in cells)), **more)


def refusal_of(content: bytes, **more: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        read(content, **more)
    return refusal.value


def sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(number, place, cell, day)
                else:
                    page.write(number, place, cell)
    return file.getvalue()
