"""Whatever pieces an invoice is credited in, quantities or amounts, they add up to it line by line and tax by tax."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calculations import DocumentInput, LineInput, TaxRate, total_document
from billing.crediting import NOTHING, CreditInput, NotCreditable, credit_amount, credit_price, total_credit

VAT, LEVY, KEPT = (
    TaxRate("VAT", Decimal(19)),
    TaxRate("Levy", Decimal(3), kind="on_top"),
    TaxRate("Kept", Decimal(20), kind="withheld"),
)
RATES = [(), (VAT,), (TaxRate("Low", Decimal("5.5")),), (VAT, LEVY), (VAT, KEPT)]
lines = st.builds(
    LineInput,
    st.integers(1, 9).map(Decimal),
    st.integers(1, 99999).map(lambda cents: Decimal(cents) / 100),
    st.sampled_from(RATES),
)
documents = st.builds(
    DocumentInput,
    st.just("EUR"),
    st.lists(lines, min_size=1, max_size=6),
    prices_include_tax=st.booleans(),
    tax_rounding=st.sampled_from(["document", "line"]),
)


@given(documents, st.lists(st.integers(1, 10**6), max_size=6))
def test_amounts_close_every_line_and_tax(document: DocumentInput, cents: list[int]) -> None:
    invoice = total_document(document)
    lefts = list(invoice.lines)
    for cent in cents:
        amount = min(Decimal(cent) / 100, sum(left.total for left in lefts))
        if not amount:
            break
        taken = credit_amount(lefts, amount, "EUR", prices_include_tax=document.prices_include_tax)
        assert sum(line.total for line in taken) == amount
        for line, left in zip(taken, lefts, strict=True):
            assert 0 <= line.taxable <= left.taxable
            assert all(0 <= part.amount <= rest.amount for part, rest in zip(line.parts, left.parts, strict=True))
        lefts = [left.less(line) for left, line in zip(lefts, taken, strict=True)]

    rest = sum(left.total for left in lefts)
    if rest:
        closing = credit_amount(lefts, rest, "EUR", prices_include_tax=document.prices_include_tax)
        assert closing == lefts


@given(documents, st.data())
def test_a_quantity_after_an_amount_takes_its_part_of_the_rest(document: DocumentInput, data: st.DataObject) -> None:
    invoice = total_document(document)
    amount = Decimal(data.draw(st.integers(1, int(invoice.total * 100)))) / 100
    taken = credit_amount(invoice.lines, amount, "EUR", prices_include_tax=document.prices_include_tax)

    rest = [
        CreditInput(typed.quantity, typed.quantity, billed, credited=line)
        for typed, billed, line in zip(document.lines, invoice.lines, taken, strict=True)
    ]
    closing = total_credit(rest, "EUR", prices_include_tax=document.prices_include_tax)

    assert (closing.total, closing.tax) == (invoice.total - amount, invoice.tax - sum(t.tax_amount for t in taken))


def test_a_lower_price_takes_discount_and_tax_with_it() -> None:
    document = DocumentInput(
        "EUR", [LineInput(Decimal(10), Decimal("12.00"), (VAT,))], discount_amount=Decimal("20.00")
    )
    [line] = total_document(document).lines
    taken = credit_price(line, Decimal("30.00"), "EUR")

    assert (taken.net, taken.discount_share, taken.taxable, taken.tax_amount) == (
        Decimal("30.00"),
        Decimal("5.00"),
        Decimal("25.00"),
        Decimal("4.75"),
    )
    with pytest.raises(NotCreditable, match="120.00 is left to credit, so 120.01"):
        credit_price(line, Decimal("120.01"), "EUR")


def test_what_is_written_on_a_line_is_taken_only_if_it_is_left() -> None:
    [billed] = total_document(DocumentInput("EUR", [LineInput(Decimal(1), Decimal("10.00"), (VAT,))])).lines
    credit = CreditInput(Decimal(1), Decimal(1), billed, taken=billed)

    assert total_credit([credit], "EUR").total == Decimal("11.90")
    with pytest.raises(NotCreditable, match="cannot be credited"):
        total_credit([replace(credit, credited=billed)], "EUR")
    with pytest.raises(NotCreditable, match="cannot be credited"):
        credit_amount([NOTHING], Decimal(1), "EUR")
