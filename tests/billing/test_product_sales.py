"""Where a product's sales are entered, and what of a product is frozen with the document."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import chain
from billing.chain import document_hash
from billing.models import Invoice, Product
from billing.operations.copy_invoice import copy_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.operations.details import InvoiceDetails
from billing.operations.issue_invoice import draft_and_issue
from billing.operations.manage_products import ProductDetails, edit_product, retire_product, set_product_group
from billing.operations.void_invoice import void_invoice
from ledger.models import Account, Line
from reports.book_check import check_book
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def services(company: Any) -> Account:
    return Account.objects.create(company_id=company.pk, code="4010", name="Services", role="sales")


@pytest.fixture
def fitting(company: Any, services: Account) -> Product:
    group = set_product_group(company, "Services", services.pk, by=None)
    return world.make_product(company, "FIT", group_id=group.pk)


def posted(invoice: Invoice) -> dict[str, Decimal]:
    return dict(Line.objects.filter(entry=invoice.entry).values_list("account__code", "amount"))


def papers(customer: Any, fitting: Product, **details: Any) -> Invoice:
    vat = world.make_tax(customer.company, "20")
    lines = [
        world.line("100.00", tax=vat, product_id=fitting.pk),
        world.line("50.00", tax=vat),
        world.line("33.33", tax=vat, product_id=fitting.pk),
    ]
    return world.issue(customer, lines, DAY, **details)


def test_sales_go_to_the_account_of_the_products_group(customer: Any, fitting: Product) -> None:
    invoice = papers(customer, fitting)

    assert posted(invoice) == {
        "1200": Decimal("220.00"),
        "4010": Decimal("-133.33"),
        "4000": Decimal("-50.00"),
        "2200": Decimal("-36.67"),
    }
    assert check_book() == []


def test_a_document_discount_is_taken_from_each_account_to_the_cent(customer: Any, fitting: Product) -> None:
    invoice = papers(customer, fitting, discount_amount=Decimal("10.00"))

    # 10.00 over 100.00, 50.00 and 33.33: 5.45, 2.73 and 1.82
    assert posted(invoice)["4010"] == Decimal("-126.06")
    assert posted(invoice)["4000"] == Decimal("-47.27")
    assert -sum(posted(invoice)[code] for code in ("4000", "4010")) == invoice.net == Decimal("173.33")
    assert check_book() == []


def test_credit_memos_give_every_account_back_to_the_cent(customer: Any, fitting: Product) -> None:
    invoice = papers(customer, fitting, discount_amount=Decimal("10.00"))
    first, second, _ = invoice.lines.all()
    memos = [
        credit_invoice(invoice.pk, {first.pk: Decimal("0.3"), second.pk: Decimal(1)}, reason="r", by=None, on=DAY),
        credit_invoice(invoice.pk, None, reason="the rest", by=None, on=DAY),
    ]

    for code in posted(invoice):
        assert posted(invoice)[code] + sum(posted(memo).get(code, Decimal(0)) for memo in memos) == 0
    assert [line.item_code for line in memos[1].lines.all()] == ["FIT", "FIT"]
    assert check_book() == []


def test_voiding_gives_every_account_back(customer: Any, fitting: Product) -> None:
    invoice = papers(customer, fitting)
    void = void_invoice(invoice.pk, reason="twice", by=None, on=DAY)

    mirror = dict(Line.objects.filter(entry=void.void_entry).values_list("account__code", "amount"))
    assert {code: -amount for code, amount in mirror.items()} == posted(invoice)


def test_drafting_and_issuing_at_once_posts_the_same(company: Any, customer: Any, fitting: Product) -> None:
    details = InvoiceDetails(customer.pk, [world.line("100.00", product_id=fitting.pk)], dated_on=DAY)
    [invoice] = draft_and_issue(company, [details], by=None, on=DAY)

    assert posted(invoice) == {"1200": Decimal(100), "4010": Decimal(-100)}


def test_a_changed_product_changes_no_issued_line_and_its_code_is_in_the_hash(customer: Any, fitting: Product) -> None:
    invoice = papers(customer, fitting)
    edit_product(fitting.pk, ProductDetails("OTHER", "Another"), version=fitting.version, by=None)

    lines = list(invoice.lines.all())
    assert lines[0].item_code == "FIT"
    assert document_hash(invoice, lines) == invoice.hash
    lines[0].item_code = "OTHER"
    assert document_hash(invoice, lines) != invoice.hash


def test_a_document_without_products_hashes_as_before_there_were_any(customer: Any) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    before = [name for name in chain.LATER_LINE_FACTS if name != "item_code"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "LATER_LINE_FACTS", before)
        assert document_hash(invoice, list(invoice.lines.all())) == invoice.hash


def test_a_copy_keeps_the_product_even_a_retired_one(customer: Any, fitting: Product, clerk: Any) -> None:
    invoice = papers(customer, fitting)
    retire_product(fitting.pk, by=None)

    copied = copy_invoice(invoice.pk, by=clerk)
    assert [line.product_id for line in copied.lines.all()] == [fitting.pk, None, fitting.pk]
    assert [line.unit_price for line in copied.lines.all()] == [100, 50, Decimal("33.33")]
