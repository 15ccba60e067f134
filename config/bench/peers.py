"""Peers: the same work by other programs, as far as they can be had; a ratio above one says that they take longer.

Chromium and wkhtmltopdf print the bare page of `bench pdf`, each document by a process of its own as products start
them, where they are on this machine. Tryton is installed from PyPI into a place of its own in var/bench, and keeps its
books in a database of its own on the same server.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from billing.models import Invoice
from billing.operations.manage_billing_runs import start_billing_run
from config.bench.ageing import product_ageing
from config.bench.filling import INVOICES_PER_CUSTOMER, FilledOffice
from config.bench.issue import carried_out, prepared, require_all_issued
from config.bench.pdf import bare_page, furnish, issued, keep
from config.bench.rows import Row
from config.bench.timing import medians
from reports.ageing import AgeingQuestion

SIZES = (10_000,)
LINES, TIMES = 40, 5
TRYTON = ("trytond==8.2.1", "trytond_account_invoice==8.2.0", "proteus==8.2.0", "psycopg[binary]", "psycopg_pool")
POSTED = 100
PRINTERS = {
    "Chromium": ("chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer", "--print-to-pdf={pdf}", "{page}"),
    "wkhtmltopdf": ("wkhtmltopdf", "--quiet", "{page}", "{pdf}"),
}


def measure(office: FilledOffice) -> list[Row]:
    """The rows of the printers that are here, and of Tryton's books."""
    return [*printed(office), *booked(office)]


def printed(office: FilledOffice) -> Iterator[Row]:
    """A kept PDF beside the plain page of its facts, printed by each."""
    here = {name: words for name, words in PRINTERS.items() if which(words[0])}
    documents = issued(office, LINES, furnish(office), 2 + TIMES)
    page = bare_page(Invoice.objects.get(pk=next(documents)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page)
        names = {"page": str(path), "pdf": str(path.with_suffix(".pdf"))}
        ways: list[Callable[[], Any]] = [lambda: keep(next(documents))]
        ways += [partial(_run, *(word.format(**names) for word in words)) for words in here.values()]
        ours, *theirs = medians(*ways, times=TIMES)
    for name, seconds in zip(here, theirs, strict=True):
        yield Row(f"{name}: the bare page of a document, beside a kept PDF of it", LINES, seconds, limit=ours)


def booked(office: FilledOffice) -> Iterator[Row]:
    """Posting invoices of three lines, and the balances of all customers by age on a past day, all items open."""
    [aged] = medians(lambda: product_ageing(AgeingQuestion(office.company.pk, office.past_day), None), times=TIMES)
    run = prepared(office, office.size)
    carried_out(run)
    start_billing_run(run.pk, by=office.manager)
    ours = carried_out(run) / office.size
    require_all_issued(run, office.size)
    with tryton_books() as seconds:
        theirs = seconds(POSTED, office.size, INVOICES_PER_CUSTOMER)
    yield Row("Tryton: an invoice of three lines posted, beside one issued", POSTED, theirs["post"], limit=ours)
    yield Row("Tryton: customers by age on a past day, all items open", office.size, theirs["ageing"], limit=aged)


@contextmanager
def tryton_books() -> Iterator[Callable[..., dict[str, float]]]:
    """What runs Tryton's part on a new database of its own beside ours, dropped afterwards."""
    home = settings.VAR_DIR / "bench" / "tryton"
    programs, name = home / "bin", f"{connection.settings_dict['NAME']}_tryton"
    if not programs.exists():
        _run(sys.executable, "-m", "venv", home)
    _run(programs / "pip", "install", "--quiet", *TRYTON)
    config, password = home / "tryton.conf", home / "password"
    config.write_text(f"[database]\nuri = {_server()}\n[queue]\nworker = True\n")
    password.write_text(secrets.token_urlsafe())
    environment = os.environ | {"TRYTOND_CONFIG": str(config), "TRYTONPASSFILE": str(password)}
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        modules = ("-u", "account_invoice", "--activate-dependencies", "--email", "books@alder.example")
        _run(programs / "trytond-admin", "-d", name, *modules, env=environment)
        script = Path(__file__).with_name("tryton_books.py")
        words = (programs / "python", "-W", "ignore", script, name)
        yield lambda *counts: json.loads(_run(*words, *counts, env=environment))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _server() -> str:
    """The server that Django is logged in to, as an address without a database."""
    at = connection.connection.info
    return "postgresql:///?" + urlencode({"host": at.host, "port": at.port, "user": at.user, "password": at.password})


def _run(*words: object, env: dict[str, str] | None = None) -> str:
    """What a program says. Raises RuntimeError with its complaints where it fails."""
    ran = subprocess.run([*map(str, words)], capture_output=True, text=True, env=env)
    if ran.returncode:
        raise RuntimeError(f"{words[0]} failed: {ran.stderr[-2000:]}")
    return ran.stdout
