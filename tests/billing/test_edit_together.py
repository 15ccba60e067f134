"""A draft saves itself, survives what was lost on the way, and never overwrites somebody else's version unseen."""

from collections.abc import Callable
from datetime import date
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from billing.models import Invoice
from billing.operations import draft_invoice as drafting
from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import draft_once
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.unguarded import without

pytestmark = pytest.mark.django_db


def typed(customer: Any, *rows: tuple[str, str], **more: Any) -> dict[str, Any]:
    """The editor's form as a browser sends it: rows of text and price."""
    data = {"customer": customer.pk, "net_days": "30", "currency": "EUR"}
    data |= {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0}
    for place, (text, price) in enumerate(rows):
        data |= {f"lines-{place}-description": text, f"lines-{place}-unit_price": price, f"lines-{place}-quantity": "1"}
    return data | more


@pytest.fixture
def browser(clerk: Any, client: Client) -> Client:
    client.force_login(clerk)
    return client


def autosave(browser: Client, data: dict[str, Any]) -> Any:
    return browser.post("/invoices/autosave/", data)


def test_a_new_draft_saves_itself_once_however_often_the_answer_is_lost(browser: Client, customer: Any) -> None:
    key = uuid4()
    first = autosave(browser, typed(customer, ("Work", "10"), key=key))
    again = autosave(browser, typed(customer, ("Work", "10"), ("More", "5"), key=key))

    draft = Invoice.objects.get()
    assert first.json() == {"draft": draft.pk, "version": 1, "address": f"/invoices/{draft.pk}/edit/"}
    assert again.json()["version"] == 2
    assert draft.total == 15


def test_a_form_sent_twice_by_hand_is_one_draft(browser: Client, customer: Any) -> None:
    data = typed(customer, ("Work", "10"), key=uuid4())
    answers = [browser.post("/invoices/new/", data) for _ in range(2)]

    draft = Invoice.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/invoices/{draft.pk}/"}


def test_a_lost_answer_never_overwrites_what_somebody_changed_since(browser: Client, customer: Any) -> None:
    key = uuid4()
    draft = autosave(browser, typed(customer, ("Work", "10"), key=key)).json()["draft"]
    autosave(browser, typed(customer, ("Theirs", "20"), draft=draft, version=1))

    late = autosave(browser, typed(customer, ("Mine", "30"), key=key))

    assert (late.status_code, late.json()["code"]) == (409, "stale")
    assert Invoice.objects.get().total == 20


def test_a_long_document_saves_itself_with_all_its_cells(browser: Client, customer: Any) -> None:
    data = typed(customer, *[("Part", "1")] * 200, key=uuid4())
    for place in range(200):
        for name in ("kind", "section", "deducts", "product", "has_list_price", "unit", "discount_percent", "tax"):
            data[f"lines-{place}-{name}"] = ""

    assert autosave(browser, data).json()["version"] == 1
    assert Invoice.objects.get().total == 200


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"customer": ""}, "Choose a customer."),
        ({"lines-0-unit_price": ""}, "Line 1: It needs a price."),
        ({"dated_on": "2026-02-30"}, "Enter a valid date."),
        ({"key": "no key"}, "This form has no key. Load the page again."),
    ],
)
def test_what_makes_no_draft_yet_says_why_and_keeps_nothing(
    browser: Client, customer: Any, more: dict, message: str
) -> None:
    answer = autosave(browser, typed(customer, ("Work", "10"), key=uuid4()) | more)

    assert (answer.status_code, answer.json()["message"]) == (200, message)
    assert not Invoice.objects.exists()


def test_a_key_of_another_company_is_refused_in_words(browser: Client, customer: Any) -> None:
    other = world.make_customer(world.make_company("USD", legal_name="Other"))
    key = uuid4()
    draft_once(other.company, InvoiceDetails(other.pk, [world.line("1")]), key=key, by=None)

    answer = autosave(browser, typed(customer, ("Work", "10"), key=key))

    assert answer.json()["message"] == "This form was sent elsewhere already. Load the page again."
    assert not customer.invoices.exists()


def test_saving_itself_is_noted_once_for_a_while(browser: Client, customer: Any, company: Any) -> None:
    draft = world.draft(customer, "10.00")
    for version in (1, 2, 3):
        answer = autosave(browser, typed(customer, ("Work", str(version)), draft=draft.pk, version=version))
        assert answer.status_code == 200

    assert AuditRecord.objects.filter(action="edit_draft").count() == 1


def test_somebody_elses_draft_is_not_found(client: Client, customer: Any) -> None:
    draft = world.draft(customer, "10.00")
    client.force_login(world.make_user(world.make_company("USD", legal_name="Other")))

    assert autosave(client, typed(customer, ("Work", "1"), draft=draft.pk, version=1)).status_code == 404


def test_an_issued_draft_is_not_saved_any_more(browser: Client, customer: Any) -> None:
    issued = world.issue(customer, "10.00", date(2026, 3, 2))
    answer = autosave(browser, typed(customer, ("Work", "1"), draft=issued.pk, version=1))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_draft")
    issued.refresh_from_db()
    assert issued.total == 10


@pytest.fixture
def changed_meanwhile(browser: Client, customer: Any, clerk: Any) -> Invoice:
    """A draft opened at version 1 that a colleague saved since."""
    draft = world.draft(customer, [world.line("10.00")], po_number="PO-1", note="Hello")
    colleague = Client()
    colleague.force_login(world.make_user(customer.company, name="Bea Bloom"))
    theirs = typed(customer, ("Work", "12.5"), po_number="PO-2", note="Hello", version=1)
    assert colleague.post(f"/invoices/{draft.pk}/edit/", theirs).status_code == 302
    return draft


def mine(customer: Any, **more: Any) -> dict[str, Any]:
    return typed(customer, ("Work", "11"), po_number="PO-3", note="Hello", version=1, **more)


def test_a_stale_save_shows_both_versions_and_saves_neither(
    browser: Client, customer: Any, changed_meanwhile: Invoice
) -> None:
    answer = browser.post(f"/invoices/{changed_meanwhile.pk}/edit/", mine(customer))

    assert answer.status_code == 409
    shown = {each.name: (each.mine, each.theirs) for each in answer.context["differences"]}
    assert shown == {
        "po_number": ("PO-3", "PO-2"),
        "lines": ([["", "Work", "1", "", "11", "", "No tax"]], [["", "Work", "1", "", "12.5", "", "No tax"]]),
    }
    assert "Bea Bloom saved it" in answer.content.decode()
    changed_meanwhile.refresh_from_db()
    assert (changed_meanwhile.po_number, changed_meanwhile.version) == ("PO-2", 2)


@pytest.mark.parametrize(
    ("choice", "po_number", "total"),
    [
        ({}, "PO-3", 11),
        ({"take-po_number": "theirs"}, "PO-2", 11),
        ({"take-lines": "theirs"}, "PO-3", 12.5),
        ({"take-lines": "theirs", "take-po_number": "theirs"}, "PO-2", 12.5),
    ],
)
def test_each_field_and_the_lines_are_taken_from_the_chosen_version(
    browser: Client, customer: Any, changed_meanwhile: Invoice, choice: dict, po_number: str, total: float
) -> None:
    answer = browser.post(f"/invoices/{changed_meanwhile.pk}/edit/", mine(customer) | {"version": 2} | choice)

    assert answer.status_code == 302
    changed_meanwhile.refresh_from_db()
    assert (changed_meanwhile.po_number, changed_meanwhile.total, changed_meanwhile.version) == (po_number, total, 3)


def test_what_a_browser_kept_is_shown_again_and_nothing_is_saved(browser: Client, customer: Any) -> None:
    answer = browser.post("/invoices/new/", typed(customer, ("Half", ""), key=uuid4(), restore="1"))

    assert answer.status_code == 200
    assert "data-restored" in answer.content.decode()
    assert 'value="Half"' in answer.content.decode()
    assert not Invoice.objects.exists()


@pytest.fixture
def send_at_once(customer: Any, clerk: Any, in_parallel: Any, monkeypatch: Any) -> Callable[[], list[str]]:
    """Three tabs send one form: each has looked for the draft, and found none, before one of them writes it."""
    key, all_looked, write = uuid4(), Barrier(3, timeout=30), drafting.draft_with_totals

    def write_after_all_looked(*args: Any, **details: Any) -> Any:
        all_looked.wait()
        return write(*args, **details)

    def send(price: str) -> str:
        try:
            details = InvoiceDetails(customer.pk, [world.line(price)])
            return str(draft_once(customer.company, details, key=key, by=clerk).pk)
        except Refused as refusal:
            return refusal.code

    monkeypatch.setattr(drafting, "draft_with_totals", write_after_all_looked)
    return lambda: in_parallel([partial(send, price) for price in ("1", "2", "3")])


@pytest.mark.django_db(transaction=True)
def test_three_tabs_that_send_one_form_at_once_make_one_draft(send_at_once: Callable[[], list[str]]) -> None:
    outcomes = send_at_once()
    assert Invoice.objects.count() == 1
    assert set(outcomes) <= {"stale", str(Invoice.objects.get().pk)}


@pytest.mark.django_db(transaction=True)
def test_control_without_the_unique_key_they_would_make_three(
    send_at_once: Callable[[], list[str]], superuser_cursor: Any
) -> None:
    superuser_cursor.execute(
        "SELECT conname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)"
        " WHERE conrelid = 'billing_invoice'::regclass AND contype = 'u' AND attname = 'form_key'"
    )
    [(name,)] = superuser_cursor.fetchall()
    with without(superuser_cursor, name):
        assert len(set(send_at_once())) == 3
        assert Invoice.objects.count() == 3
