"""Banks' own CSV files from public sources: what their columns are told to be, and exactly what they hold."""

import csv
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest

from payments.bank_files import ReadStatement, Unread
from payments.bank_files.tables import TableMapping, guess_mapping, open_table, read_table
from tests.payments.bank_samples import DATA, OURS, WITHOUT_DATA, sum_of

EXPECTED = json.loads((DATA / "expected.json").read_text()) if DATA.exists() else {}
FILES = {name: facts for name, facts in EXPECTED.items() if name.startswith("csv/")}
NAMES = sorted(FILES) or [pytest.param("", marks=pytest.mark.skip(reason=WITHOUT_DATA))]
TOLD = {
    "csv/bank2ynab/20180226_12345678.csv": {"day_order": "dmy"},
    "csv/bank2ynab/dba33fceecd62c3c727893361e0ba4d3.P000000027355791.csv": {
        "columns": ("booked_on", "text", "money_out", "money_in", "text", "", "", "")
    },
}
"""What a person must say: one day of the 10th of February, and the columns of a table without headings."""
NOT_EUR = {"W80844_EBH_201945.202122": "HUF", "TransactionHistory_20180418043121": "SGD"}
DAY_ORDERS = {
    "%Y-%m-%d": "ymd",
    "%Y.%m.%d.": "ymd",
    "%d-%b-%Y": "ymd",
    "%d %b %Y": "ymd",
    "%d/%m/%Y": "dmy",
}


def told(name: str) -> TableMapping:
    return replace(guess_mapping(open_table((DATA / name).read_bytes())), **TOLD.get(name, {}))


def currency_of(name: str) -> str:
    return next((currency for part, currency in NOT_EUR.items() if part in name), "GBP" if "JANE" in name else "EUR")


def read_file(name: str) -> ReadStatement:
    mapping = told(name)
    grid = open_table((DATA / name).read_bytes())
    [statement] = read_table(grid, mapping, account=OURS, currency=currency_of(name))
    return statement


def rows_of(name: str) -> list[list[str]]:
    """The rows below the headings as Python's own reader has them, without anything of ours."""
    facts = FILES[name]
    text = (DATA / name).read_bytes().decode(facts["encoding"])
    lines = text.splitlines()[facts["header_line"] or 0 :]
    return [row for row in csv.reader(lines, delimiter=facts["delimiter"]) if any(cell.strip() for cell in row)]


@pytest.mark.parametrize("name", NAMES)
def test_the_columns_of_a_public_table_are_told_as_expected(name: str) -> None:
    facts, mapping = FILES[name], told(name)
    assert (mapping.separator, mapping.decimal) == (facts["delimiter"], facts["decimal"])
    assert mapping.first_line == (facts["header_line"] or 1)
    assert bool(mapping.headings) is (facts["header_line"] is not None)
    if "date_format" in facts:
        assert mapping.day_order == DAY_ORDERS[facts["date_format"]]
    columns = {"amount": "amount", "credit": "money_in", "debit": "money_out", "balance_column": "balance"}
    columns |= {"direction": "direction", "structured_reference_column": "reference"}
    for fact, role in columns.items():
        found = mapping.places(role)
        if fact not in facts:
            assert not found or role in ("balance", "direction")
        elif facts[fact].startswith("column "):
            assert found == [int(facts[fact].split()[1]) - 1]
        else:
            [place] = found
            assert facts[fact].startswith(mapping.headings[place])


@pytest.mark.parametrize("name", NAMES)
def test_a_public_table_holds_exactly_what_is_expected(name: str) -> None:
    facts, statement = FILES[name], read_file(name)
    if "rows" in facts:
        assert len(statement.lines) == facts["rows"]
    if "signed_sum" in facts:
        assert sum_of(statement) == Decimal(facts["signed_sum"])
    assert sum(line.is_pending for line in statement.lines) == facts.get("pending_rows", 0)
    if "balance_column" in facts:
        column = rows_of_dicts(name)[-1][facts["balance_column"]]
        assert statement.closing == Decimal(column.replace(",", "."))
        assert statement.adds_up is True


def rows_of_dicts(name: str) -> list[dict[str, str]]:
    headings = told(name).headings
    return [dict(zip(headings, row, strict=False)) for row in rows_of(name)]


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(name, str) and "BOI" in name])
def test_money_in_and_out_of_two_columns_come_out_as_the_file_has_them(name: str) -> None:
    wanted = [
        Decimal(row["Credit"]) if row["Credit"] else -Decimal(row["Debit"])
        for row in csv.DictReader(StringIO((DATA / name).read_text()))
    ]
    found = read_file(name)
    assert [line.amount for line in found.lines] == wanted
    assert len(wanted) == 27
    assert found.lines[1].text == "Éáú üüüümlaut! GP"
    assert found.adds_up is False  # its balances were made up by whoever gave it away
    assert found.notes[0].startswith("line 5: its balance does not follow from the one before it.")


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(name, str) and "JANE" in name])
def test_what_is_pending_is_left_out_and_only_the_marked_row_is_money_in(name: str) -> None:
    booked = [line for line in read_file(name).lines if not line.is_pending]
    assert len(booked) == 10
    assert [line.amount for line in booked if line.amount > 0] == [Decimal("1100.00")]
    assert booked[-1].amount == Decimal("1100.00")
    assert booked[0].amount == Decimal("-1183.23")
    assert sum(line.amount for line in booked) == Decimal("-285.80")


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(name, str) and "TransactionHistory" in name])
def test_a_second_row_without_a_day_goes_on_with_the_words_of_the_first(name: str) -> None:
    found = read_file(name).lines
    assert [line.place for line in found] == [f"line {number}" for number in range(7, 22, 2)]
    assert found[0].text == "DEBIT PURCHASE 15/04/18 66-6666 UBER EATS AN2GO HELP.UBERh"
    assert {line.amount for line in found} == {Decimal("-6.66"), Decimal("-66.66")}
    assert not any(line.unread for line in found)


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(name, str) and "garbled" in name])
def test_an_amount_that_is_none_is_kept_as_it_stands(name: str) -> None:
    first, second = read_file(name).lines
    assert (first.amount, first.unread) == (Decimal("100.00"), [])
    assert (second.amount, second.unread) == (None, [Unread("line 3", "Amount", "12..34")])


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(name, str) and "W80844" in name])
def test_a_column_of_directions_and_one_of_days_with_points(name: str) -> None:
    found = read_table(open_table((DATA / name).read_bytes()), told(name), account=OURS, currency="HUF")[0]
    assert [(line.booked_on, line.value_on, line.amount) for line in found.lines] == [
        (date(2019, 4, 19), date(2019, 4, 19), Decimal(-350)),
        (date(2019, 4, 17), date(2019, 4, 18), Decimal(1290)),
    ]
    assert (found.account, found.adds_up) == ("bank account", False)
