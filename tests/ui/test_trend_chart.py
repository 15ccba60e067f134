"""Columns over periods: where each lies, what it says, and the table beneath."""

from decimal import Decimal
from typing import Any

from office.templatetags.charts import PAD, TREND_HEIGHT, trend_chart

LABELS = ["2026-01", "2026-02"]


def drawn(*series: tuple[str, list[Decimal | None]], currency: str = "EUR") -> dict[str, Any]:
    return trend_chart(LABELS, series, currency, "Sales")


def test_the_highest_reaches_the_top_and_half_of_it_the_middle() -> None:
    first, second = drawn(("Sales", [Decimal(100), Decimal(50)]))["columns"]
    assert (first.y, first.height) == (PAD, TREND_HEIGHT)
    assert (second.y, second.height) == (PAD + TREND_HEIGHT // 2, TREND_HEIGHT // 2)
    assert (first.x, first.width, second.x) == ("10.00%", "30.00%", "60.00%")
    assert first.title == "2026-01, Sales: €100.00"


def test_what_is_below_zero_hangs_from_the_line() -> None:
    chart = drawn(("Change", [Decimal(30), Decimal(-60)]))
    up, down = chart["columns"]
    zero = PAD + TREND_HEIGHT // 3
    assert (up.y, up.height) == (PAD, TREND_HEIGHT // 3)
    assert (down.y, down.height) == (zero, TREND_HEIGHT * 2 // 3)
    assert [text for _, _, text in chart["lines"]] == ["−€60.00", "", "€30.00"]


def test_series_stand_side_by_side_and_a_missing_value_leaves_room() -> None:
    chart = drawn(("Sales", [Decimal(1), None]), ("Before", [Decimal(1), Decimal(2)]), currency="")
    assert [(each.x, each.width) for each in chart["columns"]] == [
        ("10.00%", "15.00%"),
        ("25.00%", "15.00%"),
        ("75.00%", "15.00%"),
    ]
    assert chart["rows"] == [("2026-01", ["1", "1"]), ("2026-02", ["–", "2"])]


def test_of_many_periods_at_most_six_are_named() -> None:
    labels = [str(each) for each in range(62)]
    chart = trend_chart(labels, [("Sales", [Decimal(1)] * 62)], "EUR", "Sales")
    assert len(chart["labels"]) <= 6
    assert len(chart["rows"]) == 62


def test_of_nothing_the_scale_is_still_one() -> None:
    assert [each.height for each in drawn(("Sales", [Decimal(0), Decimal(0)]))["columns"]] == [1, 1]
