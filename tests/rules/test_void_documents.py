"""LNK-02: the link of a void invoice opens a page that says so, and on none of its pages anything more can be done."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from billing.models import Invoice, LinkOpening
from billing.operations.mint_link import mint_link
from billing.operations.void_invoice import void_invoice
from billing.web import portal
from tests import world
from tests.billing.disputing import reason
from tests.rules.customer_pages import PAGES

pytestmark = pytest.mark.django_db
TODAY = "today"
FILLED = {
    "portal:open_dispute": {"scope": "whole", "words": "Nothing came.", "amount": ""},
    "promising:promise": {"pay_on": TODAY},
    "paying:tell_paid": {"amount": "50", "paid_on": TODAY, "how": "transfer", "reference": "TRX"},
    "paying:pay": {"part": "due"},
}
"""By page on which a customer does something about a document, what does it while the document is issued."""
OTHER_ACTS = {
    "portal:renew": "of the link alone, and only once it ran out",
    "portal:choices": "of the customer's person, not of the document",
    "portal:dispute": "words about a dispute that there is: it holds nothing",
    "portal:seen": "says that a person looked",
    "account:from_document": "of the account",
}


def acts_of_documents() -> set[str]:
    """Pages behind a document's link that take a form."""
    sent = {name for name, page in PAGES.items() if page.sends}
    return {name for name in sent if "/d/" in (at := address(name, "ref")) and "/account/d/" not in at}


def address(name: str, ref: str) -> str:
    return reverse(name, args=[ref, *([0] if PAGES[name].names else [])])


@pytest.fixture(autouse=True)
def provider(settings: Any) -> None:
    settings.TEST_PROVIDER = True


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    return world.issue(customer, "120.00", company.today() - timedelta(days=20))


@pytest.fixture
def reader(invoice: Invoice) -> tuple[Client, str]:
    """A browser that came by the link, and the link's name."""
    browser = Client()
    page = browser.get(f"/p/{mint_link(invoice, invoice.customer.contacts.get())}/")["Location"]
    return browser, page.split("/")[3]


def kept() -> dict[str, int]:
    """How many rows of each kind there are, but that the link was used."""
    models = [each for each in apps.get_models() if each.__module__.split(".")[0] not in ("django", "office")]
    return {each.__name__: each.objects.count() for each in models if each is not LinkOpening}


def filled(name: str, invoice: Invoice) -> dict[str, Any]:
    typed: dict[str, Any] = {
        field: invoice.company.today().isoformat() if value == TODAY else value for field, value in FILLED[name].items()
    }
    return typed | ({"reason": reason(invoice.company, "not_received")} if name == "portal:open_dispute" else {})


def voided(invoice: Invoice) -> None:
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=invoice.company.today())


def test_each_page_that_takes_a_form_has_a_row() -> None:
    assert acts_of_documents() == {*FILLED, *OTHER_ACTS}


@pytest.mark.parametrize("name", FILLED)
def test_lnk_02_of_a_void_invoice_nothing_can_be_done(invoice: Invoice, reader: Any, name: str) -> None:
    browser, ref = reader
    voided(invoice)
    before = kept()
    for answer in (
        browser.get(address(name, ref), follow=True),
        browser.post(address(name, ref), filled(name, invoice), follow=True),
    ):
        assert answer.redirect_chain[-1][0] == reverse("portal:document", args=[ref])
        assert "This document is void since" in answer.content.decode()
    assert kept() == before


@pytest.mark.parametrize("name", FILLED)
def test_while_it_is_issued_the_same_does_something(invoice: Invoice, reader: Any, name: str) -> None:
    """The control: what is sent to a void one is no form that nobody would take."""
    browser, ref = reader
    before = kept()
    assert browser.post(address(name, ref), filled(name, invoice)).status_code == 302
    assert kept() != before


def test_the_page_of_a_void_one_leads_to_none_of_them(invoice: Invoice, reader: Any) -> None:
    browser, ref = reader
    voided(invoice)
    page = browser.get(reverse("portal:document", args=[ref])).content.decode()
    assert [name for name in FILLED if address(name, ref) in page] == []
    assert "Nothing to pay" in page


@pytest.mark.parametrize("name", FILLED)
def test_behind_the_door_the_operations_refuse_too(invoice: Invoice, reader: Any, name: str, monkeypatch: Any) -> None:
    browser, ref = reader
    voided(invoice)
    before = kept()
    module = PAGES_OF[name]
    monkeypatch.setattr(f"{module}.acting_link", portal.held_link)
    answer = browser.post(address(name, ref), filled(name, invoice))
    assert (answer.status_code, "This document is void since" in answer.content.decode()) == (200, False)
    assert kept() == before


PAGES_OF = {
    "portal:open_dispute": "billing.web.portal_disputes",
    "promising:promise": "credit_control.web.promising",
    "paying:tell_paid": "payments.web.telling_paid",
    "paying:pay": "payments.web.paying",
}
