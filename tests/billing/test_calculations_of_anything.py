"""Whatever is typed, what is printed adds up, and credits in any pieces close to zero."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.calculations import (
    DocumentInput,
    DocumentTotals,
    LineInput,
    LineTotals,
    TaxRate,
    total_document,
)
from tests.billing.calculating import ZERO, Credits, vat

GST, PST = TaxRate("GST", Decimal(5)), TaxRate("PST", Decimal(7))
LEVY, KEPT_BACK = TaxRate("Levy", Decimal(1), kind="on_top"), TaxRate("Withheld", Decimal(10), kind="withheld")
RATES = st.sampled_from(
    [
        (),
        *((rate,) for rate in (vat("0", "E"), vat("5.5"), vat("7"), vat("19"), vat("20"), vat("25"), GST)),
        (GST, PST),
        (vat("19"), LEVY),
        (LEVY, vat("19"), KEPT_BACK),
    ]
)
PRICES = st.decimals(-10_000, 10_000, places=6)
QUANTITIES = st.decimals(-1_000, 1_000, places=6)
PERCENTS = st.decimals(0, 100, places=2)
LINES = st.builds(
    LineInput,
    quantity=QUANTITIES,
    unit_price=PRICES,
    rates=RATES,
    discount_percent=PERCENTS,
    bears_discount=st.booleans(),
)
DOCUMENTS = st.builds(
    DocumentInput,
    currency=st.sampled_from(["JPY", "EUR", "KWD"]),
    lines=st.lists(LINES, min_size=1, max_size=6),
    discount_percent=st.one_of(st.just(ZERO), PERCENTS),
    prices_include_tax=st.booleans(),
    tax_rounding=st.sampled_from(["document", "line"]),
)
SOLD = st.builds(
    LineInput,
    quantity=st.integers(1, 9).map(Decimal),
    unit_price=PRICES.map(abs),
    rates=RATES,
    discount_percent=PERCENTS,
)
SALES = st.builds(
    DocumentInput,
    currency=st.sampled_from(["JPY", "EUR", "KWD"]),
    lines=st.lists(SOLD, min_size=1, max_size=4),
    discount_percent=PERCENTS,
    prices_include_tax=st.booleans(),
    tax_rounding=st.sampled_from(["document", "line"]),
)


def mirrored(document: DocumentInput) -> DocumentInput:
    return replace(
        document,
        lines=[replace(row, quantity=-row.quantity) for row in document.lines],
    )


def amounts(totals: DocumentTotals) -> list[Decimal]:
    of_rows = [amount for row in totals.lines for amount in (row.net, row.discount_share, row.taxable, row.tax_amount)]
    of_taxes = [amount for row in totals.taxes for amount in (row.base, row.amount)]
    return [*of_rows, *of_taxes, totals.discount, totals.net, totals.tax, totals.total, totals.withheld]


@given(DOCUMENTS)
def test_what_is_printed_always_adds_up(document):
    totals = total_document(document)
    rows = totals.lines

    assert sum(row.taxable for row in rows) == totals.net
    assert sum(row.tax_amount for row in rows) == totals.tax
    assert sum(row.amount for row in totals.taxes) == totals.tax + totals.withheld
    assert sum(row.total for row in rows) == totals.total == totals.net + totals.tax
    printed = sum(row.net for row in rows) - totals.discount
    inside = sum(row.tax_inside for row in rows)
    assert printed == (totals.net + inside if document.prices_include_tax else totals.net)
    for tax in totals.taxes:
        carrying = [row for row in rows if tax.rate in [part.rate for part in row.parts]]
        on_top = tax.rate.kind == "on_top"
        assert tax.base == sum(row.taxable + on_top * row.tax_inside for row in carrying)


def added_percent(row: LineTotals) -> Decimal:
    return sum((part.rate.percent for part in row.parts if part.rate.kind == "added"), ZERO)


@given(DOCUMENTS)
def test_the_tax_of_a_rate_is_its_base_times_the_rate_rounded_once(document):
    totals = total_document(replace(document, tax_rounding="document"))

    smallest = {"JPY": Decimal(1), "EUR": Decimal("0.01"), "KWD": Decimal("0.001")}[document.currency]
    for row in totals.taxes:
        exact = row.base * row.rate.percent / 100
        if document.prices_include_tax and row.rate.kind == "added":
            exact = sum(
                (line.taxable + line.tax_inside) * row.rate.percent / (100 + added_percent(line))
                for line in totals.lines
                if row.rate in [part.rate for part in line.parts]
            )
        assert abs(row.amount - exact) * 2 <= smallest


@given(DOCUMENTS)
def test_a_document_with_every_sign_turned_comes_to_the_opposite(document):
    turned = amounts(total_document(mirrored(document)))

    assert turned == [-amount for amount in amounts(total_document(document))]


@given(DOCUMENTS)
def test_no_amount_is_a_zero_with_a_minus(document):
    assert not [amount for amount in amounts(total_document(document)) if amount == 0 and amount.is_signed()]


@given(SALES, st.data())
def test_credits_in_any_order_and_in_any_pieces_close_to_zero(document, data):
    invoice = Credits(document)
    while open_rows := [row for row in range(len(document.lines)) if invoice.left(row)]:
        row = data.draw(st.sampled_from(open_rows))
        invoice.credit((row, Decimal(data.draw(st.integers(1, int(invoice.left(row)))))))

        taken = invoice.taken[row][1]
        billed = invoice.invoice.lines[row]
        assert ZERO <= taken.total <= billed.total
        assert ZERO <= taken.tax_amount <= billed.tax_amount
        assert ZERO <= taken.taxable <= billed.taxable

    assert [taken for _, taken in invoice.taken] == list(invoice.invoice.lines)
    assert sum(credit.total for credit in invoice.made) == invoice.invoice.total
    assert sum(credit.tax for credit in invoice.made) == invoice.invoice.tax
    for tax in invoice.invoice.taxes:
        credited = [row for credit in invoice.made for row in credit.taxes if row.rate == tax.rate]
        assert (
            sum(row.base for row in credited),
            sum(row.amount for row in credited),
        ) == (tax.base, tax.amount)


@given(SALES, st.data())
def test_a_credit_of_a_mirrored_invoice_is_the_mirrored_credit(document, data):
    row = data.draw(st.sampled_from(range(len(document.lines))))
    quantity = Decimal(data.draw(st.integers(1, int(document.lines[row].quantity))))
    credit = Credits(document).credit((row, quantity))
    turned = Credits(mirrored(document)).credit((row, -quantity))

    assert amounts(turned) == [-amount for amount in amounts(credit)]
