from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from ledger.money import with_minus
from office.templatetags import ui

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "€1,234.50"), ("de", "1.234,50\N{NO-BREAK SPACE}€"), ("fr", "1\u202f234,50\N{NO-BREAK SPACE}€")],
)
def test_an_amount_is_written_as_the_readers_language_does(language, shown):
    with override(language):
        assert ui.money(Decimal("1234.5000"), "EUR") == shown


def test_a_negative_amount_has_a_minus_sign_and_nothing_known_is_a_dash():
    assert ui.money(Decimal("-5"), "EUR") == "\N{MINUS SIGN}€5.00"
    assert ui.plain_amount(Decimal("-1234.5"), "EUR") == "\N{MINUS SIGN}1,234.50"
    assert ui.money(None, "EUR") == "\N{EN DASH}"


def test_an_amount_without_its_currency_keeps_the_currencys_places():
    assert ui.plain_amount(Decimal("1500.0000"), "JPY") == "1,500"
    assert ui.plain_amount(Decimal("1.5000"), "KWD") == "1.500"


@pytest.mark.parametrize("language", [language for language, _ in settings.LANGUAGES])
@pytest.mark.parametrize("amount", ["0", "-0.01", "999.99", "-1234.5", "98765432109876.54"])
def test_an_amount_is_written_as_unicodes_tables_say(language, amount):
    """They are asked for the two signs alone, as a paper has hundreds of amounts."""
    with override(language):
        reader = ui.locale()
        asked = format_decimal(abs(Decimal(amount)), "#,##0.00", locale=reader)
        minus = with_minus("-", reader) if amount.startswith("-") else ""
        assert ui.plain_amount(Decimal(amount), "EUR") == minus + asked


def test_a_quantity_shows_no_places_that_it_does_not_need():
    assert ui.quantity(Decimal("2.500000")) == "2.5"
    assert ui.quantity(Decimal("3.000000")) == "3"


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
    assert ui.days_late(due_on, TODAY) == words


def test_days_and_moments_carry_a_form_that_programs_read():
    assert ui.day(TODAY) == '<time datetime="2026-11-25">Nov 25, 2026</time>'
    moment = datetime(2026, 11, 25, 9, 41, tzinfo=UTC)
    assert ui.moment(moment) == '<time datetime="2026-11-25T09:41:00+00:00">Nov 25, 2026, 09:41</time>'


def test_a_state_is_word_and_icon_and_colour():
    badge = ui.state_badge("part_paid")

    assert badge.startswith('<span class="state state-azure"><svg class="icon" aria-hidden="true">')
    assert badge.endswith(" Part-paid</span>")
    assert "icons.svg#circle-half-2" in badge


def test_a_chart_links_each_bar_and_repeats_its_figures_in_a_table():
    rows = [
        {"label": "Not due", "amount": Decimal("300.00"), "url": "/a/", "colour": "age-0"},
        {"label": "Late <b>", "amount": Decimal("100.00"), "url": "/b/"},
    ]
    chart = Template('{% bar_chart rows "EUR" "By age" %}').render(Context({"rows": rows}))

    assert 'width="100.00%"' in chart
    assert 'width="33.33%"' in chart
    assert chart.count("€300.00") == 3
    assert chart.count('href="/b/"') == 2
    assert "<b>" not in chart


def test_a_chart_of_nothing_draws_nothing_and_does_not_divide_by_zero():
    rows = [{"label": "Not due", "amount": Decimal("0.00"), "url": "/"}]

    assert 'width="0.00%"' in Template('{% bar_chart rows "EUR" "By age" %}').render(Context({"rows": rows}))


def test_a_menu_opens_without_script_and_escapes_its_label():
    shown = Template('{% menu label %}<a class="menu-item" href="/">Go</a>{% endmenu %}').render(
        Context({"label": "<i>"})
    )

    assert shown.startswith('<details class="menu"><summary class="btn">&lt;i&gt; ')
    assert '<a class="menu-item" href="/">Go</a>' in shown
