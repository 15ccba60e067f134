"""Medical codes of a draft: who writes and sees them, what an edit keeps, and how issuing checks and freezes them."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from billing.medical import Service
from billing.medical_facts import diagnoses_of, services_of
from billing.models import Diagnosis, Invoice, MedicalCode, MedicalService
from billing.operations.consolidate_drafts import consolidate_drafts
from billing.operations.copy_invoice import copy_invoice
from billing.operations.correct_invoice import correct_invoice
from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import delete_draft, edit_draft
from billing.operations.issue_invoice import issue_invoice, issue_invoices
from billing.operations.set_medical_codes import set_medical_codes
from ledger.refusals import Refused
from office.models import AuditRecord
from office.roles import ROLES
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
VISIT = Service(1, DAY, "99213", ["25"], ["B", "A"])
SHOT = Service(2, DAY, "J1885", [], ["A"])


@pytest.fixture(autouse=True)
def clinic(company: Any) -> Any:
    company.bills_healthcare = True
    company.save()
    return company


@pytest.fixture
def draft(customer: Any) -> Invoice:
    return world.draft(customer, [world.line("90.00", description="Visit"), world.line("20.00", description="Shot")])


def code_it(draft: Invoice, services: Any = (VISIT, SHOT), diagnoses: Any = ("E119", "I10"), by: Any = None) -> Invoice:
    return set_medical_codes(draft.pk, diagnoses, services, version=draft.version, by=by)


def edit(draft: Invoice, *lines: Any) -> None:
    draft.refresh_from_db()
    edit_draft(draft.pk, InvoiceDetails(draft.customer_id, lines), version=draft.version, by=None)


def procedures(draft: Invoice) -> dict[str, str]:
    rows = MedicalService.objects.filter(line__invoice=draft).order_by("line__position")
    return {row.line.description: row.procedure for row in rows}


def test_they_are_kept_in_place_of_those_before_and_the_audit_trail_names_none(draft: Invoice, clerk: Any) -> None:
    coded = code_it(code_it(draft, [SHOT], by=clerk), by=clerk)

    assert (diagnoses_of(draft), services_of(draft)) == (["E11.9", "I10"], [VISIT, SHOT])
    assert coded.version == 3
    record = AuditRecord.objects.filter(action="set_medical_codes").latest("pk")
    assert (record.by, record.after) == (clerk, {"diagnoses": "2", "services": "2"})


def test_each_refusal_changes_nothing(draft: Invoice, clinic: Any) -> None:
    coded = code_it(draft)
    MedicalCode.objects.create(company=clinic, system="procedure", code="99213", valid_until=date(2025, 12, 31))
    wrong = {
        "bad_diagnosis": (["11.9"], []),
        "bad_pointer": ([], [VISIT]),
        "no_such_line": ([], [Service(3, DAY, "99213")]),
        "line_twice": ([], [Service(1, DAY, "99213"), Service(1, DAY, "99214")]),
        "code_not_listed": ([], [Service(1, DAY, "99213")]),
    }
    for code, (diagnoses, services) in wrong.items():
        with pytest.raises(Refused) as refusal:
            code_it(coded, services, diagnoses)
        assert refusal.value.code == code
    with pytest.raises(Refused) as refusal:
        set_medical_codes(draft.pk, [], [], version=1, by=None)
    assert refusal.value.code == "stale"
    assert services_of(draft) == [VISIT, SHOT]


def test_a_company_that_bills_no_healthcare_has_none(draft: Invoice, clinic: Any) -> None:
    clinic.bills_healthcare = False
    clinic.save()
    with pytest.raises(Refused) as refusal:
        code_it(draft)
    assert refusal.value.code == "no_healthcare"


def test_an_edit_keeps_them_with_their_lines(draft: Invoice) -> None:
    code_it(draft)
    visit, shot, new = (world.line("90.00", description=words) for words in ("Visit", "Shot", "Bandage"))

    edit(draft, new, visit, shot)
    assert procedures(draft) == {"Visit": "99213", "Shot": "J1885"}
    edit(draft, new, world.line("95.00", description="Long visit"), shot)
    assert procedures(draft) == {"Long visit": "99213", "Shot": "J1885"}
    edit(draft, new, shot)
    assert procedures(draft) == {"Shot": "J1885"}
    assert diagnoses_of(draft) == ["E11.9", "I10"]


def test_a_line_that_became_another_product_loses_its_codes(draft: Invoice, clinic: Any) -> None:
    code_it(draft)
    product = world.make_product(clinic, "XRAY", name="X-ray")
    edit(
        draft, world.line("90.00", description="X-ray", product_id=product.pk), world.line("20.00", description="Shot")
    )
    assert procedures(draft) == {"Shot": "J1885"}


def test_a_correction_takes_them_over_and_a_copy_does_not(draft: Invoice) -> None:
    code_it(draft)
    issue_invoice(draft.pk, by=None, on=DAY)

    right = correct_invoice(draft.pk, reason="Wrong price", by=None, on=DAY)
    assert (diagnoses_of(right), services_of(right)) == (["E11.9", "I10"], [VISIT, SHOT])
    copy = copy_invoice(draft.pk, by=None)
    assert (diagnoses_of(copy), services_of(copy)) == ([], [])


def test_drafts_with_codes_are_not_joined_and_go_with_them_when_deleted(draft: Invoice, clinic: Any) -> None:
    code_it(draft)
    other = world.draft(draft.customer, "5.00")
    with pytest.raises(Refused, match="One has medical codes, which belong to one visit"):
        consolidate_drafts(clinic, [draft.pk, other.pk], by=None)

    delete_draft(draft.pk, by=None)
    assert (Diagnosis.objects.count(), MedicalService.objects.count()) == (0, 0)


@pytest.mark.parametrize("in_a_run", [False, True])
def test_issuing_looks_them_up_again_and_its_refusal_names_no_code(draft: Invoice, clinic: Any, in_a_run: bool) -> None:
    code_it(draft)
    listed = MedicalCode.objects.create(company=clinic, system="procedure", code="99213", valid_until=date(2026, 3, 1))
    MedicalCode.objects.create(company=clinic, system="procedure", code="J1885")
    plain = world.draft(draft.customer, "7.00")

    with pytest.raises(Refused) as refusal:
        issue_invoices([plain.pk, draft.pk], by=None, on=DAY) if in_a_run else issue_invoice(draft.pk, by=None, on=DAY)

    assert refusal.value.message == "Line 1: procedure code was valid until Mar 1, 2026, no longer on Mar 2, 2026."
    assert not Invoice.objects.exclude(status="draft").exists()
    listed.valid_until = DAY
    listed.save()
    assert issue_invoice(draft.pk, by=None, on=DAY).status == "issued"
    with pytest.raises(Refused) as refusal:
        code_it(Invoice.objects.get(pk=draft.pk))
    assert refusal.value.code == "not_a_draft"


PARTS = {"service": "billing_medicalservice", "diagnosis": "billing_diagnosis"}
HARMS = {
    "insert": {
        "service": "INSERT INTO billing_medicalservice (line_id, serviced_on, procedure, modifiers, pointers)"
        " SELECT max(line_id) + 1, '2026-03-02', '99214', '', '' FROM billing_medicalservice",
        "diagnosis": "INSERT INTO billing_diagnosis (invoice_id, position, code)"
        " SELECT invoice_id, 9, 'Z00.00' FROM billing_diagnosis LIMIT 1",
    },
    "from": {
        "service": "UPDATE billing_medicalservice SET line_id = {line}",
        "diagnosis": "UPDATE billing_diagnosis SET invoice_id = {draft}",
    },
    "delete": {part: f"DELETE FROM {table}" for part, table in PARTS.items()},
}
CASES = [(part, way) for way in HARMS for part in PARTS]


def harm(part: str, way: str, other: Invoice) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HARMS[way][part].format(draft=other.pk, line=other.lines.get().pk))


@pytest.fixture
def issued(draft: Invoice) -> Invoice:
    code_it(draft, [VISIT])
    return issue_invoice(draft.pk, by=None, on=DAY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("part", "way"), CASES)
def test_the_database_keeps_those_of_an_issued_document(issued: Invoice, part: str, way: str) -> None:
    with pytest.raises(IntegrityError, match="of an issued document are frozen"):
        harm(part, way, world.draft(issued.customer, "5.00"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("part", "way"), CASES)
def test_control_without_that_one_guard_it_happens(issued: Invoice, superuser_cursor: Any, part: str, way: str) -> None:
    guard = f"ALTER TABLE {PARTS[part]} {{}} TRIGGER {part}_frozen_{way}"
    superuser_cursor.execute(guard.format("DISABLE"))
    try:
        harm(part, way, world.draft(issued.customer, "5.00"))
    finally:
        superuser_cursor.execute(guard.format("ENABLE"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", PARTS)
def test_nothing_of_a_draft_moves_to_an_issued_document(issued: Invoice, part: str) -> None:
    other = world.draft(issued.customer, "5.00")
    code_it(other, [Service(1, DAY, "99213")], ["Z00.00"])
    moves = {
        "service": f"UPDATE billing_medicalservice SET line_id = {issued.lines.last().pk} WHERE procedure = '99213'"
        f" AND line_id = {other.lines.get().pk}",
        "diagnosis": f"UPDATE billing_diagnosis SET invoice_id = {issued.pk}, position = 9 WHERE code = 'Z00.00'",
    }
    with pytest.raises(IntegrityError, match="of an issued document are frozen"), connection.cursor() as cursor:
        cursor.execute(moves[part])


def test_by_program(draft: Invoice, clerk: Any) -> None:
    program, address = Program(clerk), f"invoices/{draft.pk}/medical/"
    service = {"position": 1, "serviced_on": "2026-03-02", "procedure": "99213", "modifiers": ["25"], "pointers": ["A"]}

    said = program.put(address, {"version": 1, "diagnoses": ["E119"], "services": [service]})

    assert (said.status_code, said.json()) == (200, {"version": 2, "diagnoses": ["E11.9"], "services": [service]})
    assert program.get(address).json() == said.json()
    assert refused(program.put(address, {"version": 1, "diagnoses": [], "services": []})) == (409, "stale")
    assert refused(program.put(address, {"version": 2, "diagnoses": ["?"], "services": []})) == (409, "bad_diagnosis")


def test_on_screen(draft: Invoice, clerk: Any, client: Client) -> None:
    client.force_login(clerk)
    address, typed = f"/invoices/{draft.pk}/medical/", {"version": "1", "diagnoses": "e119, I10"}
    typed |= {"line1-serviced_on": "2026-03-02", "line1-procedure": "99213", "line1-modifiers": "25"}
    half = client.post(address, typed | {"line1-pointers": "b a", "line2-modifiers": "LT"}).content.decode()
    assert "A service has a day and a code." in half
    wrong = client.post(address, typed | {"line1-pointers": "C"}).content.decode()
    assert "Line 1: there is no diagnosis &#x27;C&#x27;; the document has A to B." in wrong
    assert services_of(draft) == []

    saved = client.post(address, typed | {"line1-pointers": "b a"})
    assert saved["Location"] == f"/invoices/{draft.pk}/"
    assert (diagnoses_of(draft), services_of(draft)) == (["E11.9", "I10"], [VISIT])
    assert 'value="E11.9 I10"' in client.get(address).content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_the_documents_page_its_timeline_and_the_audit_trail_show_them_only_to_those_roles(
    draft: Invoice, clinic: Any, client: Client, role: str
) -> None:
    code_it(draft)
    client.force_login(world.make_user(clinic, role))
    pages = [f"/invoices/{draft.pk}/", f"/customers/{draft.customer_id}/", "/audit/"]
    shown = "".join(client.get(page).content.decode() for page in pages)
    assert ("99213" in shown, "E11.9" in shown) == ((True, True) if role in ("clerk", "manager") else (False, False))


@pytest.mark.parametrize("role", ROLES)
def test_only_roles_that_may_see_them_do(draft: Invoice, clinic: Any, role: str) -> None:
    code_it(draft)
    program, may = Program(world.make_user(clinic, role)), role in ("clerk", "manager")

    assert program.get(f"invoices/{draft.pk}/medical/").status_code == (200 if may else 403)
    shown = program.get(f"invoices/{draft.pk}/").content.decode()
    assert "99213" not in shown
    assert "E11.9" not in shown
    coded = program.put(f"invoices/{draft.pk}/medical/", {"version": 2, "diagnoses": [], "services": []})
    assert coded.status_code == (200 if may else 403)
