"""A benchmark's findings: figures with their limits and goals, as a table or as JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A figure; `limit` is the best measured for the same work. The goal is for their ratio, else for the value."""

    what: str
    size: int
    value: float
    unit: str = "s"
    limit: float | None = None
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the limit the figure is."""
        return self.value / self.limit if self.limit else None

    @property
    def is_ok(self) -> bool | None:
        """Whether the goal is reached; nothing where there is none."""
        if self.goal is None:
            return None
        return (self.value if self.ratio is None else self.ratio) <= self.goal

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON has it."""
        return {**vars(self), "ratio": self.ratio, "ok": self.is_ok}


def as_json(rows: Iterable[Row], measured_on: str) -> str:
    """The rows as objects, and the machine they were measured on."""
    return json.dumps({"machine": measured_on, "rows": [row.as_dict() for row in rows]}, indent=2)


def as_table(rows: Iterable[Row], measured_on: str) -> str:
    """The rows as lines that README can take over, and under them the machine."""
    lines = ["| what | size | measured | limit | ratio | goal | |", "|---|--:|--:|--:|--:|--:|---|"]
    words = {True: "reached", False: "MISSED", None: ""}
    for row in rows:
        measured = f"{_figure(row.value)} {row.unit}".strip()
        figures = (measured, _figure(row.limit), _figure(row.ratio), _figure(row.goal))
        lines.append(f"| {row.what} | {row.size:,} | {' | '.join(figures)} | {words[row.is_ok]} |")
    return "\n".join([*lines, "", measured_on])


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.3f}" if value < 10 else f"{value:,.0f}"
