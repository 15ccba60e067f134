"""Small tables of banks: how their columns are guessed and their lines read, never guessed."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.refusals import Refused
from payments.bank_files import ReadLine, Unread
from payments.bank_files.tables import TableMapping, open_table, read_table
from tests.payments.bank_samples import OURS, sum_of
from tests.payments.table_samples import BALANCED, TWO, amounts, column, guessed, read, refusal_of, sheet, table


def test_imp_01_the_sign_before_the_cents_is_decided_for_the_whole_column() -> None:
    cells = ["-236,48", "-124,99", "-89,9", "1.488,69", "-1.000"]
    wanted = [Decimal(text) for text in ("-236.48", "-124.99", "-89.90", "1488.69", "-1000.00")]
    assert guessed(table(*(f"2026-03-02;A;{cell}" for cell in cells))).decimal == ","
    assert column(cells) == wanted


def test_imp_01_a_column_that_can_be_read_in_two_ways_is_asked_about_and_never_guessed() -> None:
    content = table("2026-03-02;A;-1.000", "2026-03-03;B;2.500")
    assert guessed(content).decimal == ""
    assert refusal_of(content).code == "undecided"
    assert amounts(content, decimal=",") == [Decimal(-1000), Decimal(2500)]
    assert amounts(content, decimal=".", currency="EUR") == [Decimal(-1), Decimal("2.5")]


def test_imp_01_what_nothing_tells_is_not_kept_as_if_it_had_been_told() -> None:
    whole = guessed(table("2026-03-02;A;12", "2026-03-03;B;-13"))
    unknown = guessed(table("09/01/2026;A;1.000", headings="Buchung;Wer;Summe"))
    assert (whole.decimal, whole.day_order, unknown.decimal, unknown.day_order) == ("", "ymd", "", "")
    assert column(["12", "-13"]) == [12, -13]
    told = replace(unknown, columns=("booked_on", "party_name", "amount"), headings=("Buchung", "Wer", "Summe"))
    content = table("09/01/2026;A;1.000", headings="Buchung;Wer;Summe")
    with pytest.raises(Refused, match="sign before the cents can be read in two ways"):
        read_table(open_table(content), told, account=OURS, currency="EUR")


def test_imp_01_the_balances_help_to_decide() -> None:
    content = table("2026-03-02;A;-1.000;5.234,50", headings="Date;Description;Amount;Balance")
    assert (guessed(content).decimal, amounts(content)) == (",", [Decimal(-1000)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_imp_02_the_same_rows_in_four_encodings_are_the_same(encoding: str) -> None:
    rows = ["2026-03-02;Åse Bråten;1.234,50", "2026-03-03;René Étoile;1.234,50", "2026-03-04;Weiß;1.234,50"]
    content = table(*rows, headings="Datum;Name;Betrag", encoding=encoding)
    mapping = guessed(content)
    assert (mapping.headings, mapping.separator) == (("Datum", "Name", "Betrag"), ";")
    found = read(content).lines
    assert [line.party_name for line in found] == ["Åse Bråten", "René Étoile", "Weiß"]
    assert {line.amount for line in found} == {Decimal("1234.50")}


def test_imp_02_letters_that_were_lost_are_not_kept() -> None:
    [line] = read(table("2026-03-02;A\N{REPLACEMENT CHARACTER}se;1.00")).lines
    assert line.unread == [Unread("line 2", "Description", "A?se")]


def test_imp_06_leading_zeros_stay() -> None:
    headings = "Date;Name;Account number;BIC;Reference;Description;Amount"
    content = table("2026-03-02;Elm;0010;011000015;000123;000123 0010;50", headings=headings)
    [line] = read(content).lines
    assert (line.party_account, line.party_bank, line.bank_reference) == ("0010", "011000015", "000123")
    assert (line.text, line.amount) == ("000123 0010", Decimal("50.00"))


def test_imp_07_day_and_month_are_decided_for_the_column_and_a_day_that_is_none_is_unread() -> None:
    content = table("09/01/2017;A;1.00", "24/01/2017;B;2.00", "31/02/2017;C;3.00")
    assert guessed(content).day_order == "dmy"
    found = read(content).lines
    assert [line.booked_on for line in found] == [date(2017, 1, 9), date(2017, 1, 24), None]
    assert found[2].unread == [Unread("line 4", "Date", "31/02/2017")]


def test_imp_07_days_that_can_be_read_in_two_ways_are_asked_about() -> None:
    content = table("09/01/2017;A;1.00", "03/04/2017;B;2.00")
    assert refusal_of(content).message == "The order of day and month can be read in two ways. Choose one."
    assert [line.booked_on for line in read(content, day_order="mdy").lines] == [date(2017, 9, 1), date(2017, 3, 4)]
    two_digits = table("13/01/17;A;1.00")
    assert refusal_of(two_digits).code == "undecided"
    assert read(two_digits, day_order="dmy").lines[0].booked_on == date(2017, 1, 13)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("2026.03.02.", date(2026, 3, 2)),
        ("20260302", date(2026, 3, 2)),
        ("2026-03-02 14:05:09", date(2026, 3, 2)),
        ("2-Mar-2026", date(2026, 3, 2)),
        ("02 March 2026", date(2026, 3, 2)),
        ("2. März 2026", date(2026, 3, 2)),
        ("2 févr. 2026", date(2026, 2, 2)),
        ("Mar 2, 2026", date(2026, 3, 2)),
        ("45581", None),
        ("20261302", None),
        ("2 Foo 2026", None),
        ("", None),
    ],
)
def test_days_are_read_as_banks_write_them(written: str, day: date | None) -> None:
    [line] = read(table(f"{written};A;1.00"), day_order="ymd").lines
    assert line.booked_on == day
    assert line.unread == ([] if day else [Unread("line 2", "Date", written or "(nothing)")])


def test_imp_09_excel_days_and_numbers_are_what_they_are() -> None:
    rows = [["Our Ltd"], ["Date", "Description", "Amount"], [date(2024, 10, 16), "a", 45581], ["16/10/2024", "b", -0.1]]
    found = read(sheet(rows))
    assert [line.booked_on for line in found.lines] == [date(2024, 10, 16)] * 2
    assert [line.amount for line in found.lines] == [Decimal(45581), Decimal("-0.1")]
    assert [line.place for line in found.lines] == ["line 3", "line 4"]
    assert found.message == "Excel"


def test_imp_09_a_bare_number_as_the_day_of_a_csv_is_unread() -> None:
    [line] = read(table("45581;A;1.00")).lines
    assert line.unread == [Unread("line 2", "Date", "45581")]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("£1,183.23", "1183.23"),
        ("+ £1,100.00", "1100.00"),
        ("EUR 12.50", "12.50"),
        ("12.50 EUR", "12.50"),
        ("(12.50)", "-12.50"),
        ("12.50 CR", "12.50"),
        ("12.50DR", "-12.50"),
        ("12.50-", "-12.50"),
        ("\N{MINUS SIGN}12.50", "-12.50"),
        ("1'234.50", "1234.50"),
        ("1 234.50", "1234.50"),
        ("USD 12.50", None),
        ("-12.50 CR", None),
        ("(-12.50)", None),
        ("12.345", None),
        ("1,23.50", None),
        ("9" * 14, None),
        ("NaN", None),
        ("1e5", None),
        ("twelve", None),
        ("", None),
    ],
)
def test_amounts_are_read_with_their_marks_or_not_at_all(written: str, amount: str | None) -> None:
    [line] = read(table(f"2026-03-02;A;{written}"), decimal=".").lines
    assert line.amount == (None if amount is None else Decimal(amount))
    assert line.unread == ([] if amount else [Unread("line 2", "Amount", written or "(nothing)")])


def directed(*rows: str, **more: Any) -> list[ReadLine]:
    return read(table(*(f"2026-03-02;{row}" for row in rows), headings="Datum;Bedrag;Af Bij"), **more).lines


def test_words_say_whether_money_came_or_went() -> None:
    found = directed("10,00;Bij", "20,00;Af", "-5,00;Af")
    assert [line.amount for line in found] == [10, -20, -5]


def test_a_word_that_is_neither_and_one_that_contradicts_the_sign_are_unread() -> None:
    more = {"in_words": ("Bij",), "out_words": ("Af",)}
    found = directed("10,00;Huh", "-5,00;Bij", "7,00;", "1,00;Bij", **more)
    assert [line.amount for line in found] == [None, None, None, 1]
    assert [line.unread[0].found for line in found[:3]] == ["Huh 10.00", "Bij -5.00", "(nothing) 7.00"]
    assert {line.unread[0].name for line in found[:3]} == {"Af Bij"}


def test_with_words_for_one_way_only_all_others_mean_the_other() -> None:
    assert [line.amount for line in directed("10,00;CR", "20,00;", in_words=("CR",), out_words=())] == [10, -20]
    assert [line.amount for line in directed("10,00;DR", "20,00;", in_words=(), out_words=("DR",))] == [-10, 20]


def test_money_in_and_out_in_two_columns() -> None:
    assert amounts(table("2026-03-02;A;5.00;", "2026-03-02;B;0.00;7.00", headings=TWO)) == [-5, 7]
    assert amounts(table("2026-03-02;A;-5.00;", "2026-03-02;B;;7.00", headings=TWO)) == [-5, 7]


@pytest.mark.parametrize(
    ("row", "name", "found"),
    [
        ("5.00;7.00", "Debit", "money in 7.00 and out 5.00 at once"),
        ("-5.00;", "Debit", "-5.00"),
        (";-7.00", "Credit", "-7.00"),
        (";", "Credit", "(nothing)"),
        ("x;7.00", "Debit", "x"),
    ],
)
def test_what_contradicts_itself_in_two_columns_is_unread(row: str, name: str, found: str) -> None:
    content = table("2026-03-02;A;1.00;", f"2026-03-02;B;{row}", headings=TWO)
    line = read(content, out_is_negative=False).lines[1]
    assert line.unread == [Unread("line 3", name, found)]


def test_a_credit_cards_signs_are_turned() -> None:
    assert column(["10.00", "-3.00"], flips=True) == [-10, 3]


def test_rows_that_the_separator_broke_are_unread_and_not_shifted() -> None:
    found = read(table("2026-03-02;Elm; and Ash;7.00", "2026-03-02;Oak;8.00")).lines
    assert found[0].unread[0] == Unread("line 2", "row", "4 cells under 3 headings")
    assert (found[1].amount, found[1].unread) == (8, [])


def test_a_file_that_was_cut_off_within_quotes_is_refused() -> None:
    refusal = refusal_of(table("2026-03-02;A;1.00", '2026-03-02;"B;2.00'))
    assert (refusal.code, refusal.message) == (
        "bad_bank_file",
        "Line 3 cannot be read: unexpected end of data.",
    )


def test_the_balances_beside_the_lines_make_opening_and_closing_oldest_or_newest_first() -> None:
    rows = ["2026-03-02;A;10.00;110.00", "2026-03-02;B;-5.00;105.00", "2026-03-03;C;1.00;106.00"]
    for each in (rows, rows[::-1], rows[:2], rows[1::-1]):
        found = read(table(*each, headings=BALANCED))
        assert (found.opening, found.adds_up, found.notes) == (100, True, [])
    assert read(table(*rows, headings=BALANCED)).closing == 106


def test_a_balance_that_does_not_follow_is_told_and_one_that_cannot_be_read_is_kept() -> None:
    found = read(table("2026-03-02;A;10.00;110.00", "2026-03-03;B;-5.00;104.00", headings=BALANCED))
    assert (found.adds_up, found.notes) == (False, ["line 3: its balance does not follow from the one before it."])
    found = read(table("2026-03-02;A;10.00;110.00", "2026-03-03;B;-5.00;1o5.00", headings=BALANCED))
    assert found.unread == [Unread("line 3", "Balance", "1o5.00")]
    assert not any(line.unread for line in found.lines)


def test_headings_are_found_below_a_head_of_any_length_and_rows_at_the_end_are_left_out() -> None:
    rows = ["2026-03-02;A;1.00", "Total;;1.00"]
    mapping = guessed(table(*rows), last_rows=1)
    longer = b"Our Ltd;\nFrom 1 March\n\n" + table("2026-03-03;B;2.00", "Total;;2.00")
    [found] = read_table(open_table(longer), mapping, account=OURS, currency="EUR")
    assert [(line.place, line.amount) for line in found.lines] == [("line 5", 2)]


def test_lines_of_several_of_our_accounts_are_told_apart_by_their_column() -> None:
    other = "NL91ABNA0417164300"
    headings = "Rekeningnummer;Datum;Bedrag"
    content = table(f"{OURS};2026-03-02;1,00", f"{other};2026-03-02;2,00", headings=headings)
    found = read_table(open_table(content), guessed(content), account=OURS, currency="EUR")
    assert [(each.account, sum_of(each)) for each in found] == [(OURS, 1), (other, 2)]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"columns": ("", "text", "amount")}, "Say which column is the day."),
        ({"columns": ("booked_on", "text", "")}, "Say which column is the amount."),
        ({"columns": ("booked_on", "amount", "amount")}, "Only one column can be: Amount, in and out."),
        ({"columns": ("booked_on", "money_in", "amount")}, "not both."),
        ({"columns": ("booked_on", "direction", "amount")}, "Say which words mean money in"),
        ({"columns": ("booked_on", "nonsense", "amount")}, "No column can be 'nonsense'."),
        ({"in_words": ("C",), "out_words": ("c",)}, "One word cannot mean money in and money out."),
        ({"decimal": "x"}, "'x' is no sign before the cents that we know."),
        ({"encoding": "klingon"}, "'klingon' is no encoding that we know."),
    ],
)
def test_a_mapping_that_reads_no_table_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as refusal:
        guessed(table("2026-03-02;A;1.00"), **more).require_whole()
    assert refusal.value.code == "bad_mapping"
    assert words in refusal.value.message


def test_a_mapping_comes_back_as_it_was_kept() -> None:
    mapping = guessed(table("2026-03-02;A;1.00"), pending_words=("Pending",))
    assert TableMapping.from_json(json.loads(json.dumps(mapping.as_json()))) == mapping
