from datetime import UTC, date, datetime
from decimal import Decimal

from django.template import Context, Template

from office import written
from office.templatetags import ui

TODAY = date(2026, 11, 25)


def test_days_and_moments_carry_a_form_that_programs_read():
    assert ui.day(TODAY) == '<time datetime="2026-11-25">Nov 25, 2026</time>'
    moment = datetime(2026, 11, 25, 9, 41, tzinfo=UTC)
    assert ui.moment(moment) == '<time datetime="2026-11-25T09:41:00+00:00">Nov 25, 2026, 09:41</time>'


def test_only_one_short_word_of_a_cell_is_kept_in_one_line():
    numbers, others = ["INV-2026-0183", "x" * 20], ["", "x" * 21, "Hartley Boat Builders", "RC-1 and RC-2"]

    assert [text for text in (*numbers, *others) if written.is_one_word(text)] == numbers


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
