"""Files beside a document: which may stand there, which go along, and that those stay as they were sent."""

from base64 import b64encode
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from billing.chain import document_hash
from billing.models import Attachment, Invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_attachments import attach_file, remove_attachment
from billing.operations.mint_link import mint_link
from billing.operations.send_invoice import send_invoice
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
PDF, CSV = b"%PDF-1.7 a plan", b"hours;12\n"


@pytest.fixture
def draft(customer: Any) -> Invoice:
    return world.draft(customer, "10.00", dated_on=DAY)


@pytest.fixture
def issued(draft: Invoice, clerk: Any) -> Invoice:
    attach_file(draft.pk, "plan.pdf", PDF, goes_along=True, by=clerk)
    return issue_invoice(draft.pk, by=None, on=DAY)


def test_a_file_is_kept_with_who_brought_it(draft: Invoice, clerk: Any) -> None:
    kept = attach_file(draft.pk, "C:\\Plans\\plan.PDF", PDF, goes_along=True, by=clerk)

    assert (kept.name, kept.media_type, kept.size, bytes(kept.content)) == ("plan.PDF", "application/pdf", 15, PDF)
    assert AuditRecord.objects.get(action="attach_file", by=clerk).after == {"file": "plan.PDF", "goes_along": "True"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("run.exe", b"MZ", "unknown_kind_of_file"),
        ("plan", PDF, "unknown_kind_of_file"),
        ("plan.pdf", b"<html>", "not_its_kind"),
        ("photo.png", PDF, "not_its_kind"),
        ("table.csv", b"a\0b", "not_its_kind"),
        ("plan.pdf", b"", "empty_file"),
        ("plan.pdf", PDF + b" " * 5_000_000, "file_too_large"),
        ("there.csv", CSV, "name_taken"),
    ],
)
def test_what_is_no_such_file_is_refused(draft: Invoice, name: str, content: bytes, code: str) -> None:
    attach_file(draft.pk, "there.csv", CSV, goes_along=False, by=None)
    with pytest.raises(Refused) as refusal:
        attach_file(draft.pk, name, content, goes_along=False, by=None)

    assert refusal.value.code == code
    assert draft.attachments.count() == 1


def test_more_than_mail_carries_does_not_go_along(draft: Invoice) -> None:
    for number in range(2):
        attach_file(draft.pk, f"{number}.csv", b"x" * 5_000_000, goes_along=True, by=None)
    with pytest.raises(Refused) as refusal:
        attach_file(draft.pk, "3.csv", b"x", goes_along=True, by=None)

    assert refusal.value.code == "too_much_along"
    attach_file(draft.pk, "3.csv", b"x", goes_along=False, by=None)


def test_what_goes_along_is_sealed_with_the_document(issued: Invoice) -> None:
    assert issued.printed["attachments"] == [{"name": "plan.pdf", "sha256": sha256(PDF).hexdigest()}]
    issued.printed["attachments"][0]["sha256"] = "other"
    assert document_hash(issued, list(issued.lines.all())) != issued.hash


def test_once_issued_it_stays_and_nothing_joins_it(issued: Invoice) -> None:
    with pytest.raises(Refused) as late:
        attach_file(issued.pk, "late.csv", CSV, goes_along=True, by=None)
    with pytest.raises(Refused) as removed:
        remove_attachment(issued.attachments.get().pk, by=None)

    assert (late.value.code, removed.value.code) == ("not_a_draft", "not_a_draft")
    ours = attach_file(issued.pk, "ours.csv", CSV, goes_along=False, by=None)
    remove_attachment(ours.pk, by=None)
    assert [each.name for each in issued.attachments.all()] == ["plan.pdf"]


@pytest.mark.parametrize("act", ["update", "delete", "insert", "join"])
def test_the_database_keeps_it_too(issued: Invoice, act: str) -> None:
    ours = attach_file(issued.pk, "ours.csv", CSV, goes_along=False, by=None)
    values = {"media_type": "text/csv", "content": CSV, "size": 9, "sha256": "x", "goes_along": True}
    acts = {
        "update": lambda: issued.attachments.filter(name="plan.pdf").update(content=b"other"),
        "delete": lambda: issued.attachments.filter(name="plan.pdf").delete(),
        "insert": lambda: Attachment.objects.create(invoice=issued, name="new.csv", **values),
        "join": lambda: Attachment.objects.filter(pk=ours.pk).update(goes_along=True),
    }
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        acts[act]()


def test_a_deleted_draft_takes_its_files_along(draft: Invoice, clerk: Any, client: Client) -> None:
    attach_file(draft.pk, "plan.pdf", PDF, goes_along=True, by=clerk)
    client.force_login(clerk)
    client.post(f"/invoices/{draft.pk}/delete/")
    assert not Attachment.objects.exists()


def test_on_screen(draft: Invoice, clerk: Any, client: Client) -> None:
    client.force_login(clerk)
    upload = SimpleUploadedFile("plan.pdf", PDF, "text/html")
    page = client.post(f"/invoices/{draft.pk}/attach/", {"file": upload, "goes_along": "1"}, follow=True)
    assert "plan.pdf is attached." in page.content.decode()
    kept = draft.attachments.get()

    file = client.get(f"/attachments/{kept.pk}/")
    assert (file["Content-Type"], file["Content-Disposition"]) == ("application/pdf", 'attachment; filename="plan.pdf"')
    assert file.content == PDF
    wrong = client.post(f"/invoices/{draft.pk}/attach/", {"file": SimpleUploadedFile("a.exe", b"MZ")}, follow=True)
    assert "a.exe cannot be attached. Attach one of these: PDF, PNG, JPG, CSV, XLSX, ODS." in wrong.content.decode()
    large = SimpleUploadedFile("a.pdf", PDF + b" " * 5_000_000)
    refusal = client.post(f"/invoices/{draft.pk}/attach/", {"file": large}, follow=True).content.decode()
    assert "a.pdf has more than 5 MB. Make it smaller." in refusal
    assert "Choose a file first." in client.post(f"/invoices/{draft.pk}/attach/", follow=True).content.decode()
    client.post(f"/attachments/{kept.pk}/remove/")
    assert not draft.attachments.exists()


def test_somebody_elses_file_is_not_found(issued: Invoice, client: Client) -> None:
    client.force_login(world.make_user(world.make_company("USD", legal_name="Other")))
    assert client.get(f"/attachments/{issued.attachments.get().pk}/").status_code == 404


def test_the_customer_sees_what_goes_along_and_nothing_else(issued: Invoice, client: Client) -> None:
    ours = attach_file(issued.pk, "ours.csv", CSV, goes_along=False, by=None)
    address = client.get(f"/p/{mint_link(issued, issued.customer.contacts.get())}/")["Location"]
    page = client.get(address).content.decode()

    assert "plan.pdf" in page
    assert "ours.csv" not in page
    assert client.get(f"{address}files/{issued.attachments.get(goes_along=True).pk}/").content == PDF
    assert client.get(f"{address}files/{ours.pk}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_mail_brings_what_goes_along(issued: Invoice, relay: Any) -> None:
    attach_file(issued.pk, "ours.csv", CSV, goes_along=False, by=None)
    [mail] = send_invoice(issued.pk, by=None)
    hand_over(mail.pk)

    files = {part.get_filename(): part.get_content() for part in relay.taken[0].iter_attachments()}
    assert set(files) == {f"{issued}.pdf", "plan.pdf"}
    assert files["plan.pdf"] == PDF


def test_by_program(draft: Invoice, clerk: Any) -> None:
    program = Program(clerk)
    body = {"name": "plan.pdf", "content": b64encode(PDF).decode(), "goes_along": True}
    made = program.post(f"invoices/{draft.pk}/attachments/", body)

    assert (made.status_code, made.json()["sha256"]) == (201, sha256(PDF).hexdigest())
    assert refused(program.post(f"invoices/{draft.pk}/attachments/", body)) == (409, "name_taken")
    assert [each["name"] for each in program.get(f"invoices/{draft.pk}/attachments/").json()["results"]] == ["plan.pdf"]
    assert program.get(f"attachments/{made.json()['id']}/").content == PDF
    assert program.delete(f"attachments/{made.json()['id']}/").status_code == 204
    assert not draft.attachments.exists()


def test_a_program_may_bring_a_large_file(draft: Invoice, clerk: Any) -> None:
    body = {"name": "plan.pdf", "content": b64encode(PDF + b" " * 4_500_000).decode()}
    assert Program(clerk).post(f"invoices/{draft.pk}/attachments/", body).status_code == 201
