"""Reports: the first screen of each through its address."""

from functools import partial

from django.test import Client
from django.urls import reverse

from config.bench.filling import FilledOffice
from config.bench.lists import first_screens, open_page
from config.bench.rows import Row
from config.bench.timing import medians
from reports.catalogue import REPORTS, SINGLE


def measure(office: FilledOffice) -> list[Row]:
    """The seconds until each first screen stands."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(office.manager)
    names = [f"reports:{report.name}" for report in REPORTS] + [url_name for *_, url_name in SINGLE]
    addresses = [reverse(name) for name in names] + [f"{reverse('reports:ageing')}?on={office.past_day}"]
    ways = [partial(open_page, client, address) for address in addresses]
    return first_screens(addresses, medians(*ways, times=5), office.size)
