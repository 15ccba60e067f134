"""What other products' files hold, loaded as the workers do."""

from datetime import date
from typing import Any

from billing.models import Opening
from billing.opening.fields import FIELDS
from billing.operations.manage_opening import begin_opening
from office.models import Company, Run
from office.reading.mapping import match_headings
from office.work.runs import carry_out

DAY = date(2026, 2, 28)
FILE = (
    "Customer,Kind,Number,Date,Due date,Total,Open balance\n"
    "Alder Ltd,Invoice,1041,2025-12-18,2026-01-17,1284.50,1284.50\n"
    "Alder Ltd,Credit memo,CM-7,2026-01-05,,200.00,50.00\n"
    "Birch & Sons,Invoice,1052,2026-02-02,2026-03-04,642.00,400.00\n"
    "Birch & Sons,Payment,,2026-02-20,,100,100\n"
    "Cedar,Opening balance,,,,75,75\n"
    "Cedar,Invoice,1060,2026-02-10,2026-03-10,80,0\n"
)
"""Owed in all: 1,609.50 EUR."""


def opening_of(company: Company, *, by: Any = None, on: date = DAY) -> Opening:
    return begin_opening(company, "QuickBooks", on, by=by)


def waiting_load(
    opening: Opening, content: str | bytes, *, adds: bool = True, dry: bool = False, by: Any = None
) -> Run:
    """A load of this file that waits for a worker, its columns told by their headings."""
    data = content.encode() if isinstance(content, str) else content
    headings = data.decode().splitlines()[0].split(",")
    return Run.objects.create(
        company=opening.company,
        by=by,
        kind="load_opening",
        title="Import of open.csv",
        input_file=data,
        parameters={
            "mapping": match_headings(headings, FIELDS).as_json(),
            "opening": opening.pk,
            "adds_customers": adds,
            "dry_run": dry,
        },
    )


def load(opening: Opening, content: str | bytes, **more: Any) -> Run:
    """A load of this file, carried out."""
    run = waiting_load(opening, content, **more)
    list(carry_out(run.pk))
    run.refresh_from_db()
    return run
