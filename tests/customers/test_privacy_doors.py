"""What is held on a person, on screen and for programs: only administrators see it, and each look is kept."""

import io
import json
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import PrivacyRequest
from customers.operations.erase_person import erase_person
from customers.operations.note_privacy_request import note_privacy_request
from office.models import AuditRecord, IdempotentAnswer, KeptFile, Run
from office.tasks import carry_out_run
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def administrator(company: Any) -> Any:
    return world.make_user(company, "administrator")


@pytest.fixture
def browser(administrator: Any) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def test_from_a_customers_page_to_the_report_of_what_was_erased(browser: Client, customer: Any) -> None:
    contact = customer.contacts.get()
    page = browser.get(reverse("customers:customer", args=[customer.pk])).content.decode()
    address = reverse("customers:person", args=[customer.pk, contact.pk])
    assert address in page
    assert "Goes when they are erased" in browser.get(address).content.decode()

    typed = {"wish": "erasure", "asked_on": "2026-03-02", "note": "By mail"}
    asked = browser.post(address, typed, follow=True).content.decode()
    request = PrivacyRequest.objects.get()
    assert "It is due on Apr 2, 2026." in asked

    erase = reverse("customers:erase_person", args=[request.pk])
    wrong = browser.post(erase, {"word": "no"}, follow=True).content.decode()
    assert "Type the word erase" in wrong
    report = browser.post(erase, {"word": "Erase"}, follow=True).content.decode()

    assert "This page is the report" in report
    assert f"Erased person {contact.pk}" in report
    assert "Brandt" not in report


def test_the_file_is_made_by_workers_for_who_ordered_it(browser: Client, customer: Any, administrator: Any) -> None:
    contact = customer.contacts.get()
    address = reverse("customers:person_data", args=[customer.pk, contact.pk])
    assert browser.get(address).url == reverse("customers:person", args=[customer.pk, contact.pk])

    browser.post(reverse("office:file_new"), {"address": address, "title": "Data of person 1"})
    carry_out_run(Run.objects.get(kind="make_file").pk)

    file = KeptFile.objects.get()
    content = b"".join(bytes(part.content) for part in file.parts.order_by("position"))
    with ZipFile(io.BytesIO(content)) as packed:
        told = json.loads(packed.read("data.json"))
    assert told["held"][0]["rows"][0]["name"] == "Eva Brandt"
    row = AuditRecord.objects.get(action="export_person")
    assert (row.by, row.subject_id, row.after) == (administrator, customer.pk, {"of": f"contact {contact.pk}"})


def test_who_may_not_sees_neither_page_nor_link(customer: Any, client: Client) -> None:
    manager = world.make_user(customer.company, "manager")
    client.force_login(manager)
    contact = customer.contacts.get()

    assert client.get(reverse("customers:person", args=[customer.pk, contact.pk])).status_code == 403
    assert b"What is held" not in client.get(reverse("customers:customer", args=[customer.pk])).content
    assert refused(Program(manager).get(f"customers/{customer.pk}/data/")) == (403, "permission_denied")


def test_a_person_is_one_of_that_customers_people(browser: Client, customer: Any) -> None:
    other = world.make_customer(customer.company, "Cedar").contacts.get()

    assert browser.get(reverse("customers:person", args=[customer.pk, other.pk])).status_code == 404


def test_programs_read_note_and_erase(customer: Any, administrator: Any) -> None:
    program, contact = Program(administrator), customer.contacts.get()
    address = f"customers/{customer.pk}/people/{contact.pk}/data/"
    held = program.get(address).json()["held"]
    assert held[0] | {"rows": []} == {
        "what": "Their name, e-mail address and telephone",
        "why": "Needed to bill, to send papers and to be asked about them.",
        "kept_until": None,
        "by_law": "",
        "rows": [],
    }
    assert held[0]["rows"][0]["email"] == "eva@bramble.example"

    asked = program.post(address, {"wish": "erasure", "asked_on": "2026-03-02", "note": "By mail"}).json()
    assert (asked["due_on"], asked["contact_id"], asked["status"]) == ("2026-04-02", contact.pk, "open")
    assert program.get("privacy-requests/").json()["results"] == [asked]
    done = program.post(f"privacy-requests/{asked['id']}/erase/").json()
    assert (done["status"], done["gone"][0]["count"], done["note"]) == ("done", 1, "")
    assert refused(program.post(f"privacy-requests/{asked['id']}/erase/")) == (409, "invalid_move")


def test_programs_answer_and_decline(customer: Any, administrator: Any) -> None:
    program = Program(administrator)
    first = note_privacy_request(customer, "access", asked_on=DAY, note="n", by=None)
    second = note_privacy_request(customer, "erasure", asked_on=DAY, note="n", by=None)

    assert program.post(f"privacy-requests/{first.pk}/answer/").json()["status"] == "done"
    declined = program.post(f"privacy-requests/{second.pk}/decline/", {"reason": "It is not them"}).json()
    assert (declined["status"], declined["answer"]) == ("declined", "It is not them")
    again = program.post(f"customers/{customer.pk}/data/", {"wish": "access", "asked_on": "2026-03-02", "note": "n"})
    assert again.status_code == 201


def test_the_customers_page_tells_no_more_who_was_erased(browser: Client, customer: Any) -> None:
    """Not even in its timeline, which is read from the audit trail; what comes later is told as ever."""
    contact, page = customer.contacts.get(), reverse("customers:customer", args=[customer.pk])
    assert "Eva Brandt" in browser.get(page).content.decode()
    request = note_privacy_request(contact, "erasure", asked_on=DAY, note="n", by=None)
    erase_person(request.pk, by=None)

    shown = browser.get(page).content.decode()

    assert "Brandt" not in shown
    assert "eva@bramble.example" not in shown
    assert "the audit trail alone says more" in shown


def test_answers_to_programs_name_nobody_who_was_erased(customer: Any, administrator: Any) -> None:
    program, contact = Program(administrator), customer.contacts.get()
    address = f"customers/{customer.pk}/people/{contact.pk}/data/"
    body = {"wish": "erasure", "asked_on": "2026-03-02", "note": "Eva Brandt wrote"}
    asked = program.post(address, body, key="first").json()
    assert "Eva Brandt" in str(IdempotentAnswer.objects.get(key="first").body)

    program.post(f"privacy-requests/{asked['id']}/erase/")

    assert IdempotentAnswer.objects.get(key="first").body == {}
    assert PrivacyRequest.objects.count() == 1
