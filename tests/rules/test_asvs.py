"""What OWASP's Application Security Verification Standard 4.0.3 asks of level 2, and where it is shown: `asvs.csv`.

Each requirement stands there in our own short words, as met (with a test or a place in the code), as n/a (with why), or
as not met (with what it would take). Its full text: https://owasp.org/www-project-application-security-verification-standard/
"""

import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = list(csv.DictReader((Path(__file__).parent / "asvs.csv").open()))

LEVEL_2: dict[str, int | tuple[int, ...]] = {
    **{"1.1": 7, "1.2": 4, "1.4": (1, 4, 5), "1.5": 4, "1.6": 4, "1.7": 2, "1.8": 2, "1.9": 2, "1.10": 1},
    **{"1.11": 2, "1.12": (2,), "1.14": 6},
    **{"2.1": 12, "2.2": 3, "2.3": 3, "2.4": 6, "2.5": 7, "2.6": 3, "2.7": 6, "2.8": 7, "2.9": 3, "2.10": 4},
    **{"3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.7": 1},
    **{"4.1": (1, 2, 3, 5), "4.2": 2, "4.3": 3},
    **{"5.1": 5, "5.2": 8, "5.3": 10, "5.4": 3, "5.5": 4},
    **{"6.1": 3, "6.2": 6, "6.3": 2, "6.4": 2},
    **{"7.1": 4, "7.2": 2, "7.3": (1, 3, 4), "7.4": 3},
    **{"8.1": 4, "8.2": 3, "8.3": 8, "9.1": 3, "9.2": 4, "10.2": 2, "10.3": 3, "11.1": 8},
    **{"12.1": 3, "12.2": 1, "12.3": 6, "12.4": 2, "12.5": 2, "12.6": 1},
    **{"13.1": (1, 3, 4, 5), "13.2": (1, 2, 3, 5, 6), "13.3": 2, "13.4": 2},
    **{"14.1": 4, "14.2": 6, "14.3": (2, 3), "14.4": 7, "14.5": 4},
}
"""By section, how many requirements of levels 1 and 2 it has, or which: some are of level 3, and some are no more."""


def test_no_requirement_is_missing() -> None:
    asked = [
        f"{section}.{number}"
        for section, numbers in LEVEL_2.items()
        for number in (range(1, numbers + 1) if isinstance(numbers, int) else numbers)
    ]
    assert [row["number"] for row in ROWS] == asked


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_a_requirement_says_where_it_is_met_or_why_not(row: dict[str, str]) -> None:
    assert row["requirement"]
    assert row["verdict"] in ("met", "n/a", "not met")
    assert row["evidence"] if row["verdict"] == "met" else row["note"]
    assert [each for each in row["evidence"].split("; ") if each and not is_there(each)] == []


def is_there(evidence: str) -> bool:
    """Whether a test (`path::name`) or a word of a file (`path:word`) is where it is said to be."""
    path, _, word = evidence.partition(":")
    text = (ROOT / path).read_text() if (ROOT / path).is_file() else ""
    return f"\ndef {word[1:]}(" in text if word.startswith(":") else bool(word) and word in text


def test_a_place_that_is_gone_is_found() -> None:
    assert is_there("tests/rules/test_asvs.py::test_no_requirement_is_missing")
    assert not is_there("tests/rules/test_asvs.py::test_no_requirement")
    assert not is_there("tests/rules/test_asvs.csv:missing")
    assert not is_there("README.md:" + "what nobody " + "would write there")
