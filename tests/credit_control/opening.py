"""How tests come into a customer's account: by its link and the code that is mailed, as a customer does."""

import re
from typing import Any

from django.test import Client
from playwright.sync_api import expect

from credit_control.account.code_mail import compose
from credit_control.account.code_words import KIND
from office.models import OutgoingMail


def shown(client: Client, token: str) -> str:
    """The account's page, for somebody who opened the link and typed no code yet."""
    return client.get(f"/p/account/{token}/")["Location"]


def opened(client: Client, token: str) -> str:
    """The account's page, open."""
    page = shown(client, token)
    if client.post(page + "code/")["Location"] == page:
        return page
    assert client.post(page + "code/", {"code": mailed_code()})["Location"] == page
    return page


def mailed_code() -> str:
    """The newest code, as its mail brings it."""
    return code_in(compose(OutgoingMail.objects.filter(kind=KIND).latest("pk")).text)


def code_in(words: str) -> str:
    """The code in a mail's words."""
    return re.findall(r"^\d{6}$", words, re.MULTILINE)[0]


def open_in_browser(page: Any, site: str, token: str) -> None:
    """The account in a browser, open; in whatever language it is."""
    page.goto(f"{site}/p/account/{token}/")
    page.locator(".button-main").click()
    expect(page.locator("#code")).to_be_visible()
    page.locator("#code").fill(mailed_code())
    page.locator(".button-main").click()
    expect(page.locator("#code")).to_have_count(0)
