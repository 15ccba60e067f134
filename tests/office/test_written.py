"""How amounts, numbers and days are written in the reader's language."""

from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from django.conf import settings
from django.utils.translation import override

from ledger.money import with_minus
from office import written

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "€1,234.50"), ("de", "1.234,50\N{NO-BREAK SPACE}€"), ("fr", "1\u202f234,50\N{NO-BREAK SPACE}€")],
)
def test_an_amount_is_written_as_the_readers_language_does(language, shown):
    with override(language):
        assert written.money(Decimal("1234.5000"), "EUR") == shown


def test_a_negative_amount_has_a_minus_sign_and_nothing_known_is_a_dash():
    assert written.money(Decimal("-5"), "EUR") == "\N{MINUS SIGN}€5.00"
    assert written.plain_amount(Decimal("-1234.5"), "EUR") == "\N{MINUS SIGN}1,234.50"
    assert written.money(None, "EUR") == "\N{EN DASH}"


def test_an_amount_without_its_currency_keeps_the_currencys_places():
    assert written.plain_amount(Decimal("1500.0000"), "JPY") == "1,500"
    assert written.plain_amount(Decimal("1.5000"), "KWD") == "1.500"


@pytest.mark.parametrize("language", [language for language, _ in settings.LANGUAGES])
@pytest.mark.parametrize("amount", ["0", "-0.01", "999.99", "-1234.5", "98765432109876.54"])
def test_an_amount_is_written_as_unicodes_tables_say(language, amount):
    """They are asked for the two signs alone, as a paper has hundreds of amounts."""
    with override(language):
        reader = written.locale()
        asked = format_decimal(abs(Decimal(amount)), "#,##0.00", locale=reader)
        minus = with_minus("-", reader) if amount.startswith("-") else ""
        assert written.plain_amount(Decimal(amount), "EUR") == minus + asked


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["Mar 2026", "Mar 9, 2026", "2026-W10", "2026-Q1", "2026", "All"]),
        ("de", ["März 2026", "09.03.2026", "2026-W10", "2026-Q1", "2026", "All"]),
    ],
)
def test_a_period_is_written_as_the_readers_language_does(language, shown):
    with override(language):
        assert [written.plain_period(name) for name in ("2026-03", "2026-03-09", *shown[2:])] == shown


def test_a_quantity_shows_no_places_that_it_does_not_need():
    assert written.quantity(Decimal("2.500000")) == "2.5"
    assert written.quantity(Decimal("3.000000")) == "3"


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        (date(2026, 11, 13), "12 days late"),
        (date(2026, 11, 24), "1 day late"),
        (TODAY, "due today"),
        (date(2026, 11, 26), "in 1 day"),
        (date(2026, 11, 30), "in 5 days"),
        (None, ""),
    ],
)
def test_a_due_day_is_said_in_words(due_on, words):
    assert written.days_late(due_on, TODAY) == words
