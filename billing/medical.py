"""Medical codes as values: their forms, and what is wrong with those of a document. Knows no database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from billing.models import MedicalSystem
from billing.models.medical import MOST_DIAGNOSES, MOST_MODIFIERS, MOST_POINTERS
from ledger.present import present
from ledger.refusals import Refused
from office.written import plain_day

LETTERS = "ABCDEFGHIJKL"
FORMS = {
    # CPT of the categories I (99213), II (F), III (T), of laboratories (U, M), of vaccines (A); HCPCS level II
    MedicalSystem.PROCEDURE: (re.compile("[0-9]{4}[0-9AFMTU]|[A-V][0-9]{4}"), "a CPT code such as 99213, or J1885"),
    MedicalSystem.MODIFIER: (re.compile("[0-9A-Z]{2}"), "two letters or digits such as 25 or LT"),
    # The guidelines of ICD-10-CM: three to seven characters, a dot after the third; U is in use since 2020 (U07.1).
    MedicalSystem.DIAGNOSIS: (re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?"), "an ICD-10-CM code such as E11.9"),
}


@dataclass(frozen=True)
class Service:
    """What was done on the line at a position, as typed: its day, codes, and the letters of its diagnoses."""

    position: int
    serviced_on: date
    procedure: str
    modifiers: Sequence[str] = ()
    pointers: Sequence[str] = ()

    @property
    def code(self) -> str:
        """The procedure with its modifiers, as claims write it: 99213-25."""
        return "-".join([self.procedure, *self.modifiers])


@dataclass(frozen=True)
class Validity:
    """Days on which a code is good, both included; an empty end is open."""

    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


CodeLists = Mapping[MedicalSystem, Mapping[str, Sequence[Validity]]]
"""For each system whose list is loaded, when its codes are good. A system without a list is not looked up."""


def tidy_code(system: MedicalSystem, text: str) -> str:
    """The code as it is kept: capitals, and a diagnosis with its dot. Raises Refused for what has not its form."""
    code = text.strip().upper()
    if system == MedicalSystem.DIAGNOSIS and "." not in code and len(code) > 3:
        code = f"{code[:3]}.{code[3:]}"
    form, example = FORMS[system]
    if not form.fullmatch(code):
        raise Refused(f"{text.strip()[:20]!r} is not {example}.", code=f"bad_{system}")
    return code


def tidy_diagnoses(texts: Sequence[str]) -> list[str]:
    """Diagnoses as they are kept. Raises Refused for too many, one that stands twice, and a wrong form."""
    codes = [tidy_code(MedicalSystem.DIAGNOSIS, text) for text in texts]
    if len(codes) > MOST_DIAGNOSES:
        raise Refused(f"A document has at most {MOST_DIAGNOSES} diagnoses.", code="too_many_diagnoses")
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise Refused(f"{twice} stands there twice. Let both lines point to one.", code="diagnosis_twice")
    return codes


def tidy_service(service: Service, diagnoses: int) -> Service:
    """A service as it is kept, on a document of so many diagnoses. Raises Refused, naming the line."""
    try:
        return Service(
            service.position,
            service.serviced_on,
            tidy_code(MedicalSystem.PROCEDURE, service.procedure),
            _modifiers(service.modifiers),
            _pointers(service.pointers, diagnoses),
        )
    except Refused as refusal:
        raise Refused(f"Line {service.position}: {refusal.message}", code=refusal.code) from refusal


def _modifiers(texts: Sequence[str]) -> list[str]:
    if len(texts) > MOST_MODIFIERS:
        raise Refused(f"a service has at most {MOST_MODIFIERS} modifiers.", code="too_many_modifiers")
    return [tidy_code(MedicalSystem.MODIFIER, text) for text in texts]


def _pointers(texts: Sequence[str], diagnoses: int) -> list[str]:
    letters = [text.strip().upper() for text in texts]
    if len(letters) > MOST_POINTERS:
        raise Refused(f"a service points to at most {MOST_POINTERS} diagnoses.", code="too_many_pointers")
    for letter in letters:
        if len(letter) != 1 or letter not in LETTERS[:diagnoses]:
            there = f"A to {LETTERS[diagnoses - 1]}" if diagnoses else "none yet"
            raise Refused(f"there is no diagnosis {letter[:20]!r}; the document has {there}.", code="bad_pointer")
        if letters.count(letter) > 1:
            raise Refused(f"it points to {letter} twice.", code="pointer_twice")
    return letters


def unlisted(diagnoses: Sequence[str], services: Sequence[Service], lists: CodeLists, day: date) -> list[str]:
    """What the lists do not hold on the day of its service, each in a sentence; other diagnoses on the given day.

    The sentences name places and no codes: a refusal to issue is read by more people than may see the codes.
    """
    problems: list[str] = []
    pointed: set[str] = set()
    for service in services:
        found = [_problem(lists, *wanted, service.serviced_on) for wanted in _used(service, diagnoses)]
        problems += [f"Line {service.position}: {problem}" for problem in found if problem]
        pointed.update(service.pointers)
    for letter, code in zip(LETTERS, diagnoses, strict=False):
        if letter not in pointed and (problem := _problem(lists, MedicalSystem.DIAGNOSIS, letter, code, day)):
            problems.append(f"{problem[0].upper()}{problem[1:]}")
    return problems


def _used(service: Service, diagnoses: Sequence[str]) -> list[tuple[MedicalSystem, str, str]]:
    """The codes of a service, each with its system and its place among them."""
    modifiers = [(MedicalSystem.MODIFIER, str(place), code) for place, code in enumerate(service.modifiers, start=1)]
    behind = [(MedicalSystem.DIAGNOSIS, letter, diagnoses[LETTERS.index(letter)]) for letter in service.pointers]
    return [(MedicalSystem.PROCEDURE, "code", service.procedure), *modifiers, *behind]


def _problem(lists: CodeLists, system: MedicalSystem, place: str, code: str, day: date) -> str:
    """Why a code may not be used on a day; nothing where it may."""
    if system not in lists:
        return ""
    validities = lists[system].get(code, ())
    if any(validity.holds_on(day) for validity in validities):
        return ""
    if later := [validity.first for validity in validities if validity.first and validity.first > day]:
        return f"{system} {place} is valid from {plain_day(min(later))} on, not yet on {plain_day(day)}."
    if validities:
        last = max(present(each.last) for each in validities)
        return f"{system} {place} was valid until {plain_day(last)}, no longer on {plain_day(day)}."
    return f"{system} {place} is not in the company's list of {system.label} codes."
