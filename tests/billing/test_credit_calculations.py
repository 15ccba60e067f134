"""What is left of documents when they are credited."""

from decimal import Decimal

import pytest

from billing.calculations import (
    DocumentInput,
)
from billing.crediting import NotCreditable
from tests.billing.calculating import Credits, decimals, line, sums, vat


def four_lines() -> DocumentInput:
    return DocumentInput(
        "EUR",
        [line("1", price, vat("20")) for price in ("68.33", "68.33", "57.50", "85.00")],
    )


def test_the_last_of_the_credits_closes_the_invoice():  # RND-11
    invoice = Credits(four_lines())
    assert sums(invoice.invoice) == ("279.16", "55.83", "334.99")

    credits = [invoice.credit((row, Decimal(1))) for row in (0, 2, 3, 1)]

    assert [str(credit.total) for credit in credits] == [
        "82.00",
        "69.00",
        "102.00",
        "81.99",
    ]
    assert sums(credits[-1]) == ("68.33", "13.66", "81.99")
    assert sum(credit.tax for credit in credits) == Decimal("55.83")


@pytest.mark.parametrize(
    "document",
    [
        DocumentInput("EUR", [line("10", "82.50", discount="15")]),  # RND-03
        DocumentInput("EUR", [line("1", "100.50", vat("25"))]),  # RND-04
        DocumentInput("EUR", [line("1", "200.00", vat("20")), line("1", "-100.00", vat("20"))]),  # ALL-11
        DocumentInput(
            "CLP",
            [line("1", "1550", vat("19")), line("1", "-77.5", vat("19"))],
            prices_include_tax=True,
        ),
    ],
)
def test_a_credit_of_every_line_is_the_invoice(document):
    invoice = Credits(document)
    credit = invoice.credit(*[(row, item.quantity) for row, item in enumerate(document.lines)])

    assert credit == invoice.invoice


def test_a_sale_of_two_is_returned_twice_and_no_more():  # PO-03
    invoice = Credits(DocumentInput("EUR", [line("2", "40.00")]))

    assert [invoice.credit((0, Decimal(1))).total for _ in range(2)] == decimals("40.00", "40.00")
    with pytest.raises(NotCreditable, match="Nothing is left"):
        invoice.credit((0, Decimal(1)))


@pytest.mark.parametrize("quantity", ["2.000001", "3", "0", "-1"])
def test_only_a_part_of_what_is_left_can_be_credited(quantity):
    invoice = Credits(DocumentInput("EUR", [line("3", "40.00")]))
    invoice.credit((0, Decimal(1)))

    with pytest.raises(NotCreditable, match="2 is left to credit on this line"):
        invoice.credit((0, Decimal(quantity)))


def test_thirds_of_a_line_close_it():
    invoice = Credits(DocumentInput("EUR", [line("3", "33.333333", vat("20"))]))
    credits = [invoice.credit((0, Decimal(1))) for _ in range(3)]

    assert [sums(credit) for credit in credits] == [
        ("33.33", "6.67", "40.00"),
        ("33.34", "6.67", "40.01"),
        ("33.33", "6.66", "39.99"),
    ]


def test_a_credit_gives_back_the_price_typed_where_it_includes_tax():
    invoice = Credits(
        DocumentInput("EUR", [line("2", "45.00", vat("5")), line("1", "55.00", vat("5"))], prices_include_tax=True)
    )

    assert [str(invoice.credit((row, Decimal(1))).total) for row in (0, 1, 0)] == [
        "45.00",
        "55.00",
        "45.00",
    ]
    assert sum(credit.tax for credit in invoice.made) == Decimal("6.90")


def test_a_line_given_away_is_credited_with_nothing():
    invoice = Credits(DocumentInput("EUR", [line("2", "40.00", vat("20"), discount="100")]))

    assert sums(invoice.credit((0, Decimal(2)))) == ("0.00", "0.00", "0.00")


def test_a_credit_leaves_out_the_document_discount_the_line_bore():
    invoice = Credits(DocumentInput("EUR", [line("2", "100.00", vat("20"))], discount_amount=Decimal("20.00")))
    credit = invoice.credit((0, Decimal(1)))

    assert (credit.lines[0].net, credit.lines[0].discount_share) == (
        Decimal("100.00"),
        Decimal("10.00"),
    )
    assert sums(credit) == ("90.00", "18.00", "108.00")
