"""Documents of every kind, written as UBL and as CII, pass the official rules and schemas."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billing.einvoice.writing import write
from billing.models import DocumentKind, Invoice, InvoiceLine, Tax
from customers.models import EInvoiceFormat
from ledger.refusals import Refused
from tests.billing.einvoices import NOTHING, buyer, fatal_ids, seller, unsaved

REASONS = {"E": "Exempt", "AE": "Reverse charge", "K": "Intra-Community supply", "G": "Export", "O": "Not taxed"}
RATES = {"S": ("19", "7", "5.5", "20", "25"), "L": ("7", "3"), "M": ("4", "10")}


def a_tax(category: str, percent: str = "0") -> Tax:
    """A tax that is in no database."""
    key = hash((category, percent)) % 100_000
    return Tax(
        pk=key, name=f"{category} {percent}%", category=category, percent=Decimal(percent), reason=REASONS.get(category, "")
    )


def a_line(price: str, quantity: str = "1", tax: Tax | None = None, discount: str = "0", **values: Any) -> InvoiceLine:
    return InvoiceLine(
        **{"position": 1, "description": "Work", "unit": "h"} | values,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        discount_percent=Decimal(discount),
        tax=tax,
    )


@pytest.fixture
def customer(db: None) -> Any:
    return buyer(seller())


taxes = st.sampled_from(list("SSSSZEGKLM") + ["AE"]).flatmap(
    lambda category: st.sampled_from(RATES.get(category, ("0",))).map(lambda percent: a_tax(category, percent))
)


def numbers(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low * 10**places, high * 10**places).map(lambda n: Decimal(n).scaleb(-places))


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[InvoiceLine], dict[str, Any]]:
    """Lines and head of a document: mixed categories, discounts, prices with tax inside, three kinds of currency."""
    currency = draw(st.sampled_from(["EUR", "EUR", "USD", "JPY", "KWD"]))
    is_coarse = currency == "KWD"  # its third decimal has no place in EN 16931, so amounts here need two
    outside = draw(st.integers(0, 9)) == 0
    includes_tax = draw(st.booleans()) and not is_coarse
    lines = []
    for position in range(1, draw(st.integers(1, 6)) + 1):
        tax = a_tax("O") if outside else a_tax("S", "5") if is_coarse else draw(taxes)
        lines.append(
            InvoiceLine(
                position=position,
                description=draw(st.sampled_from(["Work", "Ärger & <Co>\nmit zwei Zeilen", "x" * 150, "\x07 bell"])),
                quantity=draw(numbers(1, 50, 0) if is_coarse else numbers(0, 200, draw(st.integers(0, 4)))),
                unit=draw(st.sampled_from(["", "h", "pcs", "kg", "Std.", "nonsense"])),
                unit_price=draw(numbers(1, 900, 0) if is_coarse else numbers(-50, 2000, draw(st.integers(0, 6)))),
                discount_percent=Decimal(0) if is_coarse else draw(st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(100)])),
                tax=tax,
            )
        )
    head = {
        "currency": currency,
        "prices_include_tax": includes_tax,
        "tax_rounding": draw(st.sampled_from(["document", "line"])),
        "kind": draw(st.sampled_from([DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO])),
        "discount_amount": Decimal(0) if is_coarse else draw(numbers(0, 20, 0)),
        "po_number": draw(st.sampled_from(["", "PO 7"])),
        "note": draw(st.sampled_from(["", "Thank you.\nSee you."])),
    }
    if head["kind"] == DocumentKind.CREDIT_MEMO and draw(st.booleans()):
        head["credits"] = Invoice(number="INV-0", dated_on=date(2026, 2, 1))
    return lines, head


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(drawn=documents())
def test_a_hundred_varied_documents_pass_every_rule_in_every_format(customer, drawn):
    lines, head = drawn
    try:
        invoice, document = unsaved(customer, lines, **head)
    except Refused:
        assume(False)
    assume(invoice.total >= 0)

    assert fatal_ids(document) == NOTHING


@pytest.mark.parametrize("form", EInvoiceFormat.values)
def test_the_same_document_gives_the_same_bytes(customer, form):
    _, document = unsaved(customer, [a_line("9.99", "3", a_tax("S", "19"))])

    assert write(document, form) == write(document, form)
