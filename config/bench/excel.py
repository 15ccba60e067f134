"""A list and a report as Excel files, through their addresses, beside XlsxWriter alone with the same cells."""

import resource
import tempfile
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import xlsxwriter
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from config.bench.filling import DAYS, FilledOffice
from config.bench.rows import Row
from config.bench.timing import medians
from office.web.lists.files import MOST_AT_ONCE

MOST_ROWS, MOVEMENTS_EACH = 100_000, 2.2
TIMES = 5
GOAL_OF_MEMORY = 100.0
"""More MB than before: rows are written as they are read."""


def measure(office: FilledOffice) -> list[Row]:
    """The seconds of each file and the memory that was added, for as many of the last days as hold so many rows.

    Of a list no more than is made at once: a longer one is made by a run.
    """
    client = Client(SERVER_NAME="localhost")
    client.force_login(office.manager)
    invoices = f"{reverse('billing:invoice_list')}?format=xlsx&dated_from={_since(office, MOST_AT_ONCE * 0.9)}"
    since = _since(office, MOST_ROWS / MOVEMENTS_EACH)
    moved = f"{reverse('reports:movements')}?first_day={since}&last_day={office.today}&format=xlsx"
    return [*_measured(client, "the list of invoices", invoices), *_measured(client, "movements", moved)]


def _since(office: FilledOffice, invoices: float) -> date:
    """The first of the last days on which so many invoices are dated, at most."""
    return office.today - timedelta(days=int(DAYS * min(invoices / office.size, 1)))


def _measured(client: Client, what: str, address: str) -> list[Row]:
    before = _peak()
    file = _file(client, address)
    added = _peak() - before
    cells = _cells(file)
    product, bare = medians(lambda: _file(client, address), lambda: _bare(cells), times=TIMES)
    return [
        Row(f"excel: {what}, beside XlsxWriter alone", len(cells), product, limit=bare),
        Row(f"excel: {what}, rows a second", len(cells), len(cells) / product, unit="/s"),
        Row(f"excel: {what}, memory added", len(cells), added, unit="MB", goal=GOAL_OF_MEMORY),
    ]


def _peak() -> float:
    """The most memory this process had so far, in MB: what was given back meanwhile counts, too."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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
