"""Other programs' files: letters, numbers and days are understood per column, and never guessed (IMP)."""

import io
import lzma
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from ledger.refusals import Refused
from office.reading import Field, FieldKind, Mapping, TableReader, TroubleFile
from office.reading.mapping import ColumnRule, match_headings
from office.reading.tables import table_rows
from office.reading.unpacking import unpacked
from office.sheets import guard

FIELDS = (
    Field("name", "Name", required=True),
    Field("amount", "Amount", FieldKind.NUMBER),
    Field("day", "Day", FieldKind.DAY),
)


def read(content: bytes | str, **rules: ColumnRule) -> list[Any]:
    """The rows of a file whose headings are Name, Amount and Day, as far as it has them."""
    content = content.encode() if isinstance(content, str) else content
    with unpacked(io.BytesIO(content)) as table:
        headings = TableReader(table, (), Mapping({})).headings
        mapping = match_headings(headings, FIELDS)
        return list(TableReader(table, FIELDS, Mapping(mapping.columns | rules)))


def column(name: str, cells: list[str]) -> str:
    return f"Name;{name}\n" + "".join(f'x;"{cell}"\n' for cell in cells)


def amounts(cells: list[str], **rules: ColumnRule) -> list[Decimal | None]:
    return [row.values.get("amount") for row in read(column("Amount", cells), **rules)]


def days(cells: list[str], **rules: ColumnRule) -> list[date | None]:
    return [row.values.get("day") for row in read(column("Day", cells), **rules)]


def test_imp_01_the_decimal_sign_is_decided_for_the_whole_column():
    got = amounts(["-236,48", "-124,99", "-89,9", "1.488,69", "-1.000"])
    assert got == [Decimal(x) for x in ("-236.48", "-124.99", "-89.90", "1488.69", "-1000.00")]


def test_imp_01_a_column_that_can_be_read_in_two_ways_is_not_guessed():
    with pytest.raises(Refused) as refusal:
        amounts(["1.000", "2.500"])
    assert refusal.value.code == "undecided"
    assert "Amount" in refusal.value.message

    assert amounts(["1.000"], amount=ColumnRule("Amount", decimal=",")) == [Decimal(1000)]
    assert amounts(["1.000"], amount=ColumnRule("Amount", decimal=".")) == [Decimal(1)]


def test_a_column_that_contradicts_itself_is_not_guessed():
    with pytest.raises(Refused) as refusal:
        amounts(["1,50", "1.75"])
    assert refusal.value.code == "undecided"


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["1,234.50", "2,000"], ["1234.50", "2000"]),
        (["1.234.567", "0,125"], ["1234567", "0.125"]),
        (["0.125"], ["0.125"]),
        (["12", "-7"], ["12", "-7"]),
        (["\N{MINUS SIGN}3,5", "4,5-"], ["-3.5", "-4.5"]),
        (["1\N{NO-BREAK SPACE}234,50"], ["1234.50"]),
    ],
)
def test_numbers_of_many_countries_are_understood(cells: list[str], right: list[str]):
    assert amounts(cells) == [Decimal(number) for number in right]


@pytest.mark.parametrize("cell", ["12a", "1,2,3.50", "12.34,5", "nan", "1e5", "--5", ".", "٣"])
def test_what_is_no_number_is_a_trouble_of_its_row(cell: str):
    row = read(column("Amount", [cell]), amount=ColumnRule("Amount", decimal="."))[0]
    assert "amount" not in row.values
    assert [(trouble.line, trouble.column, trouble.found) for trouble in row.troubles] == [(2, "Amount", cell)]


ROWS = 'Name;Amount\r\nÅsa Lindén;"1.234,50"\r\nRené Weiß;"1.234,50"\r\nJosé;"1.234,50"\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_imp_02_every_usual_encoding_gives_the_same_rows(encoding: str):
    rows = read(ROWS.encode(encoding))
    assert [row.values for row in rows] == [
        {"name": name, "amount": Decimal("1234.50")} for name in ("Åsa Lindén", "René Weiß", "José")
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_imp_02_the_separator_is_found(separator: str):
    rows = read(f"Name{separator}Day\nA{separator}2026-03-01\n")
    assert rows[0].values == {"name": "A", "day": date(2026, 3, 1)}


def test_imp_02_no_replacement_character_comes_in():
    row = read("Name;Amount\nJos\N{REPLACEMENT CHARACTER};5\n")[0]
    assert "name" not in row.values
    assert row.troubles[0].found == "Jos\N{REPLACEMENT CHARACTER}"

    with pytest.raises(Refused) as refusal:
        read(b"Name;Amount\nJos\x81;5\n")
    assert refusal.value.code == "unknown_encoding"


def test_imp_06_leading_zeros_stay():
    assert [row.values["name"] for row in read("Name\n0010\n000123\n011000015\n")] == ["0010", "000123", "011000015"]


def test_an_id_written_as_a_number_loses_only_its_empty_decimals():
    rows = read("Name\n17850.0\n0010\n12.5\n", name=ColumnRule("Name", whole_number=True))
    assert [row.values["name"] for row in rows] == ["17850", "0010", "12.5"]


def test_imp_07_day_and_month_are_decided_for_the_whole_column():
    rows = read(column("Day", ["09/01/2017", "24/01/2017", "31/02/2017"]))
    assert [row.values.get("day") for row in rows] == [date(2017, 1, 9), date(2017, 1, 24), None]
    assert [(t.line, t.found) for row in rows for t in row.troubles] == [(4, "31/02/2017")]


def test_imp_07_days_that_can_be_read_in_two_ways_are_not_guessed():
    with pytest.raises(Refused) as refusal:
        days(["09/01/2017", "03/04/2017"])
    assert refusal.value.code == "undecided"
    assert days(["09/01/2017"], day=ColumnRule("Day", day_order="mdy")) == [date(2017, 9, 1)]
    assert days(["09/01/2017"], day=ColumnRule("Day", day_order="dmy")) == [date(2017, 1, 9)]


def test_a_time_behind_the_day_is_left_out():
    assert days(["2010-12-01 08:26:00", "2010-12-01T08:26"]) == [date(2010, 12, 1)] * 2


def test_imp_08_text_made_harmless_comes_back_as_it_was():
    names = ["=cmd|' /C calc'!A0", "+1 555 0100", "@home", "'quoted'"]
    lines = "".join(f'"{guard(name)}",-125.50\n' for name in names)
    rows = read(f"Name,Amount\n{lines}")
    assert [(row.values["name"], row.values["amount"]) for row in rows] == [(n, Decimal("-125.50")) for n in names]


def sheet(rows: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page = book.add_worksheet()
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(line, place, cell, day)
                else:
                    page.write(line, place, cell)
    return target.getvalue()


def test_imp_09_excel_days_and_numbers_are_what_they_are():
    rows = read(sheet([["Name", "Amount", "Day"], ["a", 45581, date(2024, 10, 16)], ["b", 12.1, "16/10/2024"]]))
    assert [row.values["day"] for row in rows] == [date(2024, 10, 16)] * 2
    assert [row.values["amount"] for row in rows] == [Decimal(45581), Decimal("12.1")]


def corners(*cells: tuple[int, int]) -> bytes:
    """A sheet with something in these cells alone."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        for line, place in cells:
            page.write(line, place, "Name")
    return target.getvalue()


def with_part(book: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The same file with other bytes in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as parts, zipfile.ZipFile(target, "w") as changed:
        for part in parts.namelist():
            content = parts.read(part)
            assert part != name or old in content
            changed.writestr(part, content.replace(old, new) if part == name else content)
    return target.getvalue()


def test_rows_of_a_sheet_keep_their_lines_below_blank_ones():
    assert list(table_rows(io.BytesIO(corners((3, 2), (5, 2))))) == [(4, ["Name"]), (6, ["Name"])]


@pytest.mark.parametrize(
    "book",
    [
        corners((0, 0), (1_048_575, 16_383)),
        with_part(corners((0, 0)), "xl/worksheets/sheet1.xml", b'r="A1"', b'r="ZZZZZZZZ99999999999"'),
        with_part(corners((0, 0)), "xl/sharedStrings.xml", b'uniqueCount="1"', b'uniqueCount="4000000000"'),
    ],
    ids=["corners", "beyond", "texts"],
)
def test_a_sheet_that_asks_for_more_memory_than_there_is_costs_an_answer_only(book: bytes):
    with pytest.raises(Refused) as refusal:
        list(table_rows(io.BytesIO(book)))
    assert refusal.value.code == "file_too_large"
    assert "or save it as CSV" in refusal.value.message


@pytest.mark.parametrize("cell", ["1000000000000", "-1000000000000", "9" * 300])
def test_a_number_larger_than_can_be_kept_is_its_rows_trouble(cell: str):
    csv, excel = read(column("Amount", [cell])), read(sheet([["Name", "Amount"], ["a", float(cell)]]))
    assert ["amount" in row.values for row in (csv[0], excel[0])] == [False, False]
    assert csv[0].troubles[0].advice.startswith("This is a larger number than can be kept.")


def test_a_row_of_a_million_columns_is_no_table():
    with pytest.raises(Refused, match="Line 1 has 1,000,001 columns") as refusal:
        list(table_rows(io.BytesIO(b"Name" + b";a" * 1_000_000)))
    assert refusal.value.code == "too_many_columns"


def test_imp_09_a_bare_number_in_a_csv_is_no_day():
    row = read(column("Day", ["45581"]))[0]
    assert "day" not in row.values
    assert row.troubles[0].found == "45581"


def test_a_packed_file_is_read_like_any_other():
    assert read(lzma.compress(b"Name\nA\n"))[0].values == {"name": "A"}


def test_a_file_that_unpacks_to_too_much_is_refused():
    with pytest.raises(Refused) as refusal:
        unpacked(io.BytesIO(lzma.compress(b"0" * 5_000_000)), largest=1_000_000)
    assert refusal.value.code == "file_too_large"


def test_a_damaged_file_is_refused():
    with pytest.raises(Refused) as refusal:
        unpacked(io.BytesIO(lzma.compress(b"0" * 5_000)[:-20]))
    assert refusal.value.code == "file_damaged"
    with pytest.raises(Refused) as refusal:
        read(b"PK\x03\x04 and then nothing of a sheet")
    assert refusal.value.code == "not_a_table"


def test_a_missing_column_is_named():
    with pytest.raises(Refused, match="Name"):
        read("Amount\n5\n")


def test_a_trouble_file_is_harmless_in_a_spreadsheet():
    row = read(column("Amount", ["=1+1"]), amount=ColumnRule("Amount", decimal="."))[0]
    target = io.BytesIO()
    TroubleFile(target).add(row.troubles[0])
    assert "'=1+1" in target.getvalue().decode("utf-8-sig")


def test_an_empty_file_is_refused():
    with pytest.raises(Refused) as refusal:
        read("")
    assert refusal.value.code == "not_a_table"
