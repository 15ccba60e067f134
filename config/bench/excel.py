"""A list and a report as Excel files, through their addresses, beside XlsxWriter alone with the same cells."""

import tempfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import psutil
import xlsxwriter
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from config.bench.filling import DAYS, FilledOffice
from config.bench.rows import Row
from config.bench.timing import medians

MOST_ROWS = 100_000
TIMES = 5
GOAL_OF_MEMORY = 100.0
"""More MB than before: rows are written as they are read."""


def measure(office: FilledOffice) -> list[Row]:
    """The seconds of each file and the memory that was added, for as many of the last days as hold so many rows."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(office.manager)
    days = {rows_each: DAYS * min(MOST_ROWS / (office.size * rows_each), 1) for rows_each in (1, 2.2)}
    since = {rows_each: office.today - timedelta(days=int(count)) for rows_each, count in days.items()}
    invoices = f"{reverse('billing:invoice_list')}?format=xlsx&dated_from={since[1]}"
    moved = f"{reverse('reports:movements')}?first_day={since[2.2]}&last_day={office.today}&format=xlsx"
    return [*_measured(client, "the list of invoices", invoices), *_measured(client, "movements", moved)]


def _measured(client: Client, what: str, address: str) -> list[Row]:
    before = psutil.Process().memory_info().rss
    file = _file(client, address)
    added = (psutil.Process().memory_info().rss - before) / 1e6
    cells = _cells(file)
    product, bare = medians(lambda: _file(client, address), lambda: _bare(cells), times=TIMES)
    return [
        Row(f"excel: {what}, beside XlsxWriter alone", len(cells), product, limit=bare),
        Row(f"excel: {what}, rows a second", len(cells), len(cells) / product, unit="/s"),
        Row(f"excel: {what}, memory added", len(cells), added, unit="MB", goal=GOAL_OF_MEMORY),
    ]


def _file(client: Client, address: str) -> bytes:
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
    return b"".join(answer)


def _cells(file: bytes) -> list[list[Any]]:
    """The values of the first sheet."""
    return CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()


def _bare(rows: list[list[Any]]) -> None:
    """Write the same values with one format for days, in steady memory too."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
        book.close()
