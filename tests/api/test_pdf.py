from datetime import date

import pytest
from rest_framework.test import APIClient

from billing.models import InvoicePdf
from tests import world
from tests.api.calling import refused

DAY = date(2026, 3, 1)
MARKUP = "<img src=x onerror=alert(1)><b>x</b>"


def test_pdf_the_same_kept_bytes_are_given_to_everybody(program, auditor, customer):
    invoice = world.issue(customer, "90.00", DAY)

    first = program.get(f"invoices/{invoice.pk}/pdf/")
    again = auditor.get(f"invoices/{invoice.pk}/pdf/")

    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert first["Content-Disposition"] == f'attachment; filename="{invoice.number}.pdf"'
    assert first.content == again.content == bytes(InvoicePdf.objects.get().content)


def test_pdf_04_markup_in_what_people_typed_is_printed_as_text(program, company):
    customer = world.make_customer(company, MARKUP, contacts=[])
    lines = [world.line("10.00", description=MARKUP)]
    invoice = world.issue(customer, lines, DAY, note=MARKUP)

    answer = program.get(f"invoices/{invoice.pk}/pdf/")

    assert answer.content.startswith(b"%PDF-")
    shown = program.get(f"invoices/{invoice.pk}/").json()
    assert [shown["note"], shown["customer"]["name"], shown["lines"][0]["description"]] == [MARKUP] * 3


def test_pdf_a_draft_can_be_read_and_is_not_kept(program, customer):
    draft = world.draft(customer, "90.00")

    assert program.get(f"invoices/{draft.pk}/pdf/").content.startswith(b"%PDF-")
    assert not InvoicePdf.objects.exists()


@pytest.mark.parametrize("accept", ["application/pdf", "*/*", "application/json"])
def test_pdf_comes_whatever_the_caller_says_it_accepts(program, customer, accept):
    invoice = world.issue(customer, "90.00", DAY)
    headers = program.headers | {"Accept": accept}

    assert APIClient().get(f"/api/v1/invoices/{invoice.pk}/pdf/", headers=headers).status_code == 200
    missing = APIClient().get("/api/v1/invoices/999/pdf/", headers=headers)
    assert refused(missing) == (404, "not_found")
