"""Figures for whoever watches: behind a token, of all processes together, and with nothing of a customer in them."""

import os
import re
import subprocess
import urllib.error
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from billing.operations.send_invoice import send_invoice
from config.processes import command
from config.services import free_port
from config.waiting import wait_until
from office.models import Backup, OutgoingMail
from office.tasks import send_due_mail
from office.work.jobs import note_failure
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a-long-token-for-tests"
Figures = dict[tuple[str, ...], float]


def figures_in(text: str) -> Figures:
    """Each sample by its name and what its labels say, these by the alphabet of their names."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(each.name, *(value for _, value in sorted(each.labels.items()))): each.value for each in samples}


@pytest.fixture
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read(client: Client) -> Figures:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    return figures_in(answer.content.decode())


def test_without_the_variable_there_is_no_such_address(client: Client, settings: Any):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ü"])
def test_only_the_token_reads_them(client: Client, token: None, said: str):
    answer = client.get("/metrics", headers={"Authorization": said})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_requests_are_counted_by_the_name_of_their_page(company: Any, token: None):
    browser = Client()
    browser.force_login(world.make_user(company, "manager"))
    customer = world.make_customer(company, "Zzyxmarked AG")
    key = ("duebook_http_requests_total", "GET", "customers:customer", "200")
    before = read(browser).get(key, 0)
    for _ in range(3):
        browser.get(reverse("customers:customer", args=[customer.pk]), {"q": "zzyxtyped"})
    browser.generic("ZZYXMETHOD", "/healthz")
    browser.get("/zzyxnowhere/")
    found = read(browser)
    assert found[key] == before + 3
    assert found["duebook_http_request_seconds_count", "GET", "customers:customer"] == found[key]
    assert ("duebook_http_requests_total", "GET", "none", "404") in found
    assert "zzyx" not in str(found).lower()


def test_the_office_tells_what_waits_and_how_its_jobs_went(company: Any, token: None, client: Client):
    now = timezone.now()
    send_invoice(world.issue(world.make_customer(company), "10.00", company.today()).pk, by=None)
    OutgoingMail.objects.update(due_at=now - timedelta(hours=1))
    Backup.objects.create(made_at=now, path="/b", size=1, sha256="0" * 64)
    send_due_mail.apply()
    note_failure("billing.tasks.bill_due_recurring", "x")
    note_failure("billing.tasks.bill_due_recurring", "x")
    found = read(client)
    job, failed = "office.tasks.send_due_mail", "billing.tasks.bill_due_recurring"
    assert found["duebook_mails", "queued"] == OutgoingMail.objects.filter(status="queued").count() > 0
    assert 3600 <= found["duebook_oldest_due_mail_seconds",] < 3700
    assert now.timestamp() - 1 < found["duebook_job_last_success_timestamp_seconds", job] < now.timestamp() + 60
    assert (found["duebook_job_done_total", job], found["duebook_job_failed_total", failed]) == (1, 2)
    assert found["duebook_last_backup_timestamp_seconds",] == pytest.approx(now.timestamp())
    assert (found["duebook_database_up",], found["duebook_restored_copy_held",]) == (1, 0)
    assert found["duebook_database_bytes",] > 1_000_000
    assert found["duebook_database_connections",] >= 1


@pytest.fixture
def served(company: Any) -> Iterator[str]:
    """Real gunicorn with its two processes, on this test's database."""
    port = free_port()
    url = re.sub(r"/duebook\b", f"/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"])
    environment = os.environ | {"DATABASE_URL": url, "METRICS_TOKEN": TOKEN, "SITE_URL": "http://localhost"}
    line = command("web", "--bind", f"127.0.0.1:{port}")
    with subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as web:
        try:
            address = f"http://127.0.0.1:{port}"
            assert wait_until(lambda: answers(f"{address}/readyz"), seconds=60)
            yield address
        finally:
            web.terminate()
            web.wait()


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_whichever_process_is_asked_tells_of_all(served: str):
    for _ in range(40):
        assert answers(f"{served}/healthz")
    told = Request(f"{served}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    for _ in range(6):
        with urlopen(told) as answer:
            found = figures_in(answer.read().decode())
        assert found["duebook_http_requests_total", "GET", "healthz", "200"] == 40
        assert found["duebook_database_up",] == 1
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urlopen(f"{served}/metrics")
