"""Reports: the first screen of each through its address, and a long register as Excel with the memory it takes."""

import resource
from datetime import timedelta
from functools import partial
from time import perf_counter

from django.test import Client
from django.urls import reverse

from config.bench.filling import DAYS, FilledOffice
from config.bench.lists import first_screens, open_page
from config.bench.rows import Row
from config.bench.timing import medians
from reports.catalogue import REPORTS, SINGLE

EXCEL_ROWS = 100_000


def measure(office: FilledOffice) -> list[Row]:
    """The seconds until each first screen stands and a long Excel file is made, and the memory that file took."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(office.manager)
    names = [f"reports:{report.name}" for report in REPORTS] + [url_name for *_, url_name in SINGLE]
    addresses = [reverse(name) for name in names] + [f"{reverse('reports:ageing')}?on={office.past_day}"]
    ways = [partial(open_page, client, address) for address in addresses]
    return [*first_screens(addresses, medians(*ways, times=5), office.size), *_excel(client, office)]


def _excel(client: Client, office: FilledOffice) -> list[Row]:
    """The register of movements of as many days as hold so many rows, at most, as Excel."""
    share = min(EXCEL_ROWS / (office.size * 2.2), 1)
    first_day = office.today - timedelta(days=int(DAYS * share))
    address = f"{reverse('reports:movements')}?first_day={first_day}&last_day={office.today}&format=xlsx"
    before, began = _peak(), perf_counter()
    open_page(client, address)
    took = perf_counter() - began
    return [
        Row("Excel of about 100,000 movements", office.size, took),
        Row("memory that it took", office.size, (_peak() - before) / 1024, unit="MB"),
    ]


def _peak() -> int:
    """The most memory this process had so far, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
