"""Remittance advice as it comes: what is read of it, and that what does not add up is refused with the place."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.remittances import AdvisedLine, BadAdvice, ReadAdvice, read_advice
from payments.remittances.reasons import ShortPay, coded
from tests.payments.advice_samples import pdf, table

OURS = {"INV-2026-0001", "INV-2026-0002", "CM-2026-0001"}


def known(words: Iterable[str]) -> set[str]:
    return set(words) & OURS


def read(content: bytes, currency: str = "EUR", decimal: str = "") -> ReadAdvice:
    return read_advice(content, currency, known, decimal)


def lines(content: bytes, **more: Any) -> list[tuple[str, Decimal, Decimal, str]]:
    return [(line.reference, line.paid, line.discount, line.reason) for line in read(content, **more).lines]


def refusal_of(content: bytes, **more: Any) -> BadAdvice:
    with pytest.raises(BadAdvice) as refusal:
        read(content, **more)
    return refusal.value


def test_a_table_says_what_is_paid_on_what_and_what_is_taken_off_and_why() -> None:
    content = table("INV-2026-0001,100.00,2.00,98.00,Skonto", "CM-2026-0001,,,-10.00,", "Total,,,88.00,")
    assert lines(content) == [
        ("INV-2026-0001", Decimal("98.00"), Decimal("2.00"), "Skonto"),
        ("CM-2026-0001", Decimal("-10.00"), Decimal(0), ""),
    ]
    found = read(content)
    assert (found.sum, found.total, found.currency, found.kind) == (88, 88, "EUR", "Table")


def test_what_is_left_out_of_three_amounts_follows_from_the_others() -> None:
    assert lines(table("A,100.00,,98.00,")) == [("A", 98, 2, "")]
    assert lines(table("A,100.00,2.00,,")) == [("A", 98, 2, "")]
    assert lines(table("A,100.00,,,")) == [("A", 100, 0, "")]
    assert lines(table("A,,2.00,98.00,")) == [("A", 98, 2, "")]


def test_headings_may_stand_below_a_head_and_in_other_languages() -> None:
    head = "Avis;Elm GmbH\nZahlung;4711\n\nRechnungsnummer;Bruttobetrag;Skonto;Zahlbetrag (EUR)\n"
    assert lines((head + "R-1;1.234,50;34,50;1.200,00\n").encode("cp1252")) == [
        ("R-1", Decimal(1200), Decimal("34.50"), "")
    ]


def test_imp_06_leading_zeros_of_a_number_stay() -> None:
    assert lines(table("000123,,,50,")) == [("000123", 50, 0, "")]


def test_a_document_named_again_is_one_line_and_what_is_below_zero_is_taken_off_it() -> None:
    assert lines(table("A,,,100.00,", "a,,,-5.00,damaged", "B,,,1.00,", "B,,,2.00,")) == [
        ("A", 95, 5, "damaged"),
        ("B", 3, 0, ""),
    ]


def test_amounts_that_can_be_read_in_two_ways_are_asked_about() -> None:
    content = table("A;1.000", headings="Invoice;Amount\n")
    assert refusal_of(content).code == "undecided"
    assert lines(content, decimal=",") == [("A", 1000, 0, "")]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (
            table("A,,,98.00,", "Total,,,100.00,"),
            "does_not_add_up",
            "come to 98.00 EUR, but its total says 100.00",
        ),
        (table("A,100.00,3.00,98.00,"), "does_not_add_up", "Line 2: A does not add up: 100.00 less 3.00 is not 98.00."),
        (table("A,,,9x.00,"), "bad_remittance", "Line 2: 9x.00 is not a number."),
        (table(",,,98.00,"), "bad_remittance", "Line 2: an amount stands without a document."),
        (table("A,,,5.00,", ",,,5.00,", ",,,5.00,"), "bad_remittance", "Line 4: an amount stands without a document."),
        (table("A,,,,"), "bad_remittance", "Line 2: A is named without an amount."),
        (table("A,,,0.00,"), "bad_remittance", "A is named without an amount."),
        (table("A,,,1.0051,"), "bad_remittance", "Line 2: 1.0051 is no amount of EUR."),
        (table("A,,-2.00,98.00,"), "bad_remittance", "a deduction of A is below zero"),
        (table("A,,,-5.00,"), "bad_remittance", "The advice pays nothing"),
        (table(), "bad_remittance", "The advice names no document."),
        (b"Invoice,Amount,Currency\nA,1.00,EUR\nB,1.00,USD\n", "bad_remittance", "pays in EUR and USD"),
        (b"Invoice,Amount,Currency\nA,1.00,XYZ\n", "bad_remittance", "'XYZ' is not a currency."),
        (b"Name,Colour\nA,red\n", "bad_remittance", "This is no remittance advice that we can read"),
        (b"hello", "bad_remittance", "This is no remittance advice that we can read"),
        (b"", "bad_remittance", "This is no remittance advice that we can read"),
        (b"%PDF-1.4 broken", "bad_remittance", "The PDF holds no text"),
        (pdf(), "bad_remittance", "The PDF holds no text"),
        (pdf("INV-9999 12.00"), "bad_remittance", "Nothing in the PDF names a document of ours"),
        (pdf("INV-2026-0001 100.00 3.00 98.00"), "does_not_add_up", "100.00 less 3.00 is not 98.00"),
        (
            pdf("INV-2026-0001 98.00", "Total: 100.00"),
            "does_not_add_up",
            "come to 98.00 EUR, but its total says 100.00",
        ),
        (pdf("INV-2026-0001 and INV-2026-0002 98.00"), "bad_remittance", "is not understood"),
    ],
)
def test_what_cannot_be_read_or_does_not_add_up_is_refused_whole(content: bytes, code: str, words: str) -> None:
    refusal = refusal_of(content)
    assert words in refusal.message
    assert refusal.code == code


def test_a_pdf_says_the_same_by_its_lines_of_text() -> None:
    content = pdf(
        "Elm Ltd - Remittance advice of 02.03.2026, payment 4711",
        "Document       Date        Gross     Discount   Paid",
        "INV-2026-0001  01/02/2026  1,234.50      34.50  1,200.00",
        "inv-2026-0002  2026-02-03                         50.00",
        "CM-2026-0001   2026-02-04                        -10.00",
        "Total                                          1,240.00",
    )
    assert lines(content) == [
        ("INV-2026-0001", Decimal(1200), Decimal("34.50"), ""),
        ("INV-2026-0002", Decimal(50), Decimal(0), ""),
        ("CM-2026-0001", Decimal(-10), Decimal(0), ""),
    ]
    assert read(content).total == Decimal(1240)


def test_a_pdf_in_yen_has_amounts_without_cents_beside_its_days() -> None:
    content = pdf("INV-2026-0001  2026-03-02  02/03/2026  12,345", "Total: 12,345")
    assert lines(content, currency="JPY", decimal=".") == [("INV-2026-0001", Decimal(12345), Decimal(0), "")]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("2% Skonto", ShortPay.DISCOUNT),
        ("early payment", ShortPay.DISCOUNT),
        ("Goods damaged in transit", ShortPay.DAMAGED),
        ("short delivered", ShortPay.QUANTITY),
        ("price as per contract", ShortPay.PRICE),
        ("VAT withheld", ShortPay.TAX),
        ("bank charges", ShortPay.FEE),
        ("in separate letter", ShortPay.OTHER),
        ("", ShortPay.UNSAID),
    ],
)
def test_reasons_in_words_are_coded(words: str, reason: ShortPay) -> None:
    assert coded(words) == reason


def holds(content: bytes) -> None:
    """Whatever the bytes, they are read, and then add up, or are refused."""
    try:
        found = read(content)
    except BadAdvice:
        return
    assert found.total in (None, sum(line.paid for line in found.lines))
    assert all(isinstance(line, AdvisedLine) and line.reference for line in found.lines)


SOUND = table("INV-2026-0001,100.00,2.00,98.00,Skonto", "CM-2026-0001,,,-10.00,", "Total,,,88.00,")


@settings(max_examples=300)
@given(st.binary(max_size=300).filter(lambda content: not content.lstrip().startswith(b"%PDF-")))
def test_no_bytes_bring_the_reader_down(content: bytes) -> None:
    holds(content)
    holds(table() + content)


@settings(max_examples=400)
@given(st.data())
def test_no_change_to_a_sound_advice_brings_the_reader_down(data: st.DataObject) -> None:
    content = SOUND
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        added = data.draw(st.binary(max_size=6) | st.sampled_from([b"-", b",", b'"', b"9" * 30, b"\n", b"\0"]))
        content = content[:place] + added + content[place + length :]
    holds(content)


@settings(max_examples=8)
@given(st.data())
def test_no_change_to_a_pdf_brings_the_reader_down(data: st.DataObject) -> None:
    content = pdf("INV-2026-0001 98.00", "Total 98.00")
    place = data.draw(st.integers(5, len(content)))
    content = content[:place] + data.draw(st.binary(max_size=8)) + content[place + data.draw(st.integers(0, 40)) :]
    holds(content)
