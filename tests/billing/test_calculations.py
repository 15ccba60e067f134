"""What documents come to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from billing.calculations import (
    DocumentTotals,
    LineInput,
    LineTotals,
    TaxPart,
    TaxRate,
)
from tests.billing.calculating import ZERO, bill, decimals, line, sums, vat


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


def test_a_product_of_thirty_digits_just_below_half_a_cent_is_rounded_down():
    assert sums(bill(line("999999999.999999", "100005000.000001")))[0] == "100005000000000899.99"  # ...899.994999999999


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


def test_what_is_left_of_a_line_is_less_in_each_of_its_figures():
    whole = LineTotals(*decimals("100.00", "10.00", "90.00"), (TaxPart(vat("19"), *decimals("90.00", "17.10")),))
    taken = LineTotals(*decimals("40.00", "4.00", "36.00"), (TaxPart(vat("19"), *decimals("36.00", "6.84")),))

    left = LineTotals(*decimals("60.00", "6.00", "54.00"), (TaxPart(vat("19"), *decimals("54.00", "10.26")),))
    assert whole.less(taken) == left


def test_a_document_without_lines_comes_to_nothing_in_its_currency():
    totals = bill()

    assert [str(amount) for amount in (totals.net, totals.tax, totals.discount, totals.total)] == ["0.00"] * 4
