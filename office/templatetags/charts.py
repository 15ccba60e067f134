"""Charts, drawn on the server, whose figures stand beside them as a table; loaded everywhere, without `{% load %}`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

from office.written import NOTHING, money, quantity

register = template.Library()


@dataclass(frozen=True)
class Bar:
    """One bar of a chart as drawn: its words and its size in percent."""

    label: str
    text: str
    url: str
    colour: str
    width: str
    top: int

    @property
    def text_y(self) -> int:
        return self.top + 15

    @property
    def bar_y(self) -> int:
        return self.top + 23


BAR_HEIGHT = 44


@register.inclusion_tag("ui/_bar_chart.html")
def bar_chart(rows: Iterable[dict[str, Any]], currency: str, caption: str) -> dict[str, Any]:
    """Bars, one a row; each row has `label`, `amount`, `url` (or none) and may have `colour` (a token such as age-2).

    `text` stands instead of the amount as money, such as a count.

    Bars only show sizes: the figures beside them are the book's own, and the table under them repeats these.
    """
    rows = list(rows)
    largest = max((abs(row["amount"]) for row in rows), default=Decimal(0)) or Decimal(1)
    bars = [
        Bar(
            label=row["label"],
            text=row.get("text") or money(row["amount"], currency),
            url=row["url"],
            colour=row.get("colour", "accent"),
            width=f"{abs(row['amount']) / largest * 100:.2f}%",
            top=index * BAR_HEIGHT,
        )
        for index, row in enumerate(rows)
    ]
    return {"bars": bars, "caption": caption, "height": len(bars) * BAR_HEIGHT}


COLOURS = ("accent", "age-2", "age-0")
TREND_HEIGHT = 180
PAD = 18
"""Above the highest and below the lowest column, in pixels: room for the figures of the axis."""
MOST_LABELS = 6
FILLED = Decimal("0.6")
"""The part of a period's width that its columns take."""


@dataclass(frozen=True)
class TrendColumn:
    """One column of a trend as drawn, in pixels from above and in percent from the left; `title` is its words."""

    title: str
    colour: str
    x: str
    width: str
    y: int
    height: int


@dataclass(frozen=True)
class Scale:
    """From the lowest value, zero or below, to the highest: what a value is in pixels from above."""

    low: Decimal
    high: Decimal

    def y(self, value: Decimal) -> int:
        """Where a value lies."""
        return PAD + round((self.high - value) / (self.high - self.low) * TREND_HEIGHT)


@register.inclusion_tag("ui/_trend_chart.html")
def trend_chart(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[Decimal | None]]], currency: str, caption: str
) -> dict[str, Any]:
    """Columns side by side over periods: for each series its name and a value for each label, or none.

    Amounts in a currency, or plain figures where there is none. The table beneath says every figure once more.
    """
    values = [value for _, row in series for value in row if value is not None]
    scale = Scale(min([*values, Decimal(0)]), max([*values, Decimal(0)]) or Decimal(1))
    every = -(-len(labels) // MOST_LABELS)
    band = Decimal(100) / max(len(labels), 1)
    return {
        "caption": caption,
        "columns": [
            _trend_column(place, at, len(series), f"{label}, {name}: {_text(value, currency)}", scale, band, value)
            for at, (name, row) in enumerate(series)
            for place, (label, value) in enumerate(zip(labels, row, strict=True))
            if value is not None
        ],
        "labels": [
            (f"{band * place + band / 2:.2f}%", label) for place, label in enumerate(labels) if place % every == 0
        ],
        "lines": [_line(scale, value, currency) for value in sorted({scale.high, scale.low, Decimal(0)})],
        "legend": [(name, colour) for (name, _), colour in zip(series, COLOURS, strict=False)],
        "heads": [name for name, _ in series],
        "rows": [(label, [_text(row[place], currency) for _, row in series]) for place, label in enumerate(labels)],
        "bottom": TREND_HEIGHT + 2 * PAD,
        "height": TREND_HEIGHT + 3 * PAD,
    }


def _trend_column(
    place: int, at: int, count: int, title: str, scale: Scale, band: Decimal, value: Decimal
) -> TrendColumn:
    width = band * FILLED / count
    x = band * place + band * (1 - FILLED) / 2 + width * at
    top, zero = sorted((scale.y(value), scale.y(Decimal(0))))
    return TrendColumn(title, COLOURS[at], f"{x:.2f}%", f"{width:.2f}%", top, max(zero - top, 1))


def _line(scale: Scale, value: Decimal, currency: str) -> tuple[int, int, str]:
    """A line across, and the figure above or below it; zero needs none."""
    y = scale.y(value)
    return y, y - 4 if value > 0 else y + 14, _text(value, currency) if value else ""


def _text(value: Decimal | None, currency: str) -> str:
    if value is None:
        return NOTHING
    return money(value, currency) if currency else quantity(value)
