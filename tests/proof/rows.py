"""Results: each day played, and what they come to, as a table with goals and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple


@dataclass
class Played:
    """A day that was played: with which fault, for how many seconds, and which promises were broken."""

    name: str
    fault: str
    seed: int | None = None
    seconds: float = 0.0
    happened: bool = True
    deaths: list[str] = field(default_factory=list)
    sent_again: int = 0
    resumed: int = 0
    mails: int = 0
    uncertain: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether every promise was kept."""
        return not self.broken

    @property
    def repeat(self) -> str:
        """The command that plays it again."""
        if self.seed is not None:
            return f"manage.py drill --runs 1 --seed {self.seed} --faults none"
        return f"manage.py drill --runs 0 --faults {self.name}"


class Goal(NamedTuple):
    """A figure over all days, and what it may be at most."""

    what: str
    figure: int
    goal: int

    @property
    def is_reached(self) -> bool:
        """Whether it is at most its goal."""
        return self.figure <= self.goal


HANDS = 2
"""Processes of a worker, each of which may be handing a mail over when all are killed."""
PROMISES = {
    "findings of the book check": "the book:",
    "breaks of the audit trail": "the audit trail:",
    "mails lost, doubled or stuck": "mails:",
    "gaps in numbers": "numbers:",
    "runs not finished": "runs:",
    "programs not told": "webhooks:",
    "requests never answered, days not settled": "the day:",
}


def goals(days: Sequence[Played]) -> list[Goal]:
    """What the days come to."""
    broken = [words for day in days for words in day.broken]
    counted = [Goal(what, _count(broken, begin), 0) for what, begin in PROMISES.items()]
    others = len(broken) - sum(each.figure for each in counted)
    uncertain = max((day.uncertain for day in days if day.seed is not None), default=0)
    return [
        Goal("days with a broken promise", sum(not day.is_sound for day in days), 0),
        *counted,
        Goal("facts unlike the undisturbed day's", others, 0),
        Goal("runs that failed and went on only by hand", sum(day.resumed for day in days), 0),
        Goal("most uncertain mails after one kill, each listed", uncertain, HANDS),
    ]


def as_table(days: Sequence[Played]) -> str:
    """The goals as lines that README can take over, and how to repeat each day that failed."""
    killed = sum(day.seed is not None for day in days)
    deaths, mails = sum(len(day.deaths) for day in days), sum(day.mails for day in days)
    lines = [
        f"{len(days)} days in {sum(day.seconds for day in days):,.0f} s, {killed} of them with a kill: {deaths}"
        f" programs died, {sum(day.sent_again for day in days):,} requests were sent again, {mails:,} mails left.",
        "",
        "| what | measured | goal | |",
        "|---|--:|--:|---|",
    ]
    words = {True: "reached", False: "MISSED"}
    lines += [f"| {each.what} | {each.figure} | {each.goal} | {words[each.is_reached]} |" for each in goals(days)]
    for day in days:
        if not day.is_sound:
            lines += [
                "",
                f"{day.name}: {day.fault.rstrip('.')}. To repeat: {day.repeat}",
                *(f"  {each}" for each in day.broken),
            ]
    return "\n".join(lines)


def write(days: Sequence[Played], path: Path) -> None:
    """Keep them as JSON."""
    kept = {
        "goals": [each._asdict() | {"ok": each.is_reached} for each in goals(days)],
        "days": [asdict(day) | {"ok": day.is_sound, "repeat": day.repeat} for day in days],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=2))


def _count(broken: Sequence[str], begin: str) -> int:
    return sum(words.startswith(begin) for words in broken)
