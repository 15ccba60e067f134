"""What tests of the month's end share."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
from django.utils import timezone

from office.models import Run, RunStatus
from office.work.runs import carry_out
from reports.closing.figures import Figure
from reports.closing.reading import Gathered
from reports.closing.state import KIND
from reports.models import ClosePack
from reports.operations.close_month import close_month
from reports.operations.make_close_pack import keep_pack

MARCH = date(2026, 3, 1)
AS_IT_IS = "Closed as it is"


def make_pack() -> Run:
    """What the workers do for the newest run."""
    run = Run.objects.filter(kind=KIND).latest("pk")
    for _ in carry_out(run.pk):
        pass
    run.refresh_from_db()
    return run


def closed(company: Any, month: date = MARCH, by: Any = None) -> ClosePack:
    """The pack of a month that is closed here."""
    close_month(company, month, by=by, reason=AS_IT_IS)
    assert make_pack().status == "done"
    return ClosePack.objects.filter(company=company, month=month).latest("version")


def content_of(pack: ClosePack, report: str, form: str) -> bytes:
    """The bytes of one of its files."""
    return bytes(pack.files.get(report=report, form=form).content)


def sheet_of(pack: ClosePack, report: str) -> list[list[Any]]:
    """The rows of the first sheet of a report's Excel file, as numbers."""
    book = openpyxl.load_workbook(BytesIO(content_of(pack, report, "xlsx")), data_only=True)
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def kept(company: Any, month: date, by: Any = None) -> ClosePack:
    """A month that is closed here, with a pack of two small files and figures of one customer's 5.00."""
    month = month.replace(day=1)
    close_month(company, month, by=by, reason=AS_IT_IS)
    figures = [
        Figure("ageing", "Ageing by customer", "Together", name, "EUR", Decimal("5.00"))
        for name in ("Not due", "Total")
    ]
    files = {("ageing", "pdf"): b"%PDF-1.7 ageing", ("ageing", "xlsx"): b"sheet"}
    run = Run.objects.filter(kind=KIND).latest("pk")
    run.input_file = Gathered(timezone.now(), figures, files).packed()
    keep_pack(run)
    assert run.status == RunStatus.DONE
    run.save()
    return ClosePack.objects.get(company=company, month=month)
