"""How a month stands: each step with what is open of it and who signed it off, its packs, and whether it is closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ledger.models import Period
from ledger.snapshot import snapshot
from office.models import Company, Run, RunStatus
from office.web.lists.totals import count_words
from reports.closing.step import CloseStep, MonthEnd
from reports.closing.steps import STEPS
from reports.models import ClosePack, CloseSignoff

KIND = "close_pack"
"""The kind of the runs that make packs."""


@dataclass(frozen=True)
class StepState:
    """A step as it stands. A sign-off counts as long as no more is open than when it was given."""

    step: CloseStep
    open_count: int
    address: str
    signoff: CloseSignoff | None

    @property
    def state(self) -> str:
        """Done by itself, signed off, or open."""
        if not self.open_count:
            return "done"
        signoff = self.signoff
        return "signed_off" if signoff and not self.has_grown and not self.step.required else "open"

    @property
    def has_grown(self) -> bool:
        """Whether more is open than when it was signed off."""
        return self.signoff is not None and self.open_count > self.signoff.open_count

    @property
    def count_words(self) -> str:
        """How much is open, as it is shown."""
        return count_words(self.open_count)


def checklist(month: MonthEnd, *, counted: bool = True) -> list[StepState]:
    """Every step as it stands now; without counting, only who signed."""
    signed = signoffs(month)
    with snapshot():
        return [
            StepState(step, step.open_count(month) if counted else 0, step.address(month), signed.get(step.key))
            for step in STEPS
        ]


def signoffs(month: MonthEnd) -> dict[str, CloseSignoff]:
    """By step, the sign-off that stands."""
    return {key: row for key, row in last_signoffs(month).items() if row.is_done}


def last_signoffs(month: MonthEnd) -> dict[str, CloseSignoff]:
    """By step, the last row of it: a sign-off, or that it was taken back."""
    rows = CloseSignoff.objects.filter(company=month.company, month=month.first_day).select_related("by")
    return {row.step: row for row in rows.order_by("position")}


def open_of(steps: Iterable[StepState], *, required: bool) -> list[StepState]:
    """The steps that are open, of those that stop the closing or of the others."""
    return [each for each in steps if each.state == "open" and each.step.required == required]


def closed_at(company: Company, month: date) -> datetime | None:
    """When a month was closed, if it is."""
    period = Period.objects.filter(company_id=company.pk, month=month).first()
    return period.closed_at if period else None


def packs_of(month: MonthEnd) -> list[ClosePack]:
    """All versions of a month's pack, the newest first."""
    rows = ClosePack.objects.filter(company=month.company, month=month.first_day).select_related("made_by")
    return list(rows.order_by("-version"))


def pack_runs(month: MonthEnd) -> list[Run]:
    """The runs that make a pack of the month's standing closing or were to, the newest first; without their files."""
    closing = closed_at(month.company, month.first_day)
    if not closing:
        return []
    runs = Run.objects.filter(company=month.company, kind=KIND, parameters__closed_at=closing.isoformat())
    found = runs.filter(parameters__month=str(month.first_day)).defer("input_file", "errors_file")
    return list(found.order_by("-pk"))


def is_being_made(month: MonthEnd) -> bool:
    """Whether somebody is at a pack of the month's standing closing."""
    return any(run.status in (RunStatus.WAITING, RunStatus.RUNNING) for run in pack_runs(month))
