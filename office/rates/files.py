"""Files of exchange rates: the European Central Bank's (XML and CSV), and tables of day, currency and rate."""

import csv
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO, StringIO, TextIOWrapper
from zipfile import BadZipFile, ZipFile

from ledger.money import UnknownCurrency, places
from ledger.refusals import Refused
from office.reading.xml import parse_xml

LARGEST = 20 * 1024 * 1024
ECB = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
DAY_FORMS = ("%Y-%m-%d", "%d %B %Y", "%d.%m.%Y")
LARGEST_RATE = Decimal(10) ** 9
MISSING = ("", "N/A")


@dataclass(frozen=True)
class ReadRate:
    """What one of a currency was worth in the company's own on a day, and where the file says so."""

    on: date
    currency: str
    rate: Decimal
    place: str


def read_rates(content: bytes, own: str) -> list[ReadRate]:
    """The rates of a file in a company's own currency, by day.

    The ECB says what one euro is in each currency (eurofxref-daily.xml, -hist.xml, eurofxref.csv, also zipped).
    Any other CSV has the columns date, currency and rate: what one of the currency is in the company's own.
    Raises Refused for a file that is none of these, and for the first thing in it that cannot be, with its place.
    """
    content = _unpacked(content)
    if content.lstrip()[:1] == b"<":
        return list(_crossed(_ecb_xml(content), own))
    rows = _rows(content)
    head = [name.casefold() for name in rows[0]] if rows else []
    if {"date", "currency", "rate"} <= set(head):
        told = [(line, dict(zip(head, row, strict=False))) for line, row in enumerate(rows[1:], start=2) if any(row)]
        return [_row(cells, line) for line, cells in told]
    if head[:1] == ["date"] and "usd" in head:
        return list(_crossed(_ecb_table(rows), own))
    raise Refused(
        "This is no file of rates: take the ECB's, or a CSV with the columns date, currency and rate.",
        code="no_rates_file",
    )


def _rows(content: bytes) -> list[list[str]]:
    try:
        read = csv.reader(StringIO(_text(content)), delimiter=_separator(content))
        return [[cell.strip() for cell in row] for row in read]
    except csv.Error as error:
        raise Refused(f"The file is no table: {error}.", code="no_rates_file") from error


def _unpacked(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise Refused(f"The file is larger than {LARGEST >> 20} MB.", code="file_too_large")
    if not content.startswith(b"PK"):
        return content
    try:
        with ZipFile(BytesIO(content)) as packed, packed.open(packed.namelist()[0]) as inside:
            found = inside.read(LARGEST + 1)
    except (BadZipFile, IndexError, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error) as error:
        raise Refused("The packed file cannot be opened.", code="no_rates_file") from error
    if len(found) > LARGEST:
        raise Refused(f"What is in the file is larger than {LARGEST >> 20} MB.", code="file_too_large")
    return found


def _text(content: bytes) -> str:
    try:
        return TextIOWrapper(BytesIO(content), encoding="utf-8-sig").read()
    except UnicodeDecodeError as error:
        raise Refused("The file is not UTF-8 text.", code="no_rates_file") from error


def _separator(content: bytes) -> str:
    first = content.split(b"\n", 1)[0]
    return ";" if first.count(b";") > first.count(b",") else ","


def _ecb_xml(content: bytes) -> Iterator[tuple[date, Mapping[str, Decimal], str]]:
    root = parse_xml(content, what="file of rates", code="rates")
    for day in root.iter(ECB):
        if time := day.get("time"):
            place = f"line {day.sourceline}"
            rates = {each.get("currency"): _rate(each.get("rate"), f"line {each.sourceline}") for each in day}
            yield _day(time, place), rates, place


def _ecb_table(rows: list[list[str]]) -> Iterator[tuple[date, Mapping[str, Decimal], str]]:
    names = rows[0]
    for line, row in enumerate(rows[1:], start=2):
        if any(row):
            place = f"line {line}"
            told = zip(names[1:], row[1:], strict=False)
            yield _day(row[0], place), {name: _rate(cell, place) for name, cell in told if cell not in MISSING}, place


def _crossed(days: Iterator[tuple[date, Mapping[str, Decimal], str]], own: str) -> Iterator[ReadRate]:
    """From what one euro is in each currency to what one of each is in the company's own."""
    for day, per_euro, place in days:
        all_rates = {"EUR": Decimal(1), **per_euro}
        if own not in all_rates:
            raise Refused(f"{place}: the file has no rate of {own}, the company's own currency.", code="no_own_rate")
        for currency, rate in all_rates.items():
            if currency != own and _is_known(currency):
                yield ReadRate(day, currency, _sane(all_rates[own] / rate, place), place)


def _is_known(currency: str) -> bool:
    try:
        places(currency)
    except UnknownCurrency:
        return False
    return True


def _row(cells: Mapping[str, str], line: int) -> ReadRate:
    place = f"line {line}"
    currency = cells.get("currency", "").upper()
    if not _is_known(currency):
        raise Refused(f"{place}: {currency!r} is not a currency. Use its ISO code, such as EUR.", code="bad_currency")
    return ReadRate(_day(cells.get("date", ""), place), currency, _rate(cells.get("rate", ""), place), place)


def _day(text: str, place: str) -> date:
    for form in DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise Refused(f"{place}: {text!r} is no day. Write it as 2026-03-31.", code="bad_date")


def _rate(text: str | None, place: str) -> Decimal:
    try:
        rate = Decimal(text or "")
    except InvalidOperation as error:
        raise Refused(f"{place}: {text!r} is no rate. Write it as 1.0842.", code="bad_exchange_rate") from error
    return _sane(rate, place)


def _sane(rate: Decimal, place: str) -> Decimal:
    if not rate.is_finite() or not 0 < rate < LARGEST_RATE:
        raise Refused(f"{place}: {rate} is no rate above zero.", code="bad_exchange_rate")
    return rate
