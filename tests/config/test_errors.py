"""What cannot be read is refused in words, and nothing private is kept by a browser without asking again."""

from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from tests import world

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def browser(company: Any) -> Client:
    """A clerk's, whose forms need their key; what breaks is answered as it is outside tests."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(world.make_user(company, "clerk"))
    browser.get(reverse("customers:new"))
    return browser


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        (f"{FORM}; charset=utf-16", b"a=b"),
        ("multipart/form-data", b"a=b"),
        (FORM, b"a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)),
        (FORM, b"&".join([b"a="] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))),
    ],
    ids=["charset", "boundary", "size", "fields"],
)
def test_what_cannot_be_read_is_refused_in_words(browser: Client, content_type: str, content: bytes):
    answer = browser.post(reverse("customers:new"), content, content_type=content_type)
    assert answer.status_code == 400
    assert "That could not be read" in answer.content.decode()


def test_an_address_of_another_host_is_refused_in_words(browser: Client):
    answer = browser.get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, "evil.example" in answer.content.decode()) == (400, False)


def test_a_fault_of_ours_is_told_in_words_to_people_and_to_programs(browser: Client, monkeypatch: pytest.MonkeyPatch):
    def break_down(*_: Any) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("office.web.middleware.companies_for", break_down)
    page, told = browser.get("/"), browser.get("/api/v1/customers/")

    assert (page.status_code, told.status_code, told.json()["code"]) == (500, 500, "internal_server_error")
    assert "Nothing was half done" in page.content.decode()


def test_a_database_that_is_away_is_told_in_words_and_when_to_come_again(
    browser: Client, monkeypatch: pytest.MonkeyPatch
):
    def lose_it(*_: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("office.web.middleware.companies_for", lose_it)
    page, told = browser.get("/"), browser.get("/api/v1/customers/")

    assert (page.status_code, page["Retry-After"], told.status_code, told.json()["code"]) == (
        503,
        "30",
        503,
        "service_unavailable",
    )
    assert "Nothing was half done" in page.content.decode()


@pytest.mark.parametrize("address", ["/", "/invoices/?format=csv", "/api/v1/customers/", "/nowhere/"])
def test_nothing_private_is_kept_without_asking_again(browser: Client, address: str):
    assert browser.get(address)["Cache-Control"] == "private, no-cache"


def test_a_log_out_has_the_browser_forget_the_pages_it_keeps(client: Client, company: Any):
    client.force_login(world.make_user(company, "clerk"))
    assert client.post(reverse("office:log_out"))["Clear-Site-Data"] == '"cache"'
