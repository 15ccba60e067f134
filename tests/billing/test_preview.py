"""The picture of a draft beside the editor."""

from base64 import b64decode
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice
from office.models import AuditRecord
from tests.billing.test_edit_together import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(clerk: Any, client: Client) -> Client:
    client.force_login(clerk)
    return client


def test_a_draft_is_shown_as_it_would_print_and_nothing_is_kept(browser: Client, customer: Any) -> None:
    answer = browser.post("/invoices/preview/", typed(customer, ("Oak shelf", "150")))

    shown = answer.context["shown"]
    assert (answer.status_code, shown.pages, len(shown.pictures)) == (200, 1, 1)
    assert b64decode(shown.pictures[0]).startswith(b"\x89PNG")
    assert not Invoice.objects.exists()
    assert not AuditRecord.objects.filter(action="draft_invoice").exists()


def test_the_same_draft_gives_the_same_picture(browser: Client, customer: Any) -> None:
    first, again, other = (
        browser.post("/invoices/preview/", typed(customer, ("Oak shelf", price))).context["shown"].pictures
        for price in ("150", "150", "151")
    )
    assert first == again != other


def test_a_long_draft_shows_its_first_pages(browser: Client, customer: Any) -> None:
    rows = [(f"Part {number}", "1") for number in range(150)]
    answer = browser.post("/invoices/preview/", typed(customer, *rows))

    assert answer.context["shown"].pages > 3 == len(answer.context["shown"].pictures)
    assert f"{answer.context['shown'].pages} pages in all" in answer.content.decode()


def test_a_very_long_one_is_left_to_its_pdf(browser: Client, customer: Any) -> None:
    answer = browser.post("/invoices/preview/", typed(customer, *[("Part", "1")] * 151))
    assert "too long to be shown while you type" in answer.content.decode()


def test_what_cannot_be_read_says_why(browser: Client, customer: Any) -> None:
    answer = browser.post("/invoices/preview/", typed(customer, ("Oak shelf", "")))
    assert (answer.status_code, "Line 1: It needs a price." in answer.content.decode()) == (200, True)
