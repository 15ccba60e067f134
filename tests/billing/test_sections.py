"""Headings with subtotals, shipping, and a discount in percent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.chain import document_hash
from billing.models import LineKind
from billing.operations.copy_invoice import copy_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.details import invoice_as_typed
from billing.operations.draft_invoice import edit_draft
from billing.sections import sections_of
from ledger.refusals import Refused
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def d(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_a_heading_begins_a_section_that_ends_at_the_next_one_or_at_the_shipping(customer: Any) -> None:
    invoice = world.draft(
        customer,
        [
            world.line("5.00"),
            world.line("10.00", section="Kitchen"),
            world.line("2.50", "2"),
            world.line("7.00", section="Bath"),
            world.line("4.90", description="Parcel", kind=LineKind.SHIPPING),
        ],
    )

    sections = sections_of(invoice.lines.all())

    assert [section.heading for section in sections] == ["", "Kitchen", "Bath", ""]
    assert [section.subtotal for section in sections] == d("5.00", "15.00", "7.00", "4.90")
    assert sum(section.subtotal for section in sections) == invoice.net


def test_shipping_bears_nothing_of_the_discount_on_the_whole(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    lines = [world.line("100.00", tax=vat), world.line("10.00", tax=vat, kind=LineKind.SHIPPING)]
    invoice = world.issue(customer, lines, DAY, discount_percent=Decimal(10))

    assert [line.discount_share for line in invoice.lines.all()] == d("10.00", "0.00")
    assert [invoice.net, invoice.tax, invoice.total] == d("100.00", "20.00", "120.00")
    assert (invoice.discount_percent, invoice.discount_amount) == (10, Decimal("10.00"))


def test_a_discount_in_percent_follows_the_lines(customer: Any) -> None:
    draft = world.draft(customer, [world.line("200.00")], discount_percent=Decimal("2.5"))
    assert draft.discount_amount == Decimal("5.00")

    longer = invoice_as_typed(draft)
    longer.lines.append(world.line("100.00"))
    edit_draft(draft.pk, longer, version=draft.version, by=None)

    draft.refresh_from_db()
    assert (draft.discount_amount, draft.total) == (Decimal("7.50"), Decimal("292.50"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"discount_percent": Decimal("-1")}, "bad_discount"),
        ({"discount_percent": Decimal("100.01")}, "bad_discount"),
        ({"discount_percent": Decimal(5), "discount_amount": Decimal(1)}, "two_discounts"),
    ],
)
def test_a_discount_is_an_amount_or_a_percentage_within_reason(customer: Any, typed: dict, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        world.draft(customer, "10.00", **typed)

    assert refusal.value.code == code
    assert not customer.invoices.exists()


def test_a_copy_has_the_headings_and_the_shipping_again(customer: Any) -> None:
    lines = [world.line("10.00", section="Kitchen"), world.line("4.90", kind=LineKind.SHIPPING)]
    invoice = world.issue(customer, lines, DAY, discount_percent=Decimal(10))

    copy = copy_invoice(invoice.pk, by=None)

    assert [(line.section, line.kind) for line in copy.lines.all()] == [("Kitchen", "item"), ("", "shipping")]
    assert (copy.discount_percent, copy.total) == (10, Decimal("13.90"))


def test_crediting_all_gives_the_shipping_back_too(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "19")
    lines = [world.line("99.99", tax=vat), world.line("4.90", tax=vat, kind=LineKind.SHIPPING)]
    invoice = world.issue(customer, lines, DAY, discount_percent=Decimal("3"))

    memo = credit_invoice(invoice.pk, None, reason="Returned", by=None, on=DAY)

    assert memo.total == invoice.total
    assert [line.kind for line in memo.lines.all()] == ["item", "shipping"]
    assert [line.discount_share for line in memo.lines.all()] == d("3.00", "0.00")


def test_an_issued_heading_is_sealed(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("10.00", section="Kitchen")], DAY)
    lines = list(invoice.lines.all())
    assert document_hash(invoice, lines) == invoice.hash

    lines[0].section = "Bath"
    assert document_hash(invoice, lines) != invoice.hash
