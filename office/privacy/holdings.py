"""What is held on one person now: how many rows of what, what erasing does to each, and until when the rest stays."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from office.privacy.keeping import kept_until, years_kept
from office.privacy.registry import HELD, Held, Subject
from office.privacy.terms import schedule_of


@dataclass(frozen=True)
class Holding:
    """Rows of one kind that are held on a person. Those that stay do so until `until`, by `law`."""

    held: Held
    count: int
    until: date | None = None
    law: str = ""

    @property
    def what(self) -> str:
        """What it is, in words."""
        return self.held.what

    @property
    def how(self) -> str:
        """What erasing makes of it, in words."""
        return self.held.becomes

    @property
    def why(self) -> str:
        """Why it stays, in words."""
        return self.held.why

    @property
    def goes(self) -> bool:
        """Whether erasing makes them say nothing of the person."""
        return self.held.erase is not None


def holdings(subject: Subject) -> list[Holding]:
    """All that is held on a person, what goes first; nothing of which there is no row."""
    years = years_kept(subject.company)
    found = [_holding(held, subject, years) for held in HELD if held.is_found]
    return sorted((each for each in found if each.count), key=lambda each: not each.goes)


def _holding(held: Held, subject: Subject, years: dict[str, int]) -> Holding:
    rows = held.rows_of(subject).order_by()
    if held.term is None:
        return Holding(held, rows.count())
    newest = rows.aggregate(newest=Max(held.day))["newest"]
    until = kept_until(subject.company, years[held.term], newest)
    return Holding(held, rows.count(), until, schedule_of(subject.company.country).law)
