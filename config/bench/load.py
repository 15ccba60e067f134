"""A day's traffic: staff, customers at their links and programs at once, while a worker makes statements.

gunicorn and a worker are started as docker-compose.yml starts them, with the rights of the app, and locust plays the
people on 127.0.0.1. LOAD_RATES names the requests a second, one row each; LOAD_SECONDS how long each lasts.
"""

import json
import os
import secrets
import subprocess
import venv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import requests
from django.conf import settings
from django.db import connection
from django.test import Client
from kombu import Connection

from billing.models import Invoice
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.mint_link import mint_link
from config.bench.filling import FilledOffice
from config.bench.rows import Row
from config.bench.sink import taking_mail
from config.bench.statements import open_at_all_hours
from config.celery import app
from config.database import create_role, grant_app_rights
from config.processes import command
from config.services import free_port, valkey
from config.waiting import wait_until
from credit_control.models import Statement
from credit_control.operations.manage_statement_runs import prepare_statement_run, start_statement_run
from credit_control.statements.asking import Period
from customers.models import Customer
from office.operations.create_api_token import create_api_token
from office.tasks import carry_out_run
from office.work.runs import carry_out

ROOT = Path(settings.BASE_DIR)
HERE = Path(__file__).parent
EACH_SECOND = 0.25
"""How many pages one person asks for in a second."""
SAMPLE, LINKS = 500, 50
STATEMENTS_OF = 2_000
MILLION, RATE, GOAL = 1_000_000, 50, 0.4


def measure(office: FilledOffice) -> list[Row]:
    """How long staff, customers and programs wait at each rate, and what the worker made meanwhile."""
    rates = [int(rate) for rate in os.environ.get("LOAD_RATES", f"10,25,{RATE}").split(",")]
    seconds = int(os.environ.get("LOAD_SECONDS", "60"))
    folder = settings.VAR_DIR / "bench" / "load"
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    with ExitStack() as running:
        redis = running.enter_context(valkey(folder))["REDIS_URL"]
        mail = running.enter_context(taking_mail())
        open_at_all_hours(office)
        known = folder / "known.json"
        known.write_text(json.dumps(_known(office)))
        run_id = _statement_run(office)
        site, programs = running.enter_context(_running(folder, {"REDIS_URL": redis, "EMAIL_URL": mail}))
        with Connection(redis) as broker:
            app.send_task(carry_out_run.name, (run_id,), connection=broker)
        for rate in rates:
            before = Statement.objects.count()
            stats = _played(folder, site, known, rate, seconds)
            rows += _rows_of(office.size, rate, stats)
            made = Statement.objects.count() - before
            rows.append(Row(f"{rate}/s: statements the worker kept meanwhile", office.size, made / seconds, "/s"))
            rows += [Row(f"{rate}/s: memory of the {name}", office.size, mb, "MB") for name, mb in _memory(programs)]
    return rows


def _known(office: FilledOffice) -> dict[str, Any]:
    """What the people know: some of the ids, links and keys of the office, and sessions of people logged in."""
    invoices = list(Invoice.objects.order_by("-pk").select_related("customer")[:SAMPLE])
    client = Client(SERVER_NAME="localhost")
    client.force_login(office.manager)
    _, key = create_api_token("load", by=office.manager)
    return {
        "cookie": settings.SESSION_COOKIE_NAME,
        "sessions": [client.cookies[settings.SESSION_COOKIE_NAME].value],
        "key": key,
        "invoices": [invoice.pk for invoice in invoices],
        "numbers": [invoice.number for invoice in invoices],
        "customers": list({invoice.customer_id for invoice in invoices}),
        "links": [mint_link(invoice, invoice.customer.contacts.get()) for invoice in _issued(office, invoices[:LINKS])],
        "today": office.today.isoformat(),
        "each_second": EACH_SECOND,
    }


def _issued(office: FilledOffice, invoices: Iterable[Invoice]) -> Iterator[Invoice]:
    """Invoices issued as the office does, as those that filled it were never printed; to the customers of these."""
    for filled in invoices:
        lines = [LineDetails("Oak shelf", Decimal("12.50"), Decimal(n)) for n in (1, 2, 3)]
        draft = draft_invoice(office.company, InvoiceDetails(filled.customer_id, lines), by=office.manager)
        yield issue_invoice(draft.pk, by=office.manager, on=office.today)


def _statement_run(office: FilledOffice) -> int:
    """A run over many customers, looked at and started: the worker will be making it all the while."""
    some = Customer.objects.filter(company=office.company).order_by("pk")[:STATEMENTS_OF]
    customers = Customer.objects.filter(pk__in=list(some.values_list("pk", flat=True)))
    period = Period(office.company, office.today.replace(day=1), office.today)
    run = prepare_statement_run(office.company, customers, period, by=office.manager)
    for _ in carry_out(run.pk):
        pass
    start_statement_run(run.pk, by=office.manager)
    return run.pk


@contextmanager
def _running(folder: Path, services: Mapping[str, str]) -> Iterator[tuple[str, dict[str, psutil.Process]]]:
    """gunicorn and a worker on this office; yields where the site is, and the programs."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    env = {**os.environ, **services, "DATABASE_URL": _url_of_the_app(), "SITE_URL": site}
    env |= {"SECRET_KEY": settings.SECRET_KEY, "DJANGO_SETTINGS_MODULE": "config.settings"}
    env |= {f"API_{kind}_PER_MINUTE": "0" for kind in ("READS", "WRITES", "EXPORTS", "FAILED_KEYS")}
    env["PAGES_PER_MINUTE"] = "0"
    commands = {
        "web": command("web", "--bind", f"127.0.0.1:{port}"),
        "worker": command("worker", "--concurrency", "1", "--loglevel", "WARNING"),
    }
    programs = {}
    with ExitStack() as running:
        for name, line in commands.items():
            log = running.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(line, cwd=ROOT, env=env, stdout=log, stderr=log)
            programs[name] = psutil.Process(process.pid)
            running.callback(process.wait)
            running.callback(process.terminate)
        if not wait_until(lambda: _answers(site), seconds=60):
            raise AssertionError(f"The site did not start; see {folder / 'web.log'}.")
        yield site, programs


def _memory(programs: Mapping[str, psutil.Process]) -> Iterator[tuple[str, float]]:
    """What each program and its processes take, in MB."""
    for name, program in programs.items():
        yield name, sum(each.memory_info().rss for each in [program, *program.children(recursive=True)]) / 1e6


def _answers(site: str) -> bool:
    try:
        return requests.get(f"{site}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def _url_of_the_app() -> str:
    """This database for a role that may do what the app may, and no more."""
    role, password = "duebook_load", secrets.token_urlsafe(16)
    create_role(role, password)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {role} PASSWORD %s", [password])
    grant_app_rights(role)
    at = connection.connection.info
    place, query = ("", f"host={quote(at.host)}") if at.host.startswith("/") else (f"{at.host}:{at.port}", "")
    return urlunsplit(("postgresql", f"{role}:{password}@{place}", f"/{at.dbname}", query, ""))


def _played(folder: Path, site: str, known: Path, rate: int, seconds: int) -> list[dict[str, Any]]:
    """What locust counted, by kind of request."""
    people = max(int(rate / EACH_SECOND), 1)
    if urlsplit(site).hostname != "127.0.0.1":
        raise AssertionError("Load is for this machine alone.")
    command = [str(_locust(folder)), "--locustfile", str(HERE / "load_users.py"), "--headless", "--json"]
    command += ["--host", site, "--users", str(people), "--spawn-rate", str(max(people // 5, 1))]
    command += ["--run-time", f"{seconds}s", "--reset-stats", "--exit-code-on-error", "0", "--loglevel", "ERROR"]
    done = subprocess.run(command, env={**os.environ, "LOAD": str(known)}, capture_output=True, check=True, cwd=folder)
    return list(json.loads(done.stdout))


def _locust(folder: Path) -> Path:
    """locust, installed the first time."""
    place = folder / "locust"
    program = place / "bin" / "locust"
    if not program.exists():
        venv.create(place, with_pip=True)
        wanted = ["install", "--quiet", "--requirement", str(HERE / "locust.txt")]
        subprocess.run([str(place / "bin" / "python"), "-m", "pip", *wanted], check=True)
    return program


def _rows_of(size: int, rate: int, stats: list[dict[str, Any]]) -> list[Row]:
    rows = []
    for group in ("staff", "portal", "api"):
        counted: Counter[int] = Counter()
        for each in stats:
            if each["name"].startswith(group):
                counted.update({int(ms): count for ms, count in each["response_times"].items()})
        for share in (50, 95, 99):
            is_goal = (group, share, rate, size) == ("staff", 95, RATE, MILLION)
            value = percentile(counted, share) / 1000
            rows.append(Row(f"{rate}/s: {group}, p{share}", size, value, goal=GOAL if is_goal else None))
    asked, failed = (sum(each[name] for each in stats) for name in ("num_requests", "num_failures"))
    rows.append(Row(f"{rate}/s: answered a second", size, asked / max(_span(stats), 1), unit="/s"))
    rows.append(Row(f"{rate}/s: errors", size, failed, unit="", goal=0))
    return rows


def _span(stats: list[dict[str, Any]]) -> float:
    """Seconds from the first to the last answer."""
    return max(each["last_request_timestamp"] for each in stats) - min(each["start_time"] for each in stats)


def percentile(counted: Mapping[int, int], share: int) -> float:
    """The least of the counted values that so many of a hundred do not exceed; 0 of none."""
    wanted, seen = sum(counted.values()) * share / 100, 0
    for value in sorted(counted):
        seen += counted[value]
        if seen >= wanted:
            return value
    return 0
