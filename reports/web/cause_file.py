"""The report on why customers object as an Excel file."""

from io import BytesIO

import xlsxwriter
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from ledger.money import places
from office.sheets import guard
from office.web.doors import staff_door
from office.web.lists.exporting import EXCEL
from office.web.requests import StaffRequest
from reports.causes import DIMENSIONS, OUTCOMES, CauseReport, cause_report
from reports.web.causes import asked


@require_GET
@staff_door("office.view_reports")
def cause_file(request: StaffRequest) -> HttpResponse:
    """What the page shows, as a sheet."""
    report = cause_report(asked(request)[0])
    response = HttpResponse(sheet_of(report), content_type=EXCEL)
    days = f"{report.question.first_day}-{report.question.last_day}"
    response["Content-Disposition"] = f'attachment; filename="causes-{days}.xlsx"'
    return response


def sheet_of(report: CauseReport) -> bytes:
    """A row for each cause, and one for all of a currency: how many, how much, how long, and how they ended."""
    file, question = BytesIO(), report.question
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("Causes")
    bold = book.add_format({"bold": True})
    money = {n: book.add_format({"num_format": "#,##0" + ("." + "0" * n if n else "")}) for n in range(5)}
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 4 + len(OUTCOMES), 14)
    sheet.write_string(0, 0, f"Disputes opened from {question.first_day} to {question.last_day}", bold)
    heads = [DIMENSIONS[question.by], "Currency", "Disputes", "Disputed", "Days to close"]
    sheet.write_row(2, 0, [*heads, *(label for _, label in OUTCOMES)], bold)
    for at, row in enumerate([*report.causes, *report.totals], start=3):
        sheet.write_row(at, 0, [guard(row.label), row.currency, row.count])
        sheet.write_number(at, 3, row.amount, money[places(row.currency)])
        if row.days is not None:
            sheet.write_number(at, 4, row.days)
        sheet.write_row(at, 5, [share.count for share in row.shares])
    book.close()
    return file.getvalue()
