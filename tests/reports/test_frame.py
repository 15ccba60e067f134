"""The frame of all reports: one answer as page, Excel, CSV, PDF and for programs, and all say the same."""

from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from office.web.lists.excel import Formats, new_book
from reports.catalogue import REPORTS
from reports.frame import Column, Row, Table
from reports.frame.files import cells, csv_lines, sheet_name, write_table
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db

DAYS = {"first_day": "2026-03-01", "last_day": "2026-03-31"}


@pytest.fixture
def billed(company: Any, customer: Any) -> None:
    """An invoice in euro and one in yen, whose tax is called like a formula."""
    vat = world.make_tax(company, "20")
    world.issue(customer, [world.line("100.00", tax=vat)], date(2026, 3, 2))
    world.issue(customer, [world.line("50.00", tax=vat)], date(2026, 3, 3))


def sheet(content: bytes, name: str) -> list[list[Any]]:
    """The cells of one sheet."""
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(name).to_python()


def opened(client: Any, **more: str) -> Any:
    return client.get("/reports/taxes/", DAYS | more)


def test_excel_adds_up_by_formulas_of_each_currency(company: Any, manager: Any, client: Any, billed: None) -> None:
    client.force_login(manager)
    content = b"".join(opened(client, format="xlsx"))
    rows = sheet(content, "Tax by rate")

    assert rows[:2] == [
        ["Tax", "Category", "Rate", "Documents", "Taken of", "Tax", "Currency", "Why none"],
        ["VAT 20%", "S", 20, 2, 150, 30, "EUR", ""],
    ]
    assert (rows[2][0], *rows[2][5:7]) == ("Account 2200 Tax payable", 30, "EUR")
    written = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert '<f>SUMIFS($F$2,$G$2,"EUR")</f><v>30' in unescape(written)
    assert '<autoFilter ref="A1:H2"/>' in written
    assert 'topLeftCell="B2"' in written


def test_a_foot_of_excel_is_a_formula_only_where_the_rows_add_up_to_it() -> None:
    """Each tax account is a foot of its own below the rates of all."""
    columns = (Column("name", "Name"), Column("sum", "Sum", "money", adds=True))
    rows = [Row({"name": name, "sum": Decimal(amount)}, "EUR") for name, amount in (("A", "1.10"), ("B", "2.20"))]

    def written(*feet: str) -> str:
        file, book_of = BytesIO(), [Row({"name": "Foot", "sum": Decimal(amount)}, "EUR") for amount in feet]
        book = new_book(file)
        write_table(book.add_worksheet(), Table("T", columns, rows, book_of), "EUR", Formats(book), None)
        book.close()
        return unescape(ZipFile(file).read("xl/worksheets/sheet1.xml").decode())

    assert '<f>SUMIFS($B$2:$B$3,$C$2:$C$3,"EUR")</f><v>3.30</v>' in written("3.30")
    assert "<f>" not in written("1.10", "2.20")
    assert "<v>2.20</v>" in written("1.10", "2.20")


def test_the_sheet_about_says_what_was_asked_by_whom_and_whether_it_agrees(
    company: Any, manager: Any, client: Any, billed: None
) -> None:
    client.force_login(manager)
    about = sheet(b"".join(opened(client, format="xlsx")), "About")
    said = {row[0]: row[1] for row in about}
    assert said["From"] == "2026-03-01"
    assert said["Made by"] == str(manager)
    assert [row[1:] for row in about if row[0].startswith("The rates")] == [[0, "agrees"]]


def test_csv_is_of_one_table_with_its_currency(manager: Any, client: Any, billed: None) -> None:
    client.force_login(manager)
    lines = b"".join(opened(client, format="csv")).decode("utf-8-sig").splitlines()
    assert lines == ["Tax,Category,Rate,Documents,Taken of,Tax,Currency,Why none", "VAT 20%,S,20,2,150.00,30.00,EUR,"]


def test_what_stands_below_a_rows_name_is_in_every_file(company: Any, manager: Any, client: Any) -> None:
    """By its number one Bramble GmbH is told from another, and by its reason one tax of nothing from another."""
    client.force_login(manager)
    day = date(2026, 3, 2)
    exempt = world.make_tax(company, "0", category="E", reason="=Books")
    for _ in range(2):
        world.issue(world.make_customer(company, "Bramble GmbH"), [world.line("100.00", tax=exempt)], day)
    numbers = ["C00001", "C00002"]

    def lines(report: str) -> list[list[str]]:
        content = b"".join(client.get(f"/reports/{report}/", DAYS | {"format": "csv"})).decode("utf-8-sig")
        return [line.split(",") for line in content.splitlines()]

    heads, *rows = lines("ageing")
    assert [row[heads.index("Customer's number")] for row in rows] == numbers
    heads, *rows = lines("taxes")
    assert [row[heads.index("Why none")] for row in rows] == ["'=Books"]
    book = sheet(b"".join(client.get("/reports/ageing/", {"format": "xlsx"})), "Ageing by customer")
    assert [row[-1] for row in book[1:3]] == numbers
    paper = PdfReader(BytesIO(client.get("/reports/ageing/", {"format": "pdf"}).content)).pages[0].extract_text()
    assert all(f"Bramble GmbH, {number}" in " ".join(paper.split()) for number in numbers)
    [table] = Program(manager).get("reports/ageing/").json()["tables"]
    assert [row["note"] for row in table["rows"]] == numbers


def test_the_paper_has_the_same_figures(manager: Any, client: Any, billed: None) -> None:
    client.force_login(manager)
    answer = opened(client, format="pdf")
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert answer["Content-Disposition"] == 'attachment; filename="taxes-2026-03-01-2026-03-31.pdf"'
    assert [words for words in ("€150.00", "€30.00", "The rates add up to account 2200") if words not in text] == []


def test_nothing_typed_becomes_a_formula_or_a_bad_sheet_name() -> None:
    table = Table(
        "T", (Column("name", "Name"), Column("sum", "Sum", "money")), [Row({"name": "=1+1", "sum": Decimal(1)}, "EUR")]
    )
    assert list(csv_lines(table, "EUR"))[1] == "'=1+1,1.00,EUR\r\n"
    assert cells(table, Row({"name": "A"}, "EUR"), "EUR") == ["A", None, "EUR"]
    assert sheet_name("What: [is] owed/paid? and a title that goes on") == "What   is  owed paid  and a tit"
    assert sheet_name("'/'") == "Report"


def test_days_turned_round_are_refused_where_they_were_typed(manager: Any, client: Any) -> None:
    client.force_login(manager)
    turned = {"first_day": "2026-03-31", "last_day": "2026-03-01"}
    assert b"The last day is before the first." in client.get("/reports/taxes/", turned).content
    assert Program(manager).get("reports/taxes/", **turned).json()["errors"]["last_day"]


@pytest.mark.parametrize(
    "report", [each for each in REPORTS if "last_day" in each.form.base_fields], ids=lambda each: each.name
)
def test_days_that_end_before_they_begin_are_answered_as_usual(manager: Any, client: Any, report: Any) -> None:
    client.force_login(manager)
    for asked in ({"last_day": "1900-01-01"}, {"first_day": "2199-12-31"}):
        assert b"The last day is before the first." in client.get(reverse(f"reports:{report.name}"), asked).content
        assert client.get(reverse(f"reports:{report.name}"), asked | {"format": "csv"}).status_code == 200
    for far in ({"first_day": "0001-01-01"}, {"first_day": "9999-12-01", "last_day": "9999-12-31"}):
        assert client.get(reverse(f"reports:{report.name}"), far).status_code == 200
        assert Program(manager).get(f"reports/{report.name}/", **far).status_code == 400
    one_wrong = {"first_day": "2199-12-31", "last_day": "soon"}
    assert client.get(reverse(f"reports:{report.name}"), one_wrong).status_code == 200


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_no_forecast_is_of_a_time_in_which_nobody_kept_books(manager: Any, client: Any, on: str) -> None:
    client.force_login(manager)
    assert client.get("/reports/forecast/", {"on": on}).status_code == 200
    assert Program(manager).get("reports/forecast/", on=on).json()["errors"]["on"]


@pytest.mark.parametrize("limit", ["0", "x", "1001", "²"])
def test_a_program_asks_for_so_many_rows_as_there_may_be(manager: Any, limit: str) -> None:
    assert Program(manager).get("reports/taxes/", limit=limit).status_code == 400


@pytest.mark.parametrize("report", REPORTS, ids=lambda each: each.name)
def test_every_report_answers_an_office_without_anything(manager: Any, client: Any, report: Any) -> None:
    client.force_login(manager)
    for wanted in ("", "xlsx", "csv", "pdf"):
        answer = client.get(reverse(f"reports:{report.name}"), {"format": wanted} if wanted else {})
        assert answer.status_code == 200, wanted
    assert Program(manager).get(f"reports/{report.name}/").status_code == 200
