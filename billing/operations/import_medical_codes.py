"""Importing lists of medical codes: each code by its system and first day, so that a list loaded again adds nothing."""

from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from django.db import transaction

from billing.importing.medical_codes import FIELDS, WORDS
from billing.medical import tidy_code
from billing.models import MedicalCode, MedicalSystem
from ledger.bulk import insert_all, update_all
from ledger.refusals import Refused
from office.audit import record
from office.importing import AT_ONCE, CHANGED, NEW, SAME, WRONG, Outcome, whole_file
from office.models import Company, User
from office.reading import Mapping, ReadRow, TableReader, Trouble
from office.work.runs import RunKind
from office.written import plain_day

Key = tuple[str, str, date | None]
TOLD = ("name", "valid_until")
LONGEST_NAME = MedicalCode._meta.get_field("name").max_length or 0


@dataclass
class _Taken:
    """The codes that the company has by their key, and those that the file adds or changes until they are written."""

    known: dict[Key, MedicalCode]
    lines: dict[Key, int] = field(default_factory=dict)
    added: list[MedicalCode] = field(default_factory=list)
    changed: list[MedicalCode] = field(default_factory=list)

    def write(self) -> None:
        """Write them."""
        insert_all(self.added)
        update_all(self.changed, TOLD)
        self.added, self.changed = [], []


@transaction.atomic
def import_medical_codes(
    company: Company,
    table: IO[bytes],
    mapping: Mapping,
    *,
    by: User | None,
    dry_run: bool = False,
    all_or_none: bool = False,
) -> Outcome:
    """Bring a list in: new codes are added, changed ones updated, the same ones and those it does not name left alone.

    Raises Refused for a file that cannot be read and, where all or none is wanted, for a wrong row.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)  # one list at a time
    outcome, taken = Outcome(), _Taken(_known(company))
    for row in TableReader(table, FIELDS, mapping):
        outcome.add(row, "code", _take(company, row, taken, outcome))
        if len(taken.added) + len(taken.changed) >= AT_ONCE:
            taken.write()
    if all_or_none and not dry_run:
        outcome.require_none_wrong()
    taken.write()
    if outcome.counts[NEW] or outcome.counts[CHANGED]:
        record(by, "import_medical_codes", company, after=dict(outcome.counts))
    transaction.set_rollback(dry_run)
    return outcome


def _known(company: Company) -> dict[Key, MedicalCode]:
    return {(row.system, row.code, row.valid_from): row for row in MedicalCode.objects.filter(company=company)}


def _take(company: Company, row: ReadRow, taken: _Taken, outcome: Outcome) -> str:
    """What becomes of a row; a wrong one leaves its trouble."""
    outcome.troubles += row.troubles
    if row.troubles:
        return WRONG
    try:
        key, told = _read(row.values)
        if taken.lines.setdefault(key, row.line) != row.line:
            raise Refused(
                f"The same code and first day stand on line {taken.lines[key]} already. Keep one.", code="twice"
            )
    except Refused as refusal:
        outcome.troubles.append(Trouble(row.line, "Code", row.values["code"], refusal.message, refusal.code))
        return WRONG
    return _put(company, key, told, taken)


def _read(values: dict[str, Any]) -> tuple[Key, dict[str, Any]]:
    """The key of a row and what it tells of the code. Raises Refused."""
    system, name = _system(values["system"]), values.get("name", "")
    first, last = values.get("valid_from"), values.get("valid_until")
    if first and last and last < first:
        raise Refused(f"It ends on {plain_day(last)}, before it begins on {plain_day(first)}.", code="days_backwards")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The meaning is longer than {LONGEST_NAME} characters. Shorten it.", code="name_too_long")
    return (str(system), tidy_code(system, values["code"]), first), {"name": name, "valid_until": last}


def _system(text: str) -> MedicalSystem:
    system = WORDS.get(text.strip().casefold())
    if system is None:
        raise Refused(f"{text[:20]!r} is no system. Write CPT, HCPCS, modifier or ICD-10-CM.", code="unknown_system")
    return system


def _put(company: Company, key: Key, told: dict[str, Any], taken: _Taken) -> str:
    code = taken.known.get(key)
    if code is None:
        system, text, first = key
        taken.added.append(MedicalCode(company=company, system=system, code=text, valid_from=first, **told))
        return NEW
    if {name: getattr(code, name) for name in TOLD} == told:
        return SAME
    for name, value in told.items():
        setattr(code, name, value)
    taken.changed.append(code)
    return CHANGED


RUN_KIND = RunKind(
    "import_medical_codes", whole_file(import_medical_codes, "all_or_none"), page="billing:import_medical_codes_mapping"
)
