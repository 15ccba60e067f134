"""A hole that is known of a package we install stops the build, until it is upgraded or answered."""

from datetime import date
from pathlib import Path

import pytest

from config.check import STEPS
from config.dependency_audit import Lists, installed_otherwise, pinned, read, with_found, write, wrong_with

PINS = {"django": "5.2.8", "lxml": "6.1.3"}


def lists(**answers: str) -> Lists:
    """Both looked at; Django has a hole."""
    hole = {"package": "django", "affected": ">=5.2,<5.2.9", "id": "CVE-2025-13372", "answer": "", **answers}
    return Lists([{"package": name, "version": pin, "looked_on": "2026-03-02"} for name, pin in PINS.items()], [hole])


def test_nothing_is_wrong_with_what_is_pinned():
    assert list(wrong_with(pinned(), read())) == []
    assert {"django", "psycopg2-binary", "ruff"} <= set(pinned())


def test_a_planted_hole_is_found():
    [words] = wrong_with(PINS, lists())
    assert words.startswith("django 5.2.8 has CVE-2025-13372: upgrade it")


@pytest.mark.parametrize("pin", ["5.2.9", "5.1.14", "6.0"])
def test_a_version_without_the_hole_is_well(pin: str):
    known = lists()
    known.dependencies[0]["version"] = pin
    assert list(wrong_with(PINS | {"django": pin}, known)) == []


def test_an_answer_lets_a_hole_be():
    assert list(wrong_with(PINS, lists(answer="FilteredRelation takes no name from people."))) == []


def test_a_package_that_nobody_looked_at_is_told_and_one_that_is_gone():
    known = lists(answer="no")
    known.dependencies[1] = {"package": "gone", "version": "1", "looked_on": "2026-03-02"}
    missing, gone = wrong_with(PINS, known)
    assert "lxml 6.1.3 is not in dependencies.csv" in missing
    assert "gone is in dependencies.csv and in no lock" in gone


def test_another_version_than_the_locks_is_told():
    [words] = installed_otherwise({"django": "0.1", "not-installed-here": "1"})
    assert words.startswith("django is installed as")


def test_what_the_network_finds_is_added_once_and_answers_stay():
    known = lists(answer="It does not reach us.")
    results = [{"vulns": [{"id": "CVE-2025-13372"}, {"id": "PYSEC-2026-1"}]}, {}]
    found = with_found(PINS, known, results, on=date(2026, 3, 9))
    assert found.advisories == [
        *known.advisories,
        {"package": "django", "affected": "==5.2.8", "id": "PYSEC-2026-1", "answer": ""},
    ]
    assert {row["looked_on"] for row in found.dependencies} == {"2026-03-09"}
    assert len(list(wrong_with(PINS, found))) == 1


def test_the_lists_are_kept_as_they_are_read(tmp_path: Path):
    (tmp_path / "config").mkdir()
    write(lists(), tmp_path)
    assert read(tmp_path) == lists()


def test_the_build_asks():
    assert {"secrets", "dependencies"} <= set(STEPS)
