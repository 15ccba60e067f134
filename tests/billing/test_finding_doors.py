"""Findings on screen and for programs: looked at, given to somebody, dismissed."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from billing.operations.set_check_policies import set_check_policies
from office.models import Run
from office.work.runs import carry_out
from tests import world
from tests.api.calling import Program, refused
from tests.billing.sweeping import acts, address, finding, findings, states, sweep

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def customer(company: Any) -> Any:
    """A customer of whom nothing is to be said."""
    customer = world.make_customer(company)
    address(customer)
    return customer


@pytest.fixture
def odd(customer: Any) -> Invoice:
    """A draft with other terms than its customer's."""
    return world.draft(customer, "10.00", net_days=60)


@pytest.fixture
def browser(clerk: Any) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def test_on_screen_findings_lead_to_their_document_and_the_way_to_mend_it(
    company: Any, customer: Any, odd: Invoice, browser: Client
) -> None:
    issued = world.issue(customer, "11.00", DAY, net_days=50)
    world.make_customer(company, "Silent Ltd", contacts=[])
    set_check_policies(company, {"address": "ignore"}, by=None)
    sweep(company)
    html = browser.get("/accuracy/?state=open").content.decode()
    for address_ in (
        reverse("billing:invoice", args=[odd.pk]),
        reverse("billing:invoice_edit", args=[odd.pk]),
        reverse("billing:correct_invoice", args=[issued.pk]),
    ):
        assert f'href="{address_}"' in html
    assert "Change the customer" in html
    assert "Nobody at Silent Ltd gets invoices by mail." in html
    page = browser.get(reverse("billing:invoice", args=[issued.pk])).content.decode()
    assert "Found: Terms are not the customer" in page
    assert "To be mended" in browser.get(reverse("customers:customer", args=[customer.pk])).content.decode()
    assert "Findings of the accuracy checks" in browser.get("/").content.decode()


def test_on_screen_many_are_dismissed_after_a_look(company: Any, customer: Any, browser: Client) -> None:
    for number in range(3):
        world.draft(customer, f"{number + 1}.00", net_days=60)
    sweep(company)
    asked = browser.post("/accuracy/dismiss/?state=open", {"everything": "1"})
    assert b"Dismiss: 3 findings" in asked.content
    ids = ",".join(str(row.pk) for row in findings(company))
    assert browser.post("/accuracy/dismiss/", {"findings": ids, "reason": ""}).status_code == 422
    assert states(company) == ["open"] * 3
    answer = browser.post("/accuracy/dismiss/", {"findings": ids, "reason": "Agreed"})
    assert (answer.status_code, answer["Location"]) == (302, "/accuracy/")
    assert states(company) == ["dismissed"] * 3
    assert browser.post("/accuracy/dismiss/", {"findings": ids, "reason": "Agreed"}).status_code == 302
    assert acts(company).count("dismissed") == 3


def test_on_screen_one_is_given_to_a_colleague(company: Any, odd: Invoice, browser: Client, clerk: Any) -> None:
    made = finding(odd)
    answer = browser.post("/accuracy/assign/", {"findings": made.pk, "assignee": clerk.pk})
    assert answer["Location"] == reverse("billing:finding", args=[made.pk])
    assert f"Given to {clerk}" in browser.get(answer["Location"]).content.decode()
    listed = partial(browser.get, "/accuracy/")
    assert str(odd) in listed({"assignee": clerk.name}).content.decode()
    assert str(odd) not in listed({"assignee": "-"}).content.decode()
    assert str(odd) in listed({"customer": "bramble", "check": "terms"}).content.decode()
    assert str(odd) not in listed({"issued": "1"}).content.decode()


def test_on_screen_everything_is_checked_now(company: Any, odd: Invoice, browser: Client) -> None:
    answer = browser.post("/accuracy/check/")
    run = Run.objects.get()
    assert answer["Location"] == reverse("office:run", args=[run.pk])
    assert b"is being looked at already" in browser.post("/accuracy/check/", follow=True).content


def test_readers_look_and_work_on_nothing(company: Any, odd: Invoice) -> None:
    made = finding(odd)
    reader = Client()
    reader.force_login(world.make_user(company, "auditor"))
    assert reader.get("/accuracy/").status_code == 200
    assert b"Dismiss" not in reader.get(reverse("billing:finding", args=[made.pk])).content
    for path in ("dismiss", "assign", "check"):
        assert reader.post(f"/accuracy/{path}/", {"findings": made.pk, "reason": "r"}).status_code == 403
    assert acts(company) == ["found"]


def test_who_sees_their_own_customers_works_on_theirs_alone(company: Any, odd: Invoice) -> None:
    made = finding(odd)
    limited = Client()
    limited.force_login(world.make_user(company, only_own_customers=True))
    assert limited.get(reverse("billing:finding", args=[made.pk])).status_code == 404
    limited.post("/accuracy/dismiss/", {"findings": made.pk, "reason": "Mine"})
    assert states(company) == ["open"]


def test_programs_list_give_and_dismiss(company: Any, odd: Invoice, clerk: Any) -> None:
    program = Program(clerk)
    assert program.post("accuracy-findings/check/", {}).status_code == 202
    assert refused(program.post("accuracy-findings/check/", {})) == (409, "check_under_way")
    list(carry_out(Run.objects.get().pk))
    [row] = program.get("accuracy-findings/?state=open&check=terms").json()["results"]
    assert (row["invoice"], row["address"]) == (odd.pk, f"/invoices/{odd.pk}/")
    assert program.post("accuracy-findings/assign/", {"findings": [row["id"]], "assignee": clerk.pk}).json() == {
        "count": 1
    }
    assert program.get(f"accuracy-findings/?assignee={clerk.pk}").json()["results"][0]["assignee"] == clerk.pk
    wanted = {"findings": [row["id"]], "reason": "Agreed"}
    assert program.post("accuracy-findings/dismiss/", wanted).json() == {"count": 1}
    assert refused(program.post("accuracy-findings/dismiss/", wanted | {"reason": "Again"})) == (409, "invalid_move")
    assert program.post("accuracy-findings/dismiss/", {"findings": [row["id"] + 1], "reason": "x"}).status_code == 404
    assert program.post("accuracy-findings/dismiss/", {"findings": [], "reason": "x"}).status_code == 400
    auditor = Program(world.make_user(company, "auditor"))
    assert refused(auditor.post("accuracy-findings/dismiss/", wanted)) == (403, "permission_denied")
