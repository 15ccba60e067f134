"""What stands in the cells of a bank's table: amounts with their marks, days, words."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from ledger.money import UnknownCurrency, round_money
from office.reading.days import DayOrder, read_day
from office.reading.excel import Cell
from office.reading.numbers import DecimalSign, read_number
from office.reading.rows import BAD_LETTERS
from payments.bank_files.facts import MOST
from payments.bank_files.tables.grid import text_of

_MARK = re.compile(r"(?P<number>.*\d.*?)\s*(?P<mark>CR|DR)\.?", re.IGNORECASE)
_CODE = re.compile(r"^[A-Z]{3}(?=[\s\d+-])|(?<=[\d\s-])[A-Z]{3}$")
_IN_BRACKETS = re.compile(r"\((.*)\)")


def bare_number(text: str) -> str:
    """An amount without its currency: +1,100.00 of "+ £1,100.00"."""
    return _CODE.sub("", _without_symbols(text)).strip()


def _without_symbols(text: str) -> str:
    if text.isascii():
        return text.replace("$", "").strip()
    return "".join(letter for letter in text if unicodedata.category(letter) != "Sc").strip()


def read_amount(cell: Cell, sign: DecimalSign, currency: str) -> Decimal | None:
    """An amount; brackets and DR make it negative. None for an empty cell; raises ValueError for what is none."""
    if isinstance(cell, str) and set(_CODE.findall(_without_symbols(cell))) - {currency}:
        raise ValueError("is in another currency")
    amount = read_number_in(cell, sign)
    return amount if amount is None else _as_money(amount, currency)


def read_number_in(cell: Cell, sign: DecimalSign) -> Decimal | None:
    """The number of an amount, whatever its currency."""
    if isinstance(cell, bool | date):
        raise ValueError("is not a number")
    if isinstance(cell, Decimal):
        return cell
    return _read(bare_number(cell), sign) if cell.strip() else None


def _read(text: str, sign: DecimalSign) -> Decimal:
    if found := _MARK.fullmatch(text):
        number = _unsigned(found["number"], sign)
        return -number if found["mark"].upper() == "DR" else number
    if found := _IN_BRACKETS.fullmatch(text):
        return -_unsigned(found[1], sign)
    return read_number(text, sign)


def _unsigned(text: str, sign: DecimalSign) -> Decimal:
    number = read_number(bare_number(text), sign)
    if number < 0:
        raise ValueError("says its sign twice")
    return number


def _as_money(amount: Decimal, currency: str) -> Decimal:
    try:
        if not amount.is_finite() or abs(amount) >= MOST or amount != round_money(amount, currency):
            raise ValueError("is no amount of that currency")
    except UnknownCurrency as error:
        raise ValueError("is in no currency that we know") from error
    return amount


def read_cell_day(cell: Cell, order: DayOrder) -> date | None:
    """A day; None for an empty cell. Raises ValueError for what is none."""
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        raise ValueError("is not a day")
    return read_day(cell, order) if cell.strip() else None


def read_words(cell: Cell) -> str:
    """Words, their white space made single. Raises ValueError where letters were lost."""
    text = text_of(cell)
    if not BAD_LETTERS.isdisjoint(text):
        raise ValueError("holds letters that were lost")
    return " ".join(text.split())


def as_found(cell: Cell) -> str:
    """What stood in a cell, so that it can be kept."""
    return text_of(cell).replace("\x00", "\\0").replace("\N{REPLACEMENT CHARACTER}", "?")[:200]
