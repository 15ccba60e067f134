"""Which reports a pack holds, and what each is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from office.models import User
from reports.activity import ACTIVITY
from reports.ageing.answers import AGEING
from reports.closing.step import MonthEnd
from reports.closing.tied import TIE_OUT
from reports.frame import Asked, Report
from reports.performance import PERFORMANCE
from reports.provision import PROVISION
from reports.registers import ALLOCATIONS, MOVEMENTS
from reports.sales import SALES
from reports.taxes import TAXES


def _on_last_day(month: MonthEnd) -> dict[str, str]:
    return {"on": str(month.last_day)}


def _of_month(month: MonthEnd) -> dict[str, str]:
    return {"first_day": str(month.first_day), "last_day": str(month.last_day)}


@dataclass(frozen=True)
class Part:
    """A report of the pack, and its question about a month."""

    report: Report
    question: Callable[[MonthEnd], dict[str, str]]

    def asked(self, month: MonthEnd, reader: User, **more: Any) -> Asked:
        """The question as this reader asks it; `more` is asked besides."""
        form = self.report.form({**self.question(month), **more}, month.company)
        return Asked(self.report, month.company, reader, form, limit=None)


PARTS = (
    Part(AGEING, _on_last_day),
    Part(MOVEMENTS, _of_month),
    Part(ALLOCATIONS, _of_month),
    Part(ACTIVITY, _of_month),
    Part(SALES, _of_month),
    Part(TAXES, _of_month),
    Part(PERFORMANCE, _of_month),
    Part(PROVISION, _on_last_day),
    Part(TIE_OUT, _on_last_day),
)
