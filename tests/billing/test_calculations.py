"""What documents come to, and what is left of them when they are credited."""

from dataclasses import replace
from decimal import Decimal

import pytest
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
from billing.crediting import CreditInput, NotCreditable, total_credit

ZERO = Decimal(0)


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def vat(percent: str, category: str = "S") -> TaxRate:
    return TaxRate(f"{category}{percent}", Decimal(percent), category)


def line(quantity: str, unit_price: str, tax: TaxRate | None = None, discount: str = "0") -> LineInput:
    return LineInput(Decimal(quantity), Decimal(unit_price), (tax,) if tax else (), Decimal(discount))


def bill(*lines: LineInput, currency: str = "EUR", **rest) -> DocumentTotals:
    return total_document(DocumentInput(currency, lines, **rest))


def sums(totals: DocumentTotals) -> tuple[str, str, str]:
    return str(totals.net), str(totals.tax), str(totals.total)


class Credits:
    """Credits one invoice piece by piece, and remembers what was taken of each line as the book does."""

    def __init__(self, document: DocumentInput) -> None:
        self.document = document
        self.invoice = total_document(document)
        self.taken = [(ZERO, LineTotals(ZERO, ZERO, ZERO)) for row in self.invoice.lines]
        self.made: list[DocumentTotals] = []

    def credit(self, *pieces: tuple[int, Decimal]) -> DocumentTotals:
        inputs = [
            CreditInput(
                quantity,
                self.document.lines[row].quantity,
                self.invoice.lines[row],
                *self.taken[row],
            )
            for row, quantity in pieces
        ]
        totals = total_credit(
            inputs,
            self.document.currency,
            prices_include_tax=self.document.prices_include_tax,
        )
        for (row, quantity), part in zip(pieces, totals.lines, strict=True):
            before, taken = self.taken[row]
            self.taken[row] = (before + quantity, plus(taken, part))
        self.made.append(totals)
        return totals

    def left(self, row: int) -> Decimal:
        return self.document.lines[row].quantity - self.taken[row][0]


def plus(one: LineTotals, other: LineTotals) -> LineTotals:
    return one.less(LineTotals(ZERO, ZERO, ZERO).less(other))


# Lines, discounts and taxes


def test_a_document_discount_is_spread_to_the_cent():  # RND-01
    totals = bill(*[line("1", "100.00")] * 3, discount_amount=Decimal("10.00"))

    assert [row.discount_share for row in totals.lines] == decimals("3.34", "3.33", "3.33")
    assert [row.taxable for row in totals.lines] == decimals("96.66", "96.67", "96.67")
    assert totals.discount == Decimal("10.00")
    assert sums(totals) == ("290.00", "0.00", "290.00")
    assert totals.taxes == ()


def test_tax_inside_the_price_keeps_the_price():  # RND-02
    totals = bill(
        line("1", "90.00", vat("5")),
        line("1", "55.00", vat("5")),
        prices_include_tax=True,
    )

    assert sums(totals) == ("138.10", "6.90", "145.00")
    assert [row.taxable for row in totals.lines] == decimals("85.72", "52.38")
    assert [row.total for row in totals.lines] == decimals("90.00", "55.00")


def test_of_equal_prices_with_tax_inside_the_earlier_takes_the_odd_cent():
    totals = bill(*[line("1", "90.00", vat("5"))] * 2, prices_include_tax=True)

    assert [row.taxable for row in totals.lines] == decimals("85.72", "85.71")
    assert sums(totals) == ("171.43", "8.57", "180.00")


def test_the_line_is_rounded_and_not_the_discounted_price():  # RND-03
    assert sums(bill(line("10", "82.50", discount="15"))) == (
        "701.25",
        "0.00",
        "701.25",
    )


def test_tax_on_a_half_cent_is_rounded_away_from_zero_both_ways():  # RND-04
    assert sums(bill(line("1", "100.50", vat("25")))) == ("100.50", "25.13", "125.63")
    assert sums(bill(line("-1", "100.50", vat("25")))) == (
        "-100.50",
        "-25.13",
        "-125.63",
    )


@pytest.mark.parametrize(
    ("rounding", "tax", "total"),
    [("document", "9.73", "90.82"), ("line", "9.71", "90.80")],
)
def test_tax_is_rounded_per_rate_or_per_line_as_the_company_chose(rounding, tax, total):  # RND-05
    lines = [line("1", "1.59", vat("12"))] * 29 + [line("11", "1.59", vat("12"))] * 2

    assert sums(bill(*lines, tax_rounding=rounding)) == ("81.09", tax, total)


def test_tax_inside_the_price_may_be_rounded_per_line_too():
    lines = [line("1", "1.00", vat("19"))] * 3

    assert sums(bill(*lines, prices_include_tax=True)) == ("2.52", "0.48", "3.00")
    assert sums(bill(*lines, prices_include_tax=True, tax_rounding="line")) == (
        "2.52",
        "0.48",
        "3.00",
    )
    lines = [line("1", "1.02", vat("19"))] * 3
    assert sums(bill(*lines, prices_include_tax=True)) == ("2.57", "0.49", "3.06")
    assert sums(bill(*lines, prices_include_tax=True, tax_rounding="line")) == (
        "2.58",
        "0.48",
        "3.06",
    )


def test_a_currency_without_decimals_has_whole_taxes_and_lines():  # RND-07
    assert sums(bill(line("1", "1127", vat("10")), currency="JPY")) == (
        "1127",
        "113",
        "1240",
    )
    assert sums(bill(line("1", "1234.99"), currency="JPY")) == ("1235", "0", "1235")


def test_a_currency_with_three_decimals_keeps_them():  # RND-08
    assert sums(bill(line("3", "1.235", vat("5")), currency="KWD")) == (
        "3.705",
        "0.185",
        "3.890",
    )


@pytest.mark.parametrize("inclusive", [True, False])
def test_a_discount_of_the_whole_price_leaves_nothing(inclusive):  # RND-09
    totals = bill(line("1", "1300.00", vat("5"), discount="100"), prices_include_tax=inclusive)

    assert sums(totals) == ("0.00", "0.00", "0.00")
    assert (totals.taxes[0].base, totals.taxes[0].amount) == (ZERO, ZERO)


def test_a_document_discount_comes_after_the_line_discount():  # RND-10
    totals = bill(line("1", "89.90", vat("19"), discount="50"), discount_percent=Decimal("50"))

    assert totals.lines[0].net == Decimal("44.95")
    assert totals.discount == Decimal("22.48")
    assert sums(totals) == ("22.47", "4.27", "26.74")


def test_a_negative_line_in_whole_units_mirrors_a_positive_one():  # RND-13
    totals = bill(
        line("1", "1550", vat("19")),
        line("1", "-77.5", vat("19")),
        currency="CLP",
        prices_include_tax=True,
    )

    assert [row.net for row in totals.lines] == decimals("1550", "-78")
    assert sums(totals) == ("1237", "235", "1472")


def test_a_discount_lowers_each_rate_and_the_exempt_base():  # TAX-05
    totals = bill(
        line("1", "200.00", vat("20")),
        line("1", "50.00", vat("5.5")),
        line("1", "50.00", vat("0", "E")),
        discount_amount=Decimal("30.00"),
    )

    assert [row.discount_share for row in totals.lines] == decimals("20.00", "5.00", "5.00")
    assert [(row.rate.name, str(row.base), str(row.amount)) for row in totals.taxes] == [
        ("S20", "180.00", "36.00"),
        ("S5.5", "45.00", "2.48"),
        ("E0", "45.00", "0.00"),
    ]
    assert sums(totals) == ("270.00", "38.48", "308.48")


def test_equal_rates_share_a_row_and_rows_stand_in_the_order_the_document_names_them():
    seven, nineteen = TaxRate("food", Decimal("7")), TaxRate("books", Decimal("19"))
    totals = bill(
        line("1", "1", seven),
        line("1", "2", nineteen),
        line("1", "3", replace(seven, percent=Decimal("7.000000"))),
    )

    assert [(row.rate.name, row.base) for row in totals.taxes] == [
        ("food", Decimal(4)),
        ("books", Decimal(2)),
    ]


def test_a_line_without_tax_is_in_no_row_of_the_summary():
    totals = bill(line("1", "100.00", vat("20")), line("1", "7.00"))

    assert [(row.base, row.amount) for row in totals.taxes] == [(Decimal(100), Decimal(20))]
    assert sums(totals) == ("107.00", "20.00", "127.00")


def test_charges_and_allowances_are_taxed_at_their_own_rate_and_bear_no_discount():
    totals = bill(
        line("1", "100.00", vat("20")),
        LineInput(Decimal(1), Decimal("10.00"), (vat("20"),), bears_discount=False),
        LineInput(Decimal(1), Decimal("-4.00"), (vat("5.5"),), bears_discount=False),
        discount_percent=Decimal("10"),
    )

    assert [(row.base, row.amount) for row in totals.taxes] == [
        (Decimal("100.00"), Decimal("20.00")),
        (Decimal("-4.00"), Decimal("-0.22")),
    ]
    assert [row.discount_share for row in totals.lines] == [Decimal("10.00"), ZERO, ZERO]
    assert sums(totals) == ("96.00", "19.78", "115.78")


def test_a_price_may_be_for_several_units_and_a_line_may_be_adjusted():
    elnat = LineInput(Decimal(90), Decimal(1585), (vat("25"),), price_per=Decimal(365))
    adjusted = LineInput(Decimal(1), Decimal("60.00"), adjustment=Decimal("-2.50"))

    assert [row.net for row in bill(elnat, adjusted).lines] == decimals("390.82", "57.50")


def test_a_half_cent_is_seen_even_when_the_price_divides_into_endless_digits():
    assert bill(LineInput(Decimal(3), Decimal("1.005"), price_per=Decimal(3))).net == Decimal("1.01")


def test_six_places_of_quantity_and_price_are_multiplied_in_full():
    totals = bill(line("1234567.123456", "7654321.654321"), line("0.000001", "5000.000000"))

    assert [row.net for row in totals.lines] == decimals("9449773866782.05", "0.01")


def test_a_document_without_lines_comes_to_nothing():
    assert bill() == DocumentTotals((), ZERO, (), ZERO, ZERO, ZERO, ZERO)


def test_a_discount_needs_lines_to_bear_it():
    with pytest.raises(ValueError, match="cannot be spread"):
        bill(line("1", "5.00"), line("1", "-5.00"), discount_amount=Decimal("1.00"))


def test_a_float_never_becomes_a_price():
    with pytest.raises(TypeError):
        bill(LineInput(Decimal(1), 1.5))


def test_a_tax_on_tax_comes_to_the_same_in_either_order():  # TAX-01
    nineteen, levy = TaxRate("VAT", Decimal(19)), TaxRate("Levy", Decimal(1), kind="on_top")
    for rates in [(nineteen, levy), (levy, nineteen)]:
        typed_net = bill(LineInput(Decimal(1), Decimal("100.00"), rates))
        typed_gross = bill(LineInput(Decimal(1), Decimal("119.00"), rates), prices_include_tax=True)

        for totals in (typed_net, typed_gross):
            assert sums(totals) == ("100.00", "20.19", "120.19")
            assert [(row.rate.name, str(row.base), str(row.amount)) for row in totals.taxes] == [
                ("VAT", "100.00", "19.00"),
                ("Levy", "119.00", "1.19"),
            ]


def test_two_taxes_inside_one_price_are_both_taken_out_of_it():  # TAX-02
    rates = (TaxRate("State", Decimal(5)), TaxRate("County", Decimal(5)))
    totals = bill(LineInput(Decimal(1), Decimal("110.00"), rates), prices_include_tax=True)

    assert sums(totals) == ("100.00", "10.00", "110.00")
    assert [(row.base, row.amount) for row in totals.taxes] == [(Decimal(100), Decimal(5))] * 2


def test_a_rate_that_lines_share_is_rounded_once_whatever_else_they_carry():
    gst, pst = TaxRate("GST", Decimal(5)), TaxRate("PST", Decimal(7))
    totals = bill(LineInput(Decimal(1), Decimal("10.10"), (gst, pst)), LineInput(Decimal(1), Decimal("10.10"), (gst,)))

    assert [(row.rate.name, str(row.base), str(row.amount)) for row in totals.taxes] == [
        ("GST", "20.20", "1.01"),
        ("PST", "10.10", "0.71"),
    ]
    assert sums(totals) == ("20.20", "1.72", "21.92")


def test_what_is_withheld_is_told_beside_the_total_and_changes_nothing_of_it():
    vat_and_kept_back = (vat("22"), TaxRate("Ritenuta", Decimal(20), kind="withheld"))
    totals = bill(LineInput(Decimal(1), Decimal("1000.00"), vat_and_kept_back))

    assert sums(totals) == ("1000.00", "220.00", "1220.00")
    assert totals.withheld == Decimal("200.00")


# Crediting


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


# Whatever is typed

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
