"""Account numbers and other identifiers: the verdict, its reason, and what is shown of a number."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.account_numbers import (
    bank_of_iban,
    check_bic,
    check_iban,
    check_routing_number,
    check_sort_code,
    check_uk_account,
    check_us_account,
    last_four,
)
from customers.identifiers import CHECKS

DATA = os.environ.get("DUEBOOK_DATA")


@pytest.mark.skipif(not DATA, reason="DUEBOOK_DATA names no published data")
def test_the_verdict_on_every_published_identifier() -> None:
    with (Path(DATA or "") / "reference" / "identifiers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    verdicts = {(row["kind"], row["value"]): CHECKS[row["kind"]](row["value"]) for row in rows}

    wrong = [row for row in rows if verdicts[row["kind"], row["value"]].is_valid != (row["verdict"] == "valid")]
    assert (len(rows), wrong) == (380, [])
    assert {row["kind"] for row in rows} == set(CHECKS)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("DE89 3704 0044 0532 0130 01", "its check digits do not fit: look for a mistyped one"),
        ("DE89 3704 0044 0532 0130 0", "it has not as many characters as its country's have"),
        ("XX89 3704 0044 0532 0130 00", "no country that has IBANs begins it"),
        ("DE8937040044O532013000", "its letters and digits do not stand as its country has them"),
        ("DE89/3704", "an IBAN has letters and digits only"),
        ("", "its letters and digits do not stand as its country has them"),
    ],
)
def test_an_iban_that_is_none_says_why(typed: str, reason: str) -> None:
    assert check_iban(typed).reason == reason


@pytest.mark.parametrize("digits", ["00", "01", "99"])
def test_check_digits_that_no_iban_has_are_refused_though_the_sum_fits(digits: str) -> None:
    """ISO 7064 gives 97, 98 and 02 in their stead; python-stdnum takes them."""
    other = {"00": "97", "01": "98", "99": "02"}[digits]
    found = next(number for place in range(10_000) if check_iban(number := f"DE{other}37040044{place:010}").is_valid)
    assert not check_iban(f"DE{digits}{found[4:]}").is_valid


def test_an_iban_is_kept_without_blanks_and_names_its_bank() -> None:
    verdict = check_iban(" de89 3704 0044 0532 0130 00 ")
    bank = bank_of_iban(verdict.number)
    assert (verdict.number, verdict.is_valid) == ("DE89370400440532013000", True)
    assert (bank.bic, bank.name, bank.country, bank.takes_sepa) == ("COBADEFFXXX", "Commerzbank", "DE", True)


def test_a_bank_that_the_registry_does_not_know_is_left_empty() -> None:
    bank = bank_of_iban("SA0380000000608010167519")
    assert (bank.country, bank.takes_sepa) == ("SA", False)
    assert bank_of_iban("DE93999999990000000001").bic == ""


@pytest.mark.parametrize(
    ("verdict", "number", "reason"),
    [
        (check_bic("deut de ff 500"), "DEUTDEFF500", ""),
        (check_bic("DEUTXXFF"), "DEUTXXFF", "XX in it is no country"),
        (check_bic("DEUT"), "DEUT", "a BIC has 8 or 11 letters and digits, such as DEUTDEFF500"),
        (check_routing_number("0260-0959-3"), "026009593", ""),
        (check_routing_number("026009594"), "026009594", "its check digits do not fit: look for a mistyped one"),
        (check_routing_number("26009593"), "26009593", "a routing number has nine digits"),
        (check_us_account("0001 2345"), "00012345", ""),
        (check_us_account("1" * 18), "1" * 18, "an account number has up to 17 digits"),
        (check_sort_code("20-71-45"), "207145", ""),
        (check_sort_code("20-71-4"), "20714", "a sort code has six digits, such as 20-71-45"),
        (check_uk_account("1458 3608"), "14583608", ""),
        (check_uk_account("583608"), "00583608", ""),
        (check_uk_account("12345"), "12345", "a British account number has eight digits"),
    ],
)
def test_other_numbers_by_form_and_check_digit(verdict: object, number: str, reason: str) -> None:
    assert (verdict.number, verdict.reason) == (number, reason)


def test_at_most_half_of_a_short_number_is_shown() -> None:
    assert [last_four(number) for number in ("DE89370400440532013000", "123456", "12", "1", "")] == [
        "3000",
        "456",
        "2",
        "",
        "",
    ]


@given(st.sampled_from(sorted(CHECKS)), st.text(max_size=40))
def test_whatever_is_typed_has_a_verdict(kind: str, typed: str) -> None:
    verdict = CHECKS[kind](typed)
    assert verdict.is_valid == (verdict.reason == "")


@given(st.integers(4, 21), st.characters(min_codepoint=48, max_codepoint=57))
def test_one_mistyped_digit_of_an_iban_is_always_found(place: int, digit: str) -> None:
    right = "DE89370400440532013000"
    typed = right[:place] + digit + right[place + 1 :]
    assert check_iban(typed).is_valid == (typed == right)
