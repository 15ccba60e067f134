"""Medical codes are on the PDF where the company prints them, and nowhere else; the chain of documents covers them."""

import zipfile
from datetime import date
from email import message_from_bytes
from email.policy import SMTP
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from billing import chain, printed
from billing.chain_checks import CHAIN_CHECKS
from billing.einvoice.kept import kept_einvoice
from billing.links import address_of
from billing.medical import Service
from billing.models import Invoice, Tax
from billing.operations.issue_invoice import issue_invoice
from billing.operations.mint_link import mint_link
from billing.operations.send_invoice import send_invoice
from billing.operations.set_medical_codes import set_medical_codes
from billing.pdf import draft_pdf, kept_pdf
from billing.pdf.page import page_of
from ledger.checks import run_checks
from office.mail.handing_over import hand_over
from office.models import OutgoingMail
from office.operations.update_company import update_company
from office.roles import ROLES
from tests import world
from tests.api.calling import Program, refused
from tests.billing.einvoices import buyer, seller

DAY = date(2026, 3, 2)
SERVICED = date(2026, 2, 27)
VISIT = Service(1, SERVICED, "99213", ["25", "GT"], ["B", "A"])
SHOT = Service(2, SERVICED, "J1885")
SAYS = ["99213", "J1885", "E11.9", "E119", "I10"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Any:
    company = seller()
    company.bills_healthcare = True
    company.save()
    return company


@pytest.fixture
def printing(clinic: Any) -> Any:
    """The clinic, printing its codes."""
    return update_company(clinic.pk, {"prints_medical_codes": True}, by=None)


def coded(company: Any, form: str = "", **customer: Any) -> Invoice:
    """A draft of two services with two diagnoses."""
    tax = Tax.objects.filter(company=company).first() or world.make_tax(company, "19")
    lines = [world.line("90.00", tax=tax, description="Visit"), world.line("20.00", tax=tax, description="Shot")]
    draft = world.draft(buyer(company, form, **customer), lines, dated_on=DAY)
    return set_medical_codes(draft.pk, ["E119", "I10"], [VISIT, SHOT], version=draft.version, by=None)


def issued(company: Any, form: str = "") -> Invoice:
    return issue_invoice(coded(company, form).pk, by=None, on=DAY)


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def names_codes(content: str | bytes) -> bool:
    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    return any(code in text for code in SAYS)


def test_without_the_setting_no_code_is_on_the_pdf_of_a_draft_or_an_issued_document(clinic: Any) -> None:
    draft = coded(clinic)
    assert not names_codes(words_of(draft_pdf(draft)))
    assert not names_codes(words_of(bytes(kept_pdf(issue_invoice(draft.pk, by=None, on=DAY)).content)))


def test_with_it_the_pdf_shows_day_procedure_modifiers_pointers_and_diagnoses(printing: Any) -> None:
    draft = coded(printing)
    for pdf in (draft_pdf(draft), bytes(kept_pdf(issue_invoice(draft.pk, by=None, on=DAY)).content)):
        words = " ".join(words_of(pdf).split())
        assert "Visit Service date 27 Feb 2026 · Procedure 99213-25-GT · Diagnoses B, A" in words
        assert "Shot Service date 27 Feb 2026 · Procedure J1885" in words
        assert "Diagnoses (ICD-10-CM): A E11.9 B I10" in words


def test_it_does_so_in_the_customers_language(printing: Any) -> None:
    words = " ".join(words_of(draft_pdf(coded(printing, language="de"))).split())
    assert "Visit Leistungsdatum 27.02.2026 · Leistung 99213-25-GT · Diagnosen B, A" in words


def test_what_was_issued_stays_as_it_was_when_the_setting_changes(clinic: Any) -> None:
    before = issued(clinic)
    update_company(clinic.pk, {"prints_medical_codes": True}, by=None)
    after = issued(clinic)
    update_company(clinic.pk, {"prints_medical_codes": False}, by=None)
    texts = [words_of(bytes(kept_pdf(Invoice.objects.get(pk=each.pk)).content)) for each in (before, after)]
    assert [names_codes(text) for text in texts] == [False, True]


def test_a_document_without_codes_prints_none(printing: Any) -> None:
    plain = world.issue(buyer(printing), "5.00", DAY)
    assert "ICD-10" not in words_of(bytes(kept_pdf(plain).content))


def test_the_picture_beside_the_editor_shows_none_as_who_types_may_not_see_them(printing: Any) -> None:
    draft = coded(printing)
    assert names_codes(page_of(draft))
    assert not names_codes(page_of(draft, list(draft.lines.all()), []))


# Nowhere else, with the setting off and on


@pytest.fixture(params=[False, True], ids=["kept", "printed"])
def office(request: Any, clinic: Any) -> Any:
    """A clinic that keeps its codes beside its papers, and one that prints them."""
    return update_company(clinic.pk, {"prints_medical_codes": request.param}, by=None)


@pytest.mark.parametrize("form", ["xrechnung_ubl", "xrechnung_cii", "peppol_ubl", "facturx"])
def test_no_einvoice_names_them(office: Any, form: str) -> None:
    invoice = issued(office, form)
    content = bytes(kept_einvoice(invoice).content)
    assert b"Visit" in content
    assert not names_codes(content)


def test_the_customers_page_names_none(office: Any) -> None:
    invoice = issued(office)
    link = address_of(mint_link(invoice, invoice.customer.contacts.get()))
    page = Client().get(link, follow=True).content.decode()
    assert "Visit" in page
    assert not names_codes(page)


@pytest.mark.django_db(transaction=True)
def test_the_words_of_the_mail_name_none(office: Any, settings: Any) -> None:
    settings.EMAIL_URL = ""
    [mail] = send_invoice(issued(office, "xrechnung_ubl").pk, by=None)
    hand_over(mail.pk)
    message = message_from_bytes(bytes(OutgoingMail.objects.get().kept_message), policy=SMTP)
    parts = [part for part in message.walk() if part.get_content_maintype() == "text" or part.get_filename()]
    texts = [part.get_content() for part in parts if part.get_content_type() != "application/pdf"]
    assert len(texts) == 3
    assert not any(names_codes(text) for text in texts)
    assert not names_codes(str(message.items()))


@pytest.mark.parametrize("role", ROLES)
def test_no_list_export_or_answer_names_them_to_anybody(office: Any, role: str) -> None:
    invoice = issued(office)
    user = world.make_user(office, role)
    browser, program = Client(), Program(user)
    browser.force_login(user)
    listed = [b"".join(browser.get(reverse("billing:invoice_list"), {"format": form})) for form in ("csv", "xlsx")]
    if user.has_perm("billing.view_invoice"):
        with zipfile.ZipFile(BytesIO(listed[1])) as sheet:
            listed += [sheet.read(name) for name in sheet.namelist()]
    paths = ["invoices/", f"invoices/{invoice.pk}/", f"invoices/{invoice.pk}/deliveries/", "print-queue/"]
    answers = [program.get(path).content for path in paths]
    assert not any(names_codes(content) for content in [*listed, *answers])


@pytest.mark.django_db(transaction=True)
def test_only_who_may_see_codes_gets_the_pdf_that_prints_them(office: Any, settings: Any) -> None:
    settings.EMAIL_URL = ""
    invoice, draft = issued(office), coded(office)
    [mail] = send_invoice(invoice.pk, by=None)
    hand_over(mail.pk)
    for role in ("clerk", "collector", "auditor", "sales"):
        user = world.make_user(office, role)
        may = role == "clerk" or not office.prints_medical_codes
        browser, program = Client(), Program(user)
        browser.force_login(user)
        for document in (invoice, draft):
            answer = program.get(f"invoices/{document.pk}/pdf/")
            assert answer.status_code == 200 if may else refused(answer) == (409, "may_not_see_codes")
            page = browser.get(reverse("billing:invoice_pdf", args=[document.pk]))
            assert (page.status_code, page.headers["Content-Type"][:15]) == (
                (200, "application/pdf") if may else (302, "text/html; char")
            )
        merged = program.get("invoices/pdf/", documents=str(invoice.pk))
        assert merged.status_code == 200 if may else refused(merged) == (409, "may_not_see_codes")
        chosen = {"list": "invoices", "selected": [invoice.pk]}
        assert browser.post(reverse("billing:print_chosen"), chosen).status_code == (200 if may else 302)
        attached = browser.get(reverse("office:mail_attachment", args=[mail.pk, 0])).status_code
        assert attached == (403 if role == "sales" else 200 if may else 302)


# The chain


HARMS = {
    "code": "UPDATE billing_medicalservice SET procedure = '99214' WHERE procedure = '99213'",
    "day": "UPDATE billing_medicalservice SET serviced_on = '2026-02-26'",
    "modifier": "UPDATE billing_medicalservice SET modifiers = '25' WHERE modifiers <> ''",
    "pointer": "UPDATE billing_medicalservice SET pointers = 'AB' WHERE pointers = 'BA'",
    "diagnosis": "UPDATE billing_diagnosis SET code = 'I11' WHERE code = 'I10'",
    "one less": "DELETE FROM billing_diagnosis WHERE code = 'I10'",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", HARMS)
def test_a_code_changed_behind_the_guards_is_found(office: Any, superuser_cursor: Any, harm: str) -> None:
    issued(office)
    assert run_checks(CHAIN_CHECKS) == []
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute(HARMS[harm])
    assert [finding.check for finding in run_checks(CHAIN_CHECKS)] == ["a document says what it said when issued"]


@pytest.mark.django_db(transaction=True)
def test_a_code_planted_on_a_document_without_any_is_found(office: Any, superuser_cursor: Any) -> None:
    invoice = world.issue(buyer(office), "5.00", DAY)
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute(
        "INSERT INTO billing_diagnosis (invoice_id, position, code) VALUES (%s, 1, 'I10')", [invoice.pk]
    )
    assert [finding.check for finding in run_checks(CHAIN_CHECKS)] == ["a document says what it said when issued"]


def test_what_was_issued_before_codes_were_covered_keeps_its_hash(clinic: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(printed, "_medical_codes", lambda company: {})
    monkeypatch.setattr(chain, "services_of", lambda invoice: pytest.fail("it looked"))
    invoice = issued(clinic)
    assert chain.document_hash(invoice, list(invoice.lines.all())) == invoice.hash
    assert run_checks(CHAIN_CHECKS) == []


def test_a_company_without_healthcare_hashes_what_it_hashed_before(company: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(chain, "diagnoses_of", lambda invoice: pytest.fail("it looked"))
    invoice = world.issue(world.make_customer(company), "5.00", DAY)
    assert "medical_codes" not in invoice.printed
