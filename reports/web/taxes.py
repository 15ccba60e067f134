"""The tax report: page and Excel file."""

from io import BytesIO
from urllib.parse import urlencode

import xlsxwriter
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from ledger.calendar import month_start
from ledger.money import places
from office.sheets import guard
from office.web.doors import staff_door
from office.web.lists.exporting import EXCEL
from office.web.requests import StaffRequest
from reports.taxes import TaxQuestion, TaxReport, tax_report

HEADS = ["Tax", "Category", "Percent", "Documents", "Currency", "Taken of", "Tax"]


class DaysForm(forms.Form):
    """The days that are asked for; what makes no sense is this month."""

    first_day = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))


def asked(request: StaffRequest) -> tuple[TaxQuestion, DaysForm]:
    """The question of an address, within what this person may see."""
    today = request.company.today()
    form = DaysForm({"first_day": month_start(today), "last_day": today, **request.GET.dict()})
    form.is_valid()
    question = TaxQuestion(
        company_id=request.company.pk,
        first_day=form.cleaned_data.get("first_day") or month_start(today),
        last_day=form.cleaned_data.get("last_day") or today,
        owner_id=request.user.pk if request.user.only_own_customers else None,
    )
    return question, form


@require_GET
@staff_door("office.view_reports")
def tax_page(request: StaffRequest) -> HttpResponse:
    """Tax by rate, and each tax account beside it."""
    question, form = asked(request)
    days = {"first_day": question.first_day.isoformat(), "last_day": question.last_day.isoformat()}
    context = {
        "report": tax_report(question),
        "form": form,
        "file_url": f"{reverse('reports:tax_file')}?{urlencode(days)}",
    }
    return render(request, "reports/taxes.html", context)


@require_GET
@staff_door("office.view_reports")
def tax_file(request: StaffRequest) -> HttpResponse:
    """The report as Excel, with the tax accounts at the foot."""
    question, _ = asked(request)
    answer = HttpResponse(workbook(tax_report(question)), content_type=EXCEL)
    answer["Content-Disposition"] = f'attachment; filename="tax-{question.first_day}-{question.last_day}.xlsx"'
    return answer


def workbook(report: TaxReport) -> bytes:
    """The report as a sheet: numbers are numbers."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Tax")
    bold = book.add_format({"bold": True})
    money = {n: book.add_format({"num_format": "#,##0" + ("." + "0" * n if n else "")}) for n in range(5)}
    sheet.set_column(0, 6, 16)
    sheet.write_string(0, 0, f"Tax from {report.question.first_day} to {report.question.last_day}", bold)
    sheet.write_row(2, 0, HEADS, bold)
    at = 3
    for row in report.rows:
        sheet.write_row(at, 0, [guard(row.name), row.category, row.percent, row.documents, row.currency])
        sheet.write_number(at, 5, row.base, money[places(row.currency)])
        sheet.write_number(at, 6, row.amount, money[places(row.currency)])
        at += 1
    for foot in report.feet:
        sheet.write_row(at, 0, [guard(str(foot.account)), "", "", "", foot.currency])
        sheet.write_number(at, 6, foot.booked, money[places(foot.currency)])
        at += 1
    book.close()
    return file.getvalue()
