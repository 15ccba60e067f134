"""The same again as a draft: what is taken over, what stays behind, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice
from billing.operations.copy_invoice import copy_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.manage_taxes import retire_tax
from billing.operations.void_invoice import void_invoice
from billing.timeline import timeline
from ledger.models import Entry
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    """An issued invoice with something in every field."""
    vat = world.make_tax(company, "19")
    lines = [
        world.line("12.345678", "2.5", vat, description="Paper", unit="box", discount_percent=Decimal("12.5")),
        world.line("3.00", description="Postage"),
    ]
    return world.issue(
        customer,
        lines,
        DAY,
        net_days=14,
        po_number="PO-7",
        discount_amount=Decimal("1.50"),
        prices_include_tax=True,
        note="Thank you",
        internal_note="Ask Eva",
        source_reference="OLD-1",
    )


def lines_of(document: Invoice) -> list[tuple[Any, ...]]:
    names = ["position", "description", "quantity", "unit", "unit_price", "discount_percent", "tax_id", "net"]
    return list(document.lines.values_list(*names))


def test_a_copy_says_the_same_and_owes_nothing(invoice: Invoice, clerk: Any) -> None:
    copy = copy_invoice(invoice.pk, by=clerk)

    assert lines_of(copy) == lines_of(invoice)
    assert (copy.net, copy.tax, copy.total) == (invoice.net, invoice.tax, invoice.total)
    kept = ["customer_id", "kind", "currency", "net_days", "prices_include_tax", "discount_amount", "note"]
    assert [getattr(copy, name) for name in [*kept, "internal_note"]] == [
        getattr(invoice, name) for name in [*kept, "internal_note"]
    ]
    assert (copy.status, copy.number, copy.created_by) == ("draft", "", clerk)
    assert Entry.objects.count() == 1


def test_what_belongs_to_one_order_stays_behind(invoice: Invoice) -> None:
    copy = copy_invoice(invoice.pk, by=None)
    assert (copy.po_number, copy.source_reference, copy.dated_on, copy.due_on) == ("", "", None, None)


def test_the_timeline_and_the_audit_say_where_it_came_from(invoice: Invoice, clerk: Any) -> None:
    copy = copy_invoice(invoice.pk, by=clerk)

    record = AuditRecord.objects.get(action="copy_invoice")
    assert (record.subject_id, record.by, record.after) == (copy.pk, clerk, {"copied_from": "INV-2026-0001"})
    assert "Copied from INV-2026-0001" in [fact.words for fact in timeline(copy)]


def test_a_foreign_copy_keeps_its_exchange_rate(customer: Any) -> None:
    original = world.issue(customer, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.85"))
    copy = copy_invoice(original.pk, by=None)
    assert (copy.currency, copy.exchange_rate) == ("USD", Decimal("0.85"))


def test_drafts_void_documents_and_free_credit_memos_are_copied_too(invoice: Invoice, customer: Any) -> None:
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=DAY)
    memo = world.issue_credit_memo(customer, "5.00", DAY)

    assert copy_invoice(invoice.pk, by=None).total == invoice.total
    assert copy_invoice(copy_invoice(invoice.pk, by=None).pk, by=None).total == invoice.total
    assert copy_invoice(memo.pk, by=None).kind == "credit_memo"


def test_a_credit_memo_of_an_invoice_is_not_copied(invoice: Invoice) -> None:
    memo = credit_invoice(invoice.pk, None, reason="Returned", by=None, on=DAY)
    with pytest.raises(Refused) as refusal:
        copy_invoice(memo.pk, by=None)

    assert refusal.value.code == "credits_an_invoice"
    assert not Invoice.objects.filter(status="draft").exists()


def test_the_api_copies_once_per_key(invoice: Invoice, clerk: Any) -> None:
    program = Program(clerk)
    answers = [program.post(f"invoices/{invoice.pk}/copy/", key="again") for _ in range(2)]
    memo = credit_invoice(invoice.pk, None, reason="Returned", by=None, on=DAY)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[0].json()["state"] == "draft"
    assert Invoice.objects.filter(status="draft").count() == 1
    assert refused(program.post(f"invoices/{memo.pk}/copy/")) == (409, "credits_an_invoice")


def test_on_screen_the_copy_opens_to_be_changed(invoice: Invoice, clerk: Any, client: Any) -> None:
    client.force_login(clerk)
    page = client.post(f"/invoices/{invoice.pk}/copy/", follow=True)

    draft = Invoice.objects.get(status="draft")
    assert page.redirect_chain[-1][0] == f"/invoices/{draft.pk}/edit/"
    assert "This is a copy of INV-2026-0001." in page.content.decode()


def test_on_screen_a_credit_memo_of_an_invoice_says_why_not(invoice: Invoice, clerk: Any, client: Any) -> None:
    memo = credit_invoice(invoice.pk, None, reason="Returned", by=None, on=DAY)
    client.force_login(clerk)

    assert "Copy to a new draft" not in client.get(f"/invoices/{memo.pk}/").content.decode()
    page = client.post(f"/invoices/{memo.pk}/copy/", follow=True).content.decode()
    assert "Credit that invoice instead of copying." in page
    assert not Invoice.objects.filter(status="draft").exists()


def test_a_retired_tax_stays_chosen_in_a_draft_that_carries_it(invoice: Invoice, clerk: Any, client: Any) -> None:
    """An editor that does not offer it would choose another tax without a word."""
    other = world.make_tax(invoice.company, "20")
    retired = invoice.lines.first().tax
    retire_tax(retired.pk, by=None)
    client.force_login(clerk)
    page = client.post(f"/invoices/{invoice.pk}/copy/", follow=True).content.decode()

    assert "VAT 19% is retired. Choose another tax where it still stands." in page
    assert f'<option value="{retired.pk}" selected>VAT 19% (retired)</option>' in page
    assert f'<option value="{other.pk}" selected>' not in page.split('name="lines-1-tax"')[0]
    assert "(retired)" not in client.get("/invoices/new/").content.decode()


def test_live_totals_know_a_retired_tax_too(invoice: Invoice, clerk: Any, client: Any) -> None:
    retired = invoice.lines.first().tax
    retire_tax(retired.pk, by=None)
    client.force_login(clerk)
    typed = {
        "customer": invoice.customer_id,
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-description": "Work",
        "lines-0-quantity": "1",
        "lines-0-unit_price": "100",
        "lines-0-tax": str(retired.pk),
    }
    assert "€119.00" in client.post("/invoices/totals/", typed).content.decode()
