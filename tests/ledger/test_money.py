"""Money keeps to its currency: its places, its roundings, its sums."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import (
    MixedCurrencies,
    Money,
    UnknownCurrency,
    add_up,
    format_money,
    part_of_price,
    places,
    round_fraction,
    round_money,
    round_rate,
    spread,
)

CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD", "CLF"])
AMOUNTS = st.decimals(-1_000_000, 1_000_000, places=6)


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("JPY", 0),
        ("EUR", 2),
        ("USD", 2),
        ("KWD", 3),
        ("BHD", 3),
        ("RSD", 2),
        ("IQD", 3),
        ("CLF", 4),
    ],
)
def test_a_currency_has_the_places_of_iso_4217(currency, expected):
    assert places(currency) == expected


@pytest.mark.parametrize("code", ["ZZZ", "eur", "", "EURO"])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(UnknownCurrency):
        places(code)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("25.125", "EUR", "25.13"),
        ("-25.125", "EUR", "-25.13"),  # RND-04
        ("0.005", "EUR", "0.01"),
        ("0.0049", "EUR", "0.00"),
        ("-77.5", "JPY", "-78"),  # RND-13
        ("1234.99", "JPY", "1235"),  # RND-07
        ("0.18525", "KWD", "0.185"),  # RND-08
        ("1", "EUR", "1.00"),
    ],
)
def test_halves_are_rounded_away_from_zero_in_the_places_of_the_currency(amount, currency, expected):
    assert str(round_money(Decimal(amount), currency)) == expected


def test_a_small_negative_amount_rounds_to_a_zero_without_a_minus():
    assert str(round_money(Decimal("-0.001"), "EUR")) == "0.00"
    assert str(-Money(Decimal(0), "EUR")) == "0.00 EUR"


@pytest.mark.parametrize("not_an_amount", [1.5, 1, "1.50", None])
def test_only_a_decimal_is_an_amount(not_an_amount):
    with pytest.raises(TypeError):
        round_money(not_an_amount, "EUR")
    with pytest.raises(TypeError):
        Money(not_an_amount, "EUR")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_refused(text):
    with pytest.raises(ValueError, match="is not an amount"):
        Money(Decimal(text), "EUR")


def test_money_refuses_more_places_than_its_currency_has():
    with pytest.raises(ValueError, match="JPY has 0 places"):
        Money(Decimal("100.5"), "JPY")


def test_money_has_exactly_the_places_of_its_currency_whatever_the_column_gave():
    assert str(Money(Decimal("6.9000"), "EUR").amount) == "6.90"
    assert Money(Decimal("6.9000"), "EUR") == Money(Decimal("6.9"), "EUR")


def test_money_adds_subtracts_and_compares_in_one_currency():
    five, three = Money(Decimal(5), "EUR"), Money(Decimal(3), "EUR")

    assert five + three == Money(Decimal("8.00"), "EUR")
    assert three - five == Money(Decimal("-2.00"), "EUR") == -Money(Decimal(2), "EUR")
    assert abs(three - five) == Money(Decimal(2), "EUR")
    assert three < five
    assert three <= five
    assert five > three
    assert five >= three
    assert five
    assert not five - five
    assert add_up([five, three, three], "EUR") == Money(Decimal(11), "EUR")
    assert add_up([], "JPY") == Money(Decimal(0), "JPY")


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
        lambda a, b: add_up([a, b], a.currency),
    ],
)
def test_two_currencies_never_mix(mix):
    with pytest.raises(MixedCurrencies):
        mix(Money(Decimal(1), "EUR"), Money(Decimal(1), "USD"))


def test_money_and_a_bare_number_never_mix():
    with pytest.raises(TypeError):
        Money(Decimal(1), "EUR") + Decimal(1)


def test_one_euro_is_not_one_dollar():
    assert Money(Decimal(1), "EUR") != Money(Decimal(1), "USD")


def test_odd_cents_go_to_the_earlier_of_equal_weights():  # RND-01
    assert spread(Decimal("10.00"), decimals("100", "100", "100"), "EUR") == decimals("3.34", "3.33", "3.33")
    assert spread(Decimal("-10.00"), decimals("100", "100", "100"), "EUR") == decimals("-3.34", "-3.33", "-3.33")


def test_odd_cents_go_to_the_largest_remainder():
    assert spread(Decimal("0.10"), decimals("1", "2", "3"), "EUR") == decimals("0.02", "0.03", "0.05")


def test_equal_remainders_of_unequal_weights_go_to_the_earlier():
    assert spread(Decimal("0.05"), decimals("1", "4", "1"), "EUR") == decimals("0.01", "0.03", "0.01")
    assert spread(Decimal("0.02"), decimals("1", "4", "1"), "EUR") == decimals("0.01", "0.01", "0.00")


def test_a_weight_of_zero_gets_nothing():
    assert spread(Decimal("0.05"), decimals("0", "1", "1"), "EUR") == decimals("0.00", "0.03", "0.02")


def test_a_negative_weight_gets_a_negative_share():
    assert spread(Decimal("10.00"), decimals("200", "-100"), "EUR") == decimals("20.00", "-10.00")


def test_nothing_is_spread_over_nothing():
    assert spread(Decimal(0), decimals("0", "0"), "EUR") == decimals("0.00", "0.00")
    assert spread(Decimal(0), [], "EUR") == []


def test_an_amount_cannot_be_spread_over_nothing():
    with pytest.raises(ValueError, match="cannot be spread"):
        spread(Decimal(1), decimals("0", "0"), "EUR")
    with pytest.raises(ValueError, match="cannot be spread"):
        spread(Decimal(1), [], "EUR")


def test_equal_parts_add_up_to_the_whole():  # RND-12
    assert spread(Decimal(30000), [Decimal(1)] * 3, "EUR") == decimals("10000.00", "10000.00", "10000.00")
    assert spread(Decimal(100), [Decimal(1)] * 3, "EUR") == decimals("33.34", "33.33", "33.33")
    assert spread(Decimal(100), [Decimal(1)] * 3, "JPY") == decimals("34", "33", "33")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "expected"),
    [
        ("1240", "JPY", "en", "¥1,240"),  # RND-07
        ("3.89", "KWD", "en", "KWD\N{NO-BREAK SPACE}3.890"),
        ("1234.5", "EUR", "en", "€1,234.50"),
        ("-1234.5", "EUR", "en", "\N{MINUS SIGN}€1,234.50"),
        ("-1234.5", "EUR", "de", "\N{MINUS SIGN}1.234,50\N{NO-BREAK SPACE}€"),
        ("-1234.5", "EUR", "de-at", "\N{MINUS SIGN}€\N{NO-BREAK SPACE}1.234,50"),
        ("0", "RSD", "en", "RSD\N{NO-BREAK SPACE}0.00"),
    ],
)
def test_an_amount_is_written_in_the_places_of_its_currency_and_the_manner_of_its_reader(
    amount, currency, locale, expected
):
    assert format_money(Decimal(amount), currency, locale) == expected


@given(AMOUNTS, CURRENCIES)
def test_rounding_mirrors(amount, currency):
    assert round_money(-amount, currency) == -round_money(amount, currency)


@given(AMOUNTS, CURRENCIES)
def test_rounding_moves_an_amount_by_half_a_unit_at_most(amount, currency):
    assert abs(round_money(amount, currency) - amount) * 2 <= Decimal(1).scaleb(-places(currency))


@given(AMOUNTS, st.lists(st.decimals(-1000, 1000, places=3), min_size=1), CURRENCIES)
def test_shares_always_add_up_mirror_and_stay_within_a_unit_of_exact(amount, weights, currency):
    total, whole = round_money(amount, currency), sum(weights)
    if not whole:
        return
    shares = spread(total, weights, currency)

    assert sum(shares) == total
    assert spread(-total, weights, currency) == [-share for share in shares]
    exact = [total * weight / whole for weight in weights]
    assert all(
        abs(share - fair) <= Decimal(1).scaleb(-places(currency)) for share, fair in zip(shares, exact, strict=True)
    )


@pytest.mark.parametrize(("less", "more"), [("-0.01", "0.00"), ("0.00", "0.01"), ("9.99", "10.00")])
def test_money_is_ordered_by_its_amount(less, more):
    small, large = Money(Decimal(less), "EUR"), Money(Decimal(more), "EUR")
    assert [small < large, small <= large, small > large, small >= large] == [True, True, False, False]
    assert [large < small, large <= small, large > small, large >= small] == [False, False, True, True]
    assert [small < small, small <= small, small > small, small >= small] == [False, True, False, True]


def test_what_cannot_be_compared_is_named():
    euro = Money(Decimal("1.00"), "EUR")
    with pytest.raises(TypeError, match=r"^Money goes with money, not with Decimal\.$"):
        euro + Decimal(1)
    with pytest.raises(MixedCurrencies, match=r"^1\.00 EUR and 1 JPY are of two currencies\.$"):
        _ = euro < Money(Decimal(1), "JPY")


@pytest.mark.parametrize(
    ("price", "part", "expected"),
    [
        ("10", Fraction(1, 3), "3.333333"),
        ("20", Fraction(1, 3), "6.666667"),
        ("0.000001", Fraction(1, 2), "0.000001"),
        ("-0.000001", Fraction(1, 2), "-0.000001"),
        ("0.000001", Fraction(49, 100), "0.000000"),
        ("99.5", Fraction(3, 2), "149.250000"),
    ],
)
def test_a_part_of_a_price_has_six_places(price, part, expected):
    assert f"{part_of_price(Decimal(price), part):f}" == expected


@pytest.mark.parametrize(
    ("exact", "currency", "expected"),
    [
        (Fraction(1, 200), "EUR", "0.01"),
        (Fraction(-1, 200), "EUR", "-0.01"),
        (Fraction(10, 3), "EUR", "3.33"),
        (Fraction(3, 2), "JPY", "2"),
        (Fraction(1, 3000), "KWD", "0.000"),
        (Fraction(0), "EUR", "0.00"),
    ],
)
def test_a_fraction_is_rounded_in_the_places_of_its_currency(exact, currency, expected):
    assert f"{round_fraction(exact, currency):f}" == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("1.2345675", "1.234568"), ("-0.0000005", "-0.000001"), ("7", "7.000000")]
)
def test_a_rate_has_six_places(value, expected):
    assert f"{round_rate(Decimal(value)):f}" == expected


def test_what_is_no_decimal_is_named():
    with pytest.raises(TypeError, match=r"^An amount is a Decimal, not float\.$"):
        round_money(1.5, "EUR")


def test_an_amount_is_written_in_english_unless_another_language_is_asked_for():
    assert format_money(Decimal("-1234.5"), "EUR") == "\N{MINUS SIGN}€1,234.50"


def test_a_minus_stays_before_its_figure_where_words_run_from_right_to_left():
    left_to_right = "\N{LEFT-TO-RIGHT MARK}\N{MINUS SIGN}"
    assert left_to_right in format_money(Decimal(-1), "EUR", "he")
    assert "\N{MINUS SIGN}" in format_money(Decimal(-1), "EUR", "de")
    assert left_to_right not in format_money(Decimal(-1), "EUR", "de")
