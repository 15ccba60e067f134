"""Invoices kept as templates, by screen and API."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice, InvoiceTemplate
from billing.operations.manage_templates import delete_template, draft_from_template, save_template
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    lines = [
        world.line("100.00", "2", world.make_tax(company, "19"), section="Kitchen", discount_percent=Decimal("2.5")),
        world.line("4.90", kind="shipping"),
    ]
    return world.issue(customer, lines, DAY, po_number="PO-1", note="Thank you", discount_percent=Decimal(3))


def test_it_is_kept_and_drafted_from_without_what_belongs_to_one_order(invoice: Invoice, clerk: Any) -> None:
    template = save_template(invoice.pk, " Monthly ", by=clerk)
    draft = draft_from_template(template.pk, by=clerk)

    assert (template.name, template.customer) == ("Monthly", invoice.customer)
    assert (draft.status, draft.total, draft.note) == ("draft", invoice.total, "Thank you")
    assert (draft.po_number, draft.dated_on, draft.discount_percent) == ("", None, 3)
    assert [(line.section, line.kind) for line in draft.lines.all()] == [("Kitchen", "item"), ("", "shipping")]
    assert AuditRecord.objects.get(action="draft_from_template").subject_id == draft.pk


def test_another_customer_may_get_it(company: Any, invoice: Invoice) -> None:
    other = world.make_customer(company, "Clover BV")
    template = save_template(invoice.pk, "Monthly", by=None)

    assert draft_from_template(template.pk, customer_id=other.pk, by=None).customer == other


def test_a_price_of_the_list_follows_the_list_and_a_typed_one_stays(company: Any, customer: Any) -> None:
    product = world.make_product(company, "SHELF", name="Oak shelf")
    retail = world.make_price_list(company, "Retail")
    world.make_price(product, retail, "10.00")
    lines = [world.line("10.00", product_id=product.pk), world.line("9.00", product_id=product.pk)]
    template = save_template(world.draft(customer, lines).pk, "Shelves", by=None)

    product.prices.update(unit_price=Decimal("12.00"))

    assert [line.unit_price for line in draft_from_template(template.pk, by=None).lines.all()] == [12, 9]


def test_a_deposit_that_was_deducted_stays_behind(customer: Any) -> None:
    deposit = world.issue(customer, "30.00", DAY, is_deposit=True)
    deduction = world.line("30.00", description="", deducts_id=deposit.lines.get().pk)
    final = world.issue(customer, [world.line("100.00"), deduction], DAY)

    assert draft_from_template(save_template(final.pk, "Job", by=None).pk, by=None).total == 100


@pytest.mark.parametrize(("name", "code"), [("", "no_name"), ("  ", "no_name"), ("Monthly", "name_taken")])
def test_a_name_is_there_and_once(invoice: Invoice, name: str, code: str) -> None:
    save_template(invoice.pk, "Monthly", by=None)
    with pytest.raises(Refused) as refusal:
        save_template(invoice.pk, name, by=None)

    assert refusal.value.code == code
    assert InvoiceTemplate.objects.count() == 1


def test_a_credit_memo_is_no_template(customer: Any) -> None:
    memo = world.issue_credit_memo(customer, "10.00", DAY)
    with pytest.raises(Refused) as refusal:
        save_template(memo.pk, "Memo", by=None)
    assert refusal.value.code == "no_template"


def test_a_deleted_one_leaves_what_was_drafted(invoice: Invoice, clerk: Any) -> None:
    template = save_template(invoice.pk, "Monthly", by=clerk)
    draft = draft_from_template(template.pk, by=clerk)
    delete_template(template.pk, by=clerk)

    assert not InvoiceTemplate.objects.exists()
    assert Invoice.objects.filter(pk=draft.pk).exists()
    assert AuditRecord.objects.get(action="delete_template").subject_name == "Monthly"


def test_on_screen(invoice: Invoice, clerk: Any, client: Client) -> None:
    client.force_login(clerk)
    kept = client.post(f"/invoices/{invoice.pk}/keep/", {"name": "Monthly"}, follow=True)
    assert "Kept as the template Monthly." in kept.content.decode()
    again = client.post(f"/invoices/{invoice.pk}/keep/", {"name": "Monthly"})
    assert "There is a template Monthly already." in again.content.decode()

    template = InvoiceTemplate.objects.get()
    drafted = client.post(f"/invoices/templates/{template.pk}/draft/")
    assert drafted["Location"] == f"/invoices/{Invoice.objects.get(status='draft').pk}/edit/"
    client.post(f"/invoices/templates/{template.pk}/delete/")
    assert not InvoiceTemplate.objects.exists()


def test_by_program(clerk: Any, invoice: Invoice) -> None:
    program = Program(clerk)
    made = program.post("invoice-templates/", {"invoice": invoice.pk, "name": "Monthly"})
    assert (made.status_code, made.json()["name"]) == (201, "Monthly")
    assert [each["name"] for each in program.get("invoice-templates/").json()["results"]] == ["Monthly"]
    address = f"invoice-templates/{made.json()['id']}/"
    drafted = program.post(f"{address}draft/", {})
    assert (drafted.status_code, drafted.json()["total"]) == (201, str(invoice.total.quantize(Decimal("0.01"))))
    assert refused(program.post(f"{address}draft/", {"customer": 10**9})) == (404, "not_found")
    assert program.delete(address).status_code == 204
    assert refused(program.post(f"{address}draft/", {})) == (404, "not_found")
