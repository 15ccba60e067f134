"""The totals of published invoices come out to the cent."""

import csv
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from billing.calculations import (
    DocumentInput,
    LineInput,
    TaxRate,
    total_document,
)

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
INVOICES = DATA / "einvoice" / "invoice_totals.jsonl"
VAT_ROUNDING = DATA / "reference" / "vat_rounding.csv"

pytestmark = pytest.mark.skipif(
    not INVOICES.exists(),
    reason="The public data is not here; DUEBOOK_DATA names its folder.",
)


def published() -> list[dict]:
    return [json.loads(row) for row in INVOICES.read_text(encoding="utf-8").splitlines()] if INVOICES.exists() else []


def of_lines_alone() -> list[dict]:
    """Those without a charge on the whole document, which the published sum of the lines' taxes leaves out."""
    return [invoice for invoice in published() if not any(map(signed, invoice["document_allowance_charges"]))]


def file_name(invoice: dict) -> str:
    return invoice["source"].rpartition("/")[2]


def amount(text: str | None) -> Decimal:
    return Decimal(text or 0)


def signed(allowance_or_charge: dict) -> Decimal:
    return amount(allowance_or_charge["amount"]) * (1 if allowance_or_charge["charge"] else -1)


def tax_of(row: dict) -> TaxRate:
    """The row's tax; "not subject to tax" carries no percentage."""
    return TaxRate(row["vat_category"], amount(row["vat_rate"]), row["vat_category"])


def document_of(invoice: dict, tax_rounding: str = "document") -> DocumentInput:
    lines = [
        LineInput(
            quantity=amount(row["quantity"]),
            unit_price=amount(row["price"]),
            rates=(tax_of(row),),
            price_per=Decimal(row["base_quantity"] or 1),
            adjustment=sum(map(signed, row["allowance_charges"]), Decimal(0)),
        )
        for row in invoice["lines"]
    ]
    charges = [
        LineInput(Decimal(1), signed(row), (tax_of(row),), bears_discount=False)
        for row in invoice["document_allowance_charges"]
    ]
    return DocumentInput(invoice["currency"], [*lines, *charges], tax_rounding=tax_rounding)


def test_all_published_invoices_are_here():
    assert len(published()) == 86


@pytest.mark.parametrize("invoice", published(), ids=file_name)
def test_a_published_invoice_is_reproduced_to_the_cent(invoice):
    totals = total_document(document_of(invoice))
    printed = invoice["totals"]

    lines, charges = totals.lines[: len(invoice["lines"])], totals.lines[len(invoice["lines"]) :]
    assert [row.net for row in lines] == [amount(row["net"]) for row in invoice["lines"]]
    assert sum(row.net for row in lines) == amount(printed["lines"])
    assert sum(row.net for row in charges) == amount(printed["charges"]) - amount(printed["allowances"])
    assert {(row.rate.category, row.rate.percent): (row.base, row.amount) for row in totals.taxes} == {
        (row["category"], amount(row["rate"])): (
            amount(row["taxable"]),
            amount(row["tax"]),
        )
        for row in invoice["vat"]
    }
    assert (totals.net, totals.tax, totals.total) == tuple(
        amount(printed[key] or "0") for key in ("net", "vat", "gross")
    )


@pytest.mark.parametrize("invoice", of_lines_alone(), ids=file_name)
def test_tax_rounded_per_line_is_reproduced_too(invoice):
    assert total_document(document_of(invoice, "line")).tax == amount(invoice["sum_of_per_line_rounded_vat"])


def vat_rounding_rows() -> list[dict]:
    return list(csv.DictReader(VAT_ROUNDING.read_text(encoding="utf-8").splitlines())) if VAT_ROUNDING.exists() else []


@pytest.mark.parametrize("row", vat_rounding_rows(), ids=lambda row: row["lines"])
def test_tax_rounded_per_document_and_per_line_differ_as_published(row):
    documents = [named_document(row["lines"], tax_rounding) for tax_rounding in ("document", "line")]
    taxes = [total_document(document).tax for document in documents]

    assert f"VAT {taxes[0]}" in row["expected_per_document"]
    assert f"VAT {taxes[1]}" in row["expected_per_line"]


def named_document(name: str, tax_rounding: str) -> DocumentInput:
    """Ten lines of 11.31, or the published invoice of this name."""
    if name == "10 x 11.31":
        tax = TaxRate("S", Decimal(20))
        return DocumentInput(
            "GBP",
            [LineInput(Decimal(1), Decimal("11.31"), (tax,))] * 10,
            tax_rounding=tax_rounding,
        )
    example = name.removeprefix("XRechnung ")
    return document_of(next(row for row in published() if f"/{example}" in row["source"]), tax_rounding)
