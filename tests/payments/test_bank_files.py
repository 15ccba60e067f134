"""Bank files: what the public ones hold, what broken ones are refused for, and that no bytes bring a reader down."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.refusals import Refused
from payments.bank_files import ReadStatement, Unread, read_bank_file
from tests.payments.bank_samples import (
    BAI2,
    DATA,
    MT940,
    NEEDS_DATA,
    OFX,
    SAMPLES,
    THEIRS,
    WITHOUT_DATA,
    camt,
    detail,
    entry,
    statement,
    sum_of,
)

EXPECTED = json.loads((DATA / "expected.json").read_text()) if DATA.exists() else {}
DAY = date(2026, 3, 2)
WITHOUT_CURRENCY = "mt940/self-provided-raphaelm.sta"
"""Its closing balances lack their currency (":62F:C020315145000,00"): what the other reader made of them is wrong."""


def files(folder: str) -> list[Any]:
    return sorted(name for name in EXPECTED if name.startswith(f"{folder}/")) or [
        pytest.param("", marks=pytest.mark.skip(reason=WITHOUT_DATA))
    ]


def read(name: str) -> list[ReadStatement]:
    return read_bank_file((DATA / name).read_bytes())


def refusal_of(content: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read_bank_file(content)
    return refusal.value.message


def only(content: bytes) -> ReadStatement:
    [statement] = read_bank_file(content)
    return statement


def text_of(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


@pytest.mark.parametrize("name", files("camt"))
def test_a_public_camt_file_holds_exactly_what_is_expected(name: str) -> None:
    found = [
        {
            "account": each.account or None,
            "balances": {code: str(amount) for code, amount in each.balances.items()},
            "balances_agree": each.adds_up,
            "currencies": sorted({line.currency for line in each.lines}),
            "entries": each.entries,
            "reversals": len({line.entry for line in each.lines if line.is_reversal}),
            "signed_sum": str(sum_of(each)),
            "structured_ref_count": sum(len(line.references) for line in each.lines),
            "structured_refs": [reference for line in each.lines for reference in line.references],
            "transactions": sum(line.details for line in each.lines),
            "unreadable_amount": any(line.amount is None for line in each.lines),
        }
        for each in read(name)
    ]

    assert found == EXPECTED[name]["statements"]


@pytest.mark.parametrize("name", files("mt940"))
def test_a_public_mt940_file_holds_exactly_what_is_expected(name: str) -> None:
    wanted = EXPECTED[name]["statements"]
    if not wanted:
        said = refusal_of((DATA / name).read_bytes())
        assert said.startswith(("The file holds no statement", "This is no bank file"))
        return
    found = read(name)
    assert len(found) == len(wanted)
    assert sum(len(each.lines) for each in found) == EXPECTED[name]["fields_61"]
    for each, facts in zip(found, wanted, strict=True):
        assert facts["currency"] in (None, each.currency)
        closing = "0.00" if name == WITHOUT_CURRENCY and each.closing is None else text_of(each.closing)
        assert facts | {"currency": ""} == {
            "account": each.account or None,
            "balances_agree": each.adds_up,
            "closing": closing,
            "currency": "",
            "opening": text_of(each.opening),
            "reversals": sum(line.is_reversal for line in each.lines),
            "signed_sum": str(sum_of(each)),
            "transactions": len(each.lines),
        }


@NEEDS_DATA
def test_a_balance_without_its_currency_is_unread_and_does_not_add_up() -> None:
    first = read(WITHOUT_CURRENCY)[0]
    assert (first.closing, first.adds_up) == (None, False)
    assert first.unread == [Unread("statement 1", ":62M:", "C020315105000,00")]


@pytest.mark.parametrize("name", files("ofx"))
def test_a_public_ofx_file_holds_exactly_what_is_expected(name: str) -> None:
    facts = EXPECTED[name]
    if not facts["statements_in_file"]:
        assert "The OFX file holds no statement." in refusal_of((DATA / name).read_bytes())
        return
    found = [
        [each.account, sum(line.amount is not None for line in each.lines), str(sum_of(each)), each.currency or None]
        for each in read(name)
    ]
    assert found == facts["bankfile_0.2.0"]


@NEEDS_DATA
def test_an_ofx_entry_whose_amount_and_day_cannot_be_read_is_kept_with_what_stood_there() -> None:
    [line] = read("ofx/ofxparse/decimal_error.ofx")[0].lines
    assert (line.amount, line.booked_on) == (None, None)
    assert [(each.name, each.found) for each in line.unread] == [("TRNAMT", "$120"), ("DTPOSTED", "201120000000")]


@pytest.mark.parametrize("name", files("bai2"))
def test_a_public_bai2_file_holds_as_many_accounts_and_entries_as_it_has_records(name: str) -> None:
    records = EXPECTED[name]["records"]
    if not records["01"]:
        assert refusal_of((DATA / name).read_bytes()) == "Line 1: a BAI2 file begins with record 01, not '00'."
        return
    found = read(name)
    assert (len(found), sum(len(each.lines) for each in found)) == (records["03"], records["16"])
    assert not any(line.unread for each in found for line in each.lines)


def test_imp_04_a_reversal_of_a_credit_is_money_out_and_the_statement_closes() -> None:
    found = only(MT940)
    assert [(line.amount, line.is_reversal) for line in found.lines] == [
        (Decimal("204.88"), False),
        (Decimal("-204.88"), True),
        (Decimal("-50.00"), False),
    ]
    assert (found.opening, found.closing, found.adds_up) == (1000, 950, True)
    assert only(MT940.replace(b"EUR950,00", b"EUR951,00")).adds_up is False


def test_imp_05_an_entry_of_two_payments_is_two_lines() -> None:
    content = camt(statement(entry("429.56", detail("329.56", name="A"), detail("100.00", name="B")), closing="529.56"))
    found = only(content)
    assert [(line.entry, line.amount, line.party_name) for line in found.lines] == [
        (1, Decimal("329.56"), "A"),
        (1, Decimal("100.00"), "B"),
    ]
    assert (sum_of(found), found.adds_up) == (Decimal("429.56"), True)


def test_payments_that_do_not_add_up_to_their_entry_stay_one_line_of_its_amount() -> None:
    content = camt(statement(entry("429.56", detail("329.56"), detail("90.00")), closing="529.56"))
    found = only(content)
    assert [(line.amount, line.details) for line in found.lines] == [(Decimal("429.56"), 2)]
    assert found.notes == ["entry 1 (line 8): its 2 payments do not add up to it, so it is one line."]


def test_imp_10_each_account_of_a_file_has_its_own_lines() -> None:
    other = "DE89370400440532013000"
    content = camt(
        statement(entry("100.00"), closing="200.00"), statement(entry("40.00"), closing="140.00", iban=other)
    )
    found = read_bank_file(content)
    assert [(each.account[-4:], sum_of(each)) for each in found] == [("2051", 100), ("3000", 40)]


def test_a_line_says_who_paid_from_where_with_which_words() -> None:
    line = only(camt(statement(entry("50.00", detail("50.00", end_to_end="E-7")), closing="150.00"))).lines[0]
    assert (line.booked_on, line.party_name, line.party_account) == (DAY, "Bramble GmbH", THEIRS)
    assert (line.text, line.end_to_end_id, line.kind) == ("INV-2026-0001", "E-7", "PMNT-RCDT-ESCT")

    line = only(MT940).lines[0]
    assert (line.booked_on, line.party_name, line.party_account) == (DAY, "Bramble GmbH", THEIRS)
    assert (line.text, line.end_to_end_id, line.bank_reference) == ("INV-2026-0001", "E2E-1", "B1")

    line = read_bank_file(OFX)[0].lines[0]
    assert (line.booked_on, line.party_name, line.text, line.bank_reference) == (
        DAY,
        "Bramble GmbH",
        "INV-2026-0001",
        "T1",
    )

    first, second = only(BAI2).lines
    assert (first.booked_on, first.amount, first.text) == (DAY, Decimal("125.00"), "INV-2026-0001 BRAMBLE GMBH")
    assert (second.amount, second.value_on, second.text) == (Decimal("-5.00"), date(2026, 3, 1), "CHEQUE 7")
    assert only(BAI2).adds_up is True


def test_several_statements_of_an_ofx_file_are_told_apart() -> None:
    assert [(each.account, sum_of(each)) for each in read_bank_file(OFX)] == [
        ("0001", Decimal("120.00")),
        ("0002", Decimal("-7.50")),
    ]


@pytest.mark.parametrize(
    ("amount", "day", "unread"),
    [
        ("12..34", "2026-03-02", ("Ntry/Amt", "12..34")),
        ("1e3x", "2026-03-02", ("Ntry/Amt", "1e3x")),
        ("NaN", "2026-03-02", ("Ntry/Amt", "NaN")),
        ("1_000", "2026-03-02", ("Ntry/Amt", "1_000")),
        ("10.005", "2026-03-02", ("Ntry/Amt", "10.005")),
        ("9" * 14, "2026-03-02", ("Ntry/Amt", "9" * 14)),
        ("10.00", "2026-02-31", ("BookgDt", "2026-02-31")),
    ],
)
def test_a_field_that_cannot_be_read_is_named_and_the_line_kept(amount: str, day: str, unread: tuple[str, str]) -> None:
    found = only(camt(statement(entry(amount, day=day), entry("5.00"), closing="105.00")))
    first, second = found.lines
    assert [(each.name, each.found) for each in first.unread] == [unread]
    assert first.unread[0].place == "entry 1 (line 8)"
    assert (second.amount, second.unread) == (5, [])


def test_an_mt940_line_that_cannot_be_read_is_kept_as_it_stands() -> None:
    found = only(MT940.replace(b":61:2603020302D50,00", b":61:26XX020302D50,00"))
    assert [line.amount for line in found.lines] == [Decimal("204.88"), Decimal("-204.88"), None]
    assert found.lines[2].unread == [Unread("statement 1, :61: number 3", ":61:", "26XX020302D50,00NMSCNONREF")]
    assert found.adds_up is False


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"   \n", "The file is empty."),
        (b"hello", "This is no bank file that we know"),
        (b"\x00\xff" * 50, "This is no bank file that we know"),
        (b"<a><b></a>", "The file is not well-formed XML"),
        (b"<Invoice/>", "The XML holds no statement of camt.052, 053 or 054; it is a Invoice."),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "The file has a DOCTYPE"),
        (b":61:2603020302D50,00NMSCNONREF\n", "holds no statement"),
        (b":61:2603020302D50,00NMSC\n" + MT940, "Line 1: an entry (:61:) stands before any statement begins"),
        (b"OFXHEADER:100\n<OFX></OFX>", "The OFX file holds no statement."),
        (BAI2.replace(b"02,12345", b"77,12345"), "Line 2: there is no record '77' in BAI2."),
        (BAI2.partition(b"49,")[0], "it was cut off before 99"),
        (BAI2.replace(b"260302,,USD", b"261302,,USD"), "Line 2: '261302' is not the day of a group."),
        (BAI2.replace(b"02,12345,0004,1", b"02,12345,0004,2"), "a deletion or a test"),
    ],
)
def test_a_file_whose_form_is_broken_is_refused_with_place_and_reason(content: bytes, words: str) -> None:
    assert words in refusal_of(content)


def test_a_bomb_of_entities_or_of_depth_is_refused() -> None:
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
    assert "DOCTYPE" in refusal_of(laughs)
    assert "not well-formed" in refusal_of(b"<a>" * 5000 + b"</a>" * 5000)


@pytest.mark.parametrize("tag", ["TRNAMT", "BALAMT"])
def test_an_amount_that_no_account_holds_is_no_amount(tag: str) -> None:
    found = re.search(rb"<%b>([-0-9.]+)" % tag.encode(), SAMPLES["ofx"])
    assert found
    large = SAMPLES["ofx"].replace(found[0], b"<%b>" % tag.encode() + b"9" * 30 + found[1], 1)
    statement = read_bank_file(large)[0]
    if tag == "BALAMT":
        assert (statement.closing, [each.name for each in statement.unread]) == (None, [tag])
    else:
        assert (statement.lines[0].amount, [each.name for each in statement.lines[0].unread]) == (None, [tag])


COLUMN_HOLDS = Decimal(10) ** 15


def holds(content: bytes) -> None:
    """Whatever the bytes, they are read or refused with a reason, and what is read makes sense."""
    try:
        found = read_bank_file(content)
    except Refused:
        return
    for each in found:
        for line in each.lines:
            assert line.unread or (line.amount is not None and line.booked_on is not None)
            assert line.amount is None or abs(line.amount) < COLUMN_HOLDS


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_no_bytes_bring_a_reader_down(content: bytes) -> None:
    holds(content)


@settings(max_examples=400)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_no_change_to_a_sound_file_brings_a_reader_down(kind: str, data: st.DataObject) -> None:
    content = SAMPLES[kind]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        added = data.draw(st.binary(max_size=6) | st.sampled_from([b"-", b",", b"/", b":61:", b"<", b"9" * 30, b"\n"]))
        content = content[:place] + added + content[place + length :]
    holds(content)


def test_a_bai2_amount_that_no_account_holds_is_no_amount() -> None:
    found = re.search(rb"(?m)^16,\d+,(\d+),", SAMPLES["bai2"])
    assert found
    [statement] = read_bank_file(SAMPLES["bai2"].replace(found[1], b"9" * 18, 1))
    assert [line.amount for line in statement.lines if line.unread] == [None]
