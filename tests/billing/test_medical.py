"""Forms of medical codes, and looking them up: values alone, without a database."""

from datetime import date

import pytest

from billing.medical import Service, Validity, tidy_code, tidy_diagnoses, tidy_service, unlisted
from billing.models import MedicalSystem
from ledger.refusals import Refused

PROCEDURE, MODIFIER, DIAGNOSIS = MedicalSystem.PROCEDURE, MedicalSystem.MODIFIER, MedicalSystem.DIAGNOSIS
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("system", "typed", "kept"),
    [
        (PROCEDURE, " 99213", "99213"),
        (PROCEDURE, "0001f", "0001F"),
        (PROCEDURE, "0075T", "0075T"),
        (PROCEDURE, "0001U", "0001U"),
        (PROCEDURE, "j1885", "J1885"),
        (MODIFIER, "lt", "LT"),
        (MODIFIER, "25", "25"),
        (DIAGNOSIS, "e119", "E11.9"),
        (DIAGNOSIS, "I10", "I10"),
        (DIAGNOSIS, "U07.1", "U07.1"),
        (DIAGNOSIS, "C4A.0", "C4A.0"),
        (DIAGNOSIS, "S72001A", "S72.001A"),
    ],
)
def test_a_code_is_kept_in_capitals_with_its_dot(system, typed, kept):
    assert tidy_code(system, typed) == kept


@pytest.mark.parametrize(
    ("system", "typed"),
    [
        (PROCEDURE, "9921"),
        (PROCEDURE, "992133"),
        (PROCEDURE, "9921Z"),
        (PROCEDURE, "W1234"),
        (PROCEDURE, "٩٩٢١٣"),
        (MODIFIER, "2"),
        (MODIFIER, "2-"),
        (DIAGNOSIS, "11.9"),
        (DIAGNOSIS, "E1"),
        (DIAGNOSIS, "E11."),
        (DIAGNOSIS, "E11.12345"),
        (DIAGNOSIS, "E.119"),
        (DIAGNOSIS, ""),
    ],
)
def test_another_form_is_refused(system, typed):
    with pytest.raises(Refused) as refusal:
        tidy_code(system, typed)
    assert refusal.value.code == f"bad_{system}"


def test_diagnoses_are_twelve_at_most_and_each_once():
    assert tidy_diagnoses(["e119", "I10"]) == ["E11.9", "I10"]
    for texts, code in (
        (["E11.9", "E119"], "diagnosis_twice"),
        ([f"E11.{n}" for n in range(13)], "too_many_diagnoses"),
    ):
        with pytest.raises(Refused) as refusal:
            tidy_diagnoses(texts)
        assert refusal.value.code == code


def test_a_service_names_diagnoses_that_are_there():
    kept = tidy_service(Service(2, DAY, "99213", ["25"], ["b", "A"]), 2)
    assert (kept.procedure, kept.modifiers, kept.pointers) == ("99213", ["25"], ["B", "A"])


@pytest.mark.parametrize(
    ("modifiers", "pointers", "message"),
    [
        ([], ["C"], "Line 2: there is no diagnosis 'C'; the document has A to B."),
        ([], ["AB"], "Line 2: there is no diagnosis 'AB'; the document has A to B."),
        ([], ["A", "a"], "Line 2: it points to A twice."),
        ([], ["A"] * 5, "Line 2: a service points to at most 4 diagnoses."),
        (["25"] * 5, [], "Line 2: a service has at most 4 modifiers."),
        (["255"], [], "Line 2: '255' is not two letters or digits such as 25 or LT."),
    ],
)
def test_what_is_wrong_with_a_service_says_on_which_line(modifiers, pointers, message):
    with pytest.raises(Refused) as refusal:
        tidy_service(Service(2, DAY, "99213", modifiers, pointers), 2)
    assert refusal.value.message == message


def test_a_list_says_which_place_is_wrong_and_since_when_and_names_no_code():
    lists = {
        PROCEDURE: {"99213": [Validity(None, date(2025, 12, 31))], "99214": [Validity(date(2026, 4, 1))]},
        DIAGNOSIS: {"E11.9": [Validity(date(2025, 10, 1), date(2026, 9, 30))]},
    }
    services = [
        Service(1, DAY, "99213", ["25"], ["A"]),
        Service(2, DAY, "99214"),
        Service(3, date(2025, 12, 31), "99213", [], ["B"]),
        Service(4, DAY, "J1885"),
    ]
    assert unlisted(["E11.9", "I10", "Z00.00"], services, lists, DAY) == [
        "Line 1: procedure code was valid until Dec 31, 2025, no longer on Mar 2, 2026.",
        "Line 2: procedure code is valid from Apr 1, 2026 on, not yet on Mar 2, 2026.",
        "Line 3: diagnosis B is not in the company's list of ICD-10-CM codes.",
        "Line 4: procedure code is not in the company's list of CPT or HCPCS codes.",
        "Diagnosis C is not in the company's list of ICD-10-CM codes.",
    ]


def test_without_a_list_nothing_is_looked_up():
    assert unlisted(["E11.9"], [Service(1, DAY, "99213", ["25"], ["A"])], {}, DAY) == []
