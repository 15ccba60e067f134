"""Documents of every kind, written as UBL and as CII, pass the official rules and schemas."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mockeinvoice import validate

from billing.einvoice.checking import require_right
from billing.einvoice.document import Allowance, Document
from billing.einvoice.units import unit_code
from billing.einvoice.writing import write
from billing.models import DatedRate, DocumentKind, Invoice, InvoiceLine, RateKind, Tax
from customers.models import EInvoiceFormat
from ledger.refusals import Refused
from tests.billing.einvoices import NOTHING, buyer, fatal_ids, seller, unsaved

CATEGORIES = ["S", "Z", "E", "AE", "K", "G", "O", "L", "M"]
REASONS = {"E": "Exempt", "AE": "Reverse charge", "K": "Intra-Community supply", "G": "Export", "O": "Not taxed"}
RATES = {"S": ("19", "7", "5.5", "20", "25"), "L": ("7", "3"), "M": ("4", "10")}


def a_tax(category: str, percent: str = "0", **more: Any) -> Tax:
    """A tax that is in no database."""
    key = CATEGORIES.index(category) * 10_000 + int(Decimal(percent) * 10)
    values = {"category": category, "percent": Decimal(percent), "reason": REASONS.get(category, "")}
    tax = Tax(pk=key, name=f"{category} {percent}%")
    tax._prefetched_objects_cache = {"rates": [DatedRate(tax=tax, name=tax.name, **values, **more)]}
    return tax


INSIDE = {"prices_include_tax": True}
CREDIT = {"kind": DocumentKind.CREDIT_MEMO}
YEN = {"currency": "JPY"}


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


taxes = st.sampled_from(["S", "S", "S", "S", "Z", "E", "G", "K", "L", "M", "AE"]).flatmap(
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
                item_code=draw(st.sampled_from(["", "A-1"])),
                unit=draw(st.sampled_from(["", "h", "pcs", "kg", "Std.", "nonsense"])),
                unit_price=draw(numbers(1, 900, 0) if is_coarse else numbers(-50, 2000, draw(st.integers(0, 6)))),
                discount_percent=Decimal(0)
                if is_coarse
                else draw(st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(100)])),
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
    if head["currency"] == "JPY":  # rounded to whole yen on each line, tax may pass what BR-CO-17 allows for a rate
        head["tax_rounding"] = "document"
    if head["kind"] == DocumentKind.CREDIT_MEMO and draw(st.booleans()):
        head["credits"] = Invoice(number="INV-0", dated_on=date(2026, 2, 1))
    return lines, head


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(drawn=documents())
def test_a_hundred_varied_documents_pass_every_rule_in_every_format(customer, drawn):
    lines, head = drawn
    try:
        invoice, document = unsaved(customer, lines, **head)
    except Refused:  # a discount that cannot be spread
        assume(False)
    assume(invoice.total >= 0)

    assert fatal_ids(document) == NOTHING
    assert partner_finds(document) == []


def partner_finds(document: Document) -> list[str]:
    """What a Peppol partner, who has all of Peppol's own rules too, has against the document."""
    _, report = validate(write(document, EInvoiceFormat.PEPPOL_UBL))
    return [f"{each.code}: {each.text}" for each in report.failures]


SMALL = [a_line("1.59", "11" if position < 2 else "1", a_tax("S", "12")) for position in range(31)]
CASES = {
    "RND-01": ([a_line("100", tax=a_tax("Z")) for _ in range(3)], {"discount_amount": Decimal(10)}, "290.00"),
    "RND-02": ([a_line("90", tax=a_tax("S", "5")), a_line("55", tax=a_tax("S", "5"))], INSIDE, "145.00"),
    "RND-03": ([a_line("82.50", "10", a_tax("Z"), "15")], {}, "701.25"),
    "RND-03 credited": ([a_line("82.50", "10", a_tax("Z"), "15")], CREDIT, "701.25"),
    "RND-04": ([a_line("100.50", tax=a_tax("S", "25"))], {}, "125.63"),
    "RND-04 credited": ([a_line("100.50", tax=a_tax("S", "25"))], CREDIT, "125.63"),
    "RND-05": (SMALL, {}, "90.82"),
    "RND-05 by line": (SMALL, {"tax_rounding": "line"}, "90.80"),
    "RND-07": ([a_line("1127", tax=a_tax("S", "10"))], YEN, "1240.00"),
    "RND-07 with a fraction": ([a_line("1234.99", tax=a_tax("Z"))], YEN, "1235.00"),
    "RND-09": ([a_line("1300", tax=a_tax("S", "5"), discount="100")], INSIDE, "0.00"),
    "RND-10": ([a_line("89.90", tax=a_tax("S", "19"), discount="50")], {"discount_amount": Decimal("22.48")}, "26.74"),
    "RND-11": ([a_line(price, tax=a_tax("S", "20")) for price in ("68.33", "68.33", "57.50", "85.00")], {}, "334.99"),
    "RND-13": ([a_line("1550", tax=a_tax("S", "19")), a_line("-77.5", tax=a_tax("S", "19"))], INSIDE | YEN, "1472.00"),
    "deposit": ([a_line("300", tax=a_tax("S", "19"))], {"is_deposit": True}, "357.00"),
    "deposit deducted": ([a_line("1000", tax=a_tax("S", "19")), a_line("300", "-1", a_tax("S", "19"))], {}, "833.00"),
    "deposit at another rate": (
        [a_line("1000", tax=a_tax("S", "7")), a_line("300", "-1", a_tax("S", "19"))],
        {},
        "713.00",
    ),
    "all paid as a deposit": ([a_line("300", tax=a_tax("S", "19")), a_line("300", "-1", a_tax("S", "19"))], {}, "0.00"),
    "TAX-03": ([a_line("1000", tax=a_tax("AE"))], {}, "1000.00"),
    "TAX-03 without a number": ([a_line("1190", tax=a_tax("S", "19"))], INSIDE, "1190.00"),
    "TAX-05": (
        [a_line("200", tax=a_tax("S", "20")), a_line("50", tax=a_tax("S", "5.5")), a_line("50", tax=a_tax("E"))],
        {"discount_amount": Decimal(30)},
        "308.48",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_known_case_passes_every_rule_with_its_total(customer, case):
    lines, head, total = CASES[case]
    _, document = unsaved(customer, lines, **head)

    assert fatal_ids(document) == NOTHING
    assert partner_finds(document) == []
    assert f"{document.totals.due:.2f}" == total


def test_a_third_decimal_is_refused_as_the_standard_has_two(customer):  # RND-08
    _, document = unsaved(customer, [a_line("1.235", "3", a_tax("S", "5"))], currency="KWD")

    with pytest.raises(Refused, match=r"BR-DEC-09: .*currency, as e-invoices have at most two decimals"):
        require_right(document, EInvoiceFormat.FACTURX)


@pytest.mark.parametrize("form", EInvoiceFormat.values)
def test_the_same_document_gives_the_same_bytes(customer, form):
    _, document = unsaved(customer, [a_line("9.99", "3", a_tax("S", "19"))])

    assert write(document, form) == write(document, form)


def test_what_was_typed_stands_in_the_document_where_it_adds_up(customer):
    _, document = unsaved(customer, [a_line("19.99", "3", a_tax("S", "19"), "10", unit="h")])
    [line] = document.lines

    assert (line.quantity, line.unit, line.price, line.price_per, line.net) == (
        3,
        "HUR",
        Decimal("19.99"),
        None,
        Decimal("53.97"),
    )
    assert line.allowances == (Allowance(Decimal("6.00"), "Discount", percent=Decimal(10), base=Decimal("59.97")),)


def test_a_price_with_tax_inside_becomes_the_net_of_the_whole_line(customer):
    _, document = unsaved(customer, [a_line("10.00", "3", a_tax("S", "19"))], **INSIDE)
    [line] = document.lines

    assert (line.price, line.price_per, line.net) == (Decimal("25.21"), 3, Decimal("25.21"))


def test_a_negative_price_becomes_a_negative_quantity(customer):
    _, document = unsaved(customer, [a_line("10", "5", a_tax("S", "19")), a_line("-10", "2", a_tax("S", "19"))])

    assert [(line.quantity, line.price, line.net) for line in document.lines] == [(5, 10, 50), (-2, 10, -20)]


def test_a_document_discount_is_one_allowance_for_each_rate(customer):
    _, document = unsaved(customer, *CASES["TAX-05"][:1], **CASES["TAX-05"][1])

    assert [(each.tax.category, each.tax.percent, each.amount) for each in document.allowances] == [
        ("S", 20, 20),
        ("S", Decimal("5.5"), 5),
        ("E", 0, 5),
    ]


def test_reverse_charge_names_both_numbers_and_its_reason(customer):  # TAX-03
    _, document = unsaved(customer, [a_line("1000", tax=a_tax("AE"))])

    assert (document.seller.vat_id, document.buyer.vat_id) == ("DE123456788", "FR40303265045")
    assert [(row.reason, row.reason_code) for row in document.taxes] == [("Reverse charge", "VATEX-EU-AE")]


def test_what_is_withheld_is_no_tax_of_the_document(customer):  # TAX-04
    tax = a_tax("S", "20")
    tax.rates.all().append(
        DatedRate(tax=tax, part=2, name="WHT", category="S", percent=Decimal(10), kind=RateKind.WITHHELD)
    )
    _, document = unsaved(customer, [a_line("1000", tax=tax)])

    assert [(row.tax.percent, row.amount) for row in document.taxes] == [(20, 200)]
    assert document.payment_terms == "Payable by 2026-04-01; 100.00 of it is kept back for the tax office"
    assert fatal_ids(document) == NOTHING


def test_several_taxes_on_a_line_are_refused_by_name(customer):  # TAX-01
    tax = a_tax("S", "19")
    tax.rates.all().append(
        DatedRate(tax=tax, part=2, name="Levy", category="S", percent=Decimal(1), kind=RateKind.ON_TOP)
    )

    with pytest.raises(Refused) as refusal:
        unsaved(customer, [a_line("100", tax=tax)])

    assert refusal.value.code == "einvoice_several_taxes"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("h", "HUR"), ("Std.", "HUR"), ("pcs", "C62"), ("", "C62"), ("KGM", "KGM"), ("m²", "MTK"), ("fortnight", "C62")],
)
def test_a_typed_unit_has_its_code(typed, code):
    assert unit_code(typed) == code
