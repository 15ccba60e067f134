"""Lists of medical codes: dry first, safe to repeat, every wrong row named."""

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client

from billing.importing.medical_codes import FIELDS, ONE_KIND
from billing.models import MedicalCode
from billing.operations.import_medical_codes import import_medical_codes
from ledger.refusals import Refused
from office.importing import Outcome
from office.models import AuditRecord, Company, Run
from office.reading import Mapping
from office.reading.mapping import match_headings
from office.reading.rows import read_headings
from office.reading.unpacking import unpacked
from office.work.runs import carry_out
from tests import world

pytestmark = pytest.mark.django_db
FILE = (
    "System,Code,Description,Valid from,Valid until\n"
    "CPT,99213,Office visit,2026-01-01,\n"
    "HCPCS,j1885,Ketorolac,,2026-06-30\n"
    "ICD-10-CM,E119,Type 2 diabetes,2025-10-01,2026-09-30\n"
    "modifier,25,Separate,,\n"
)


def take(company: Company, content: str, **options: Any) -> Outcome:
    with unpacked(io.BytesIO(content.encode())) as table:
        mapping = match_headings(read_headings(table, Mapping({})), FIELDS)
        return import_medical_codes(company, table, mapping, **{"by": None, **options})


def test_codes_come_in_with_their_validity(company: Company, clerk: Any) -> None:
    assert dict(take(company, FILE, by=clerk).counts) == {"New": 4}
    assert list(MedicalCode.objects.values_list("system", "code", "name", "valid_from", "valid_until")) == [
        ("diagnosis", "E11.9", "Type 2 diabetes", date(2025, 10, 1), date(2026, 9, 30)),
        ("modifier", "25", "Separate", None, None),
        ("procedure", "99213", "Office visit", date(2026, 1, 1), None),
        ("procedure", "J1885", "Ketorolac", None, date(2026, 6, 30)),
    ]
    assert AuditRecord.objects.get(action="import_medical_codes").by == clerk


def test_a_repeat_changes_nothing_and_an_end_is_noted(company: Company) -> None:
    take(company, FILE)
    audited = AuditRecord.objects.count()
    assert dict(take(company, FILE).counts) == {"Same as before": 4}
    assert AuditRecord.objects.count() == audited

    ended = take(company, FILE.replace("2026-01-01,", "2026-01-01,2026-12-31"))
    assert dict(ended.counts) == {"Same as before": 3, "Changed": 1}
    assert MedicalCode.objects.get(code="99213").valid_until == date(2026, 12, 31)


def test_a_dry_run_tells_the_same_and_keeps_nothing(company: Company) -> None:
    outcome = take(company, FILE, dry_run=True)
    assert dict(outcome.counts) == {"New": 4}
    assert outcome.first[0] == (2, "99213", "Office visit", "New")
    assert not MedicalCode.objects.exists()


WRONG = {
    "CPT,9921,,,": "'9921' is not a CPT code such as 99213, or J1885.",
    "SNOMED,99213,,,": "'SNOMED' is no system. Write CPT, HCPCS, modifier or ICD-10-CM.",
    "CPT,99213,Again,2026-01-01,": "The same code and first day stand on line 2 already. Keep one.",
    "CPT,99214,,2026-02-01,2026-01-01": "It ends on Jan 1, 2026, before it begins on Feb 1, 2026.",
    "CPT,,,,": "It is empty. Fill it in.",
    f"CPT,99214,{'x' * 301},,": "The meaning is longer than 300 characters. Shorten it.",
}


@pytest.mark.parametrize("row", WRONG)
def test_a_wrong_row_says_how_to_mend_it_and_leaves_the_others(company: Company, row: str) -> None:
    outcome = take(company, FILE + row + "\n")
    assert dict(outcome.counts) == {"New": 4, "Wrong": 1}
    assert [(trouble.line, trouble.advice) for trouble in outcome.troubles] == [(6, WRONG[row])]


def test_all_or_none_takes_nothing_where_a_row_is_wrong(company: Company) -> None:
    with pytest.raises(Refused) as refusal:
        take(company, FILE + "CPT,1,,,\n", all_or_none=True)
    assert refusal.value.code == "rows_wrong"
    assert not MedicalCode.objects.exists()


def test_on_screen_a_list_of_one_kind_needs_no_column_for_it(company: Company, client: Client) -> None:
    administrator = world.make_user(company, "administrator")
    client.force_login(administrator)
    file = io.BytesIO(b"Code,Description\nA000,Cholera\n")
    file.name = "icd10cm.csv"
    kind = next(iter(ONE_KIND))
    client.post("/settings/medical-codes/import/", {"file": file, "mapping": kind})
    run = Run.objects.get(kind="import_medical_codes")
    address = f"/settings/medical-codes/import/{run.pk}/"
    client.post(address, {"column_code": "Code", "column_name": "Description"})
    list(carry_out(run.pk))
    assert not MedicalCode.objects.exists()
    client.post(address, {"start": "1"})
    list(carry_out(run.pk))

    assert str(MedicalCode.objects.get()) == "A00.0 Cholera"
    assert "A00.0" in client.get("/settings/medical-codes/").content.decode()
