"""What browsers are told with every answer, by https: what they may load, frame, guess and keep."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from config.log_lines import Line
from tests import world
from tests.api.calling import Program, a_client

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.django_db

DEPLOYED = {"SECURE_HSTS_SECONDS": 31_536_000, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True, "SECURE_SSL_REDIRECT": True}


@pytest.fixture
def visitor(company: Any, settings: Any) -> Client:
    """A clerk's browser, by https, at an office that is set up for it."""
    for name, value in DEPLOYED.items():
        setattr(settings, name, value)
    client = Client()
    client.force_login(world.make_user(company))
    return client


PAGES = ["/", "/log-in/", "/nowhere/", "/api/v1/customers/", "/api/v1/nowhere/", "/api/docs/", "/static/css/app.css"]


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_says_what_may_be_done_with_it(visitor: Client, address: str):
    answer = visitor.get(address, secure=True)
    policy = answer["Content-Security-Policy"]
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer
    assert "Server" not in answer
    assert "X-Powered-By" not in answer
    if answer["Content-Type"].startswith("text/"):
        assert "charset=" in answer["Content-Type"]


@pytest.mark.parametrize("address", [page for page in PAGES if not page.startswith("/static/")])
def test_no_page_is_shown_in_anothers_frame(visitor: Client, address: str):
    assert visitor.get(address, secure=True)["X-Frame-Options"] == "DENY"


def test_by_http_one_is_sent_on_to_https(visitor: Client):
    answer = visitor.get("/log-in/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/log-in/")


def test_by_https_cookies_are_of_this_host_alone_and_no_scripts():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from config import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
            " s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
            " s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY)",
        ],
        env=os.environ | {"SITE_URL": "https://billing.example.com"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert said == ["__Host-duebook_session", "__Host-csrftoken", "Lax", "True", "True", "True", "True"]


def test_no_cookie_of_a_log_in_lies_open(visitor: Client):
    visitor.logout()
    answer = visitor.get("/log-in/", secure=True)
    assert [name for name, cookie in answer.cookies.items() if not cookie["httponly"] or not cookie["samesite"]] == []


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_a_program_that_sends_no_json_is_told_so(company: Any, kind: str):
    program = Program(world.make_user(company))
    headers = program.headers | {"Idempotency-Key": "k"}
    answer: HttpResponse = a_client().generic("POST", "/api/v1/customers/", "name=x", kind, headers=headers)
    assert answer.status_code in (400, 415)
    if kind:
        assert answer.status_code == 415


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_a_method_that_nobody_uses_is_refused(visitor: Client, method: str):
    for address in ("/", "/customers/", "/api/v1/customers/"):
        assert visitor.generic(method, address, secure=True).status_code == 405


@pytest.mark.parametrize(
    "address", ["/.git/config", "/.env", "/static/", "/static/../config/settings.py", "/manage.py"]
)
def test_no_file_of_the_project_is_served(visitor: Client, address: str):
    assert visitor.get(address, secure=True).status_code == 404


def test_what_came_in_begins_no_line_of_the_log():
    record = logging.LogRecord("django", logging.WARNING, "", 0, "Not Found: %s", ("/x\r\n2026-01-01 INFO paid",), None)
    assert re.findall("[\r\n]", Line().format(record)) == []
