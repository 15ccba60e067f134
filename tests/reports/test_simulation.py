"""What rules would have stopped: the checks and ceilings themselves, asked of what was done, as set and as proposed."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from billing.models import CheckPolicy, Invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.set_check_policies import set_check_policies
from billing.operations.set_required_facts import set_required_facts
from billing.operations.set_tolerance import ToleranceDetails, set_tolerance
from billing.orders.issue_findings import ORDER_CHECKS
from office.models import ApprovalRule, AuditRecord, PolicyVersion, Run
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_role_limits import set_role_limits
from office.tasks import carry_out_run
from payments.operations.receive_payment import Share
from payments.operations.write_off import WriteOffDetails, write_off
from reports.simulation import judging
from tests import world
from tests.api.calling import Program
from tests.billing.ordering import make_order, order_line

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)
MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}
KEYS = ("now_stop", "now_warn", "now_ask", "then_stop", "then_warn", "then_ask", "more")


def asked(user: Any, **proposed: str) -> Any:
    return Program(user).get("reports/simulation/", **MARCH, **proposed).json()


def counts(user: Any, **proposed: str) -> dict[str, tuple[int, ...]]:
    """By rule, what it stops, warns of and sends to a second person, now and then, and how many more it holds up."""
    [table] = asked(user, **proposed)["tables"]
    return {row["values"]["rule"]: tuple(row["values"][key] for key in KEYS) for row in table["rows"]}


def papers(user: Any, show: str, **proposed: str) -> list[tuple[str, str, str]]:
    values = [row["values"] for row in asked(user, show=show, **proposed)["tables"][0]["rows"]]
    return [(each["paper"], each["now"], each["then"]) for each in values]


def test_severities_are_tried_on_what_was_issued(company: Any, customer: Any, manager: Any) -> None:
    set_required_facts(company, {"note": "warn", "po_number": "stop"}, by=None)
    set_check_policies(company, {"required_facts": "ignore"}, by=None)
    twin, same = (world.issue(customer, "10.00", DAY) for _ in range(2))
    world.issue(customer, "99.00", DAY, note="Thank you", po_number="PO-1")
    world.issue(customer, "10.00", date(2026, 4, 1))  # another month
    duplicate, required = "It looks like another document", "A fact that the company requires is missing"
    assert counts(manager) == {duplicate: (0, 1, 0, 0, 1, 0, 0)}
    assert counts(manager, duplicate="stop", required_facts="stop") == {
        duplicate: (0, 1, 0, 1, 0, 0, 1),
        required: (0, 0, 0, 2, 0, 0, 2),
    }
    assert counts(manager, required_facts="warn")[required] == (0, 0, 0, 0, 2, 0, 0)
    assert counts(manager, duplicate="ignore") == {duplicate: (0, 1, 0, 0, 0, 0, 0)}
    shown = papers(manager, "required_facts.then_stop", required_facts="stop")
    assert shown == [(paper.number, "Passed", "Stopped") for paper in (twin, same)]


def test_facts_are_those_that_were_printed(company: Any, customer: Any, manager: Any) -> None:
    set_required_facts(company, {"tax_id": "stop"}, by=None)
    set_check_policies(company, {"required_facts": "warn"}, by=None)
    world.issue(customer, "10.00", DAY)
    customer.tax_id = "DE136695976"
    customer.save()
    world.issue(customer, "20.00", DAY)
    assert counts(manager) == {"A fact that the company requires is missing": (0, 1, 0, 0, 1, 0, 0)}


def test_tolerances_are_tried_without_being_set(company: Any, customer: Any, manager: Any) -> None:
    set_check_policies(company, dict.fromkeys(ORDER_CHECKS, "ignore"), by=None)
    order = make_order(customer, order_line("10"))
    lines = [world.line("12.50", "11", order_line_id=order.lines.get().pk)]
    invoice = world.issue(customer, lines, DAY)
    set_check_policies(company, {"order": "stop", "order_tolerance": "warn", "not_shipped": "ignore"}, by=None)
    set_tolerance(company, ToleranceDetails(quantity_percent=Decimal(5)), by=None)
    over, within = "More is billed than was ordered", "More or dearer than was ordered, within the tolerance"
    assert counts(manager) == {over: (1, 0, 0, 1, 0, 0, 0)}
    assert counts(manager, quantity_percent="10", amount_percent="10") == {
        over: (1, 0, 0, 0, 0, 0, -1),
        within: (0, 0, 0, 0, 1, 0, 0),
    }
    assert papers(manager, "order.now_stop", quantity_percent="10", amount_percent="10") == [
        (invoice.number, "Stopped", "Passed")
    ]


def test_ceilings_are_tried_on_what_people_did(company: Any, customer: Any, clerk: Any, manager: Any) -> None:
    def discounted(percent: str, by: Any) -> Invoice:
        draft = world.draft(customer, [world.line("50.00", discount_percent=Decimal(percent))])
        return issue_invoice(draft.pk, by=by, on=DAY)

    discounted("5", clerk)
    some, many = (discounted(percent, clerk) for percent in ("10", "15"))
    discounted("90", None)  # the office itself
    discounted("12", manager)
    write_off(
        customer,
        WriteOffDetails([Share(world.item_of(some).pk, Decimal("9.00"))], reason="Gone"),
        on=DAY,
        by=clerk,
    )
    set_approval_rules(company, {"give_line_discount": (Decimal(14), "manager")}, by=None)
    set_role_limits(company, "give_line_discount", {"manager": Decimal(100)}, by=None)
    discount, share = "Discount on a line", "Write-off of one document"
    found = counts(manager, duplicate="ignore", give_line_discount="5", write_off_share="19.9999")
    found.pop("It looks like another document", None)
    assert found == {
        discount: (0, 0, 1, 0, 0, 2, 1),
        share: (0, 0, 0, 0, 0, 1, 1),
    }
    assert papers(manager, "give_line_discount.then_ask", give_line_discount="5") == [
        (some.number, "Passed", "Sent to a second person"),
        (many.number, "Sent to a second person", "Sent to a second person"),
    ]
    assert share not in counts(manager, write_off_share="20")
    assert counts(manager, give_line_discount="never")[discount] == (0, 0, 1, 0, 0, 0, -1)


def test_nothing_is_written_and_no_rule_is_changed(company: Any, customer: Any, manager: Any) -> None:
    world.issue(customer, "10.00", DAY)
    program = Program(manager)
    before = [kind.objects.count() for kind in (AuditRecord, PolicyVersion, CheckPolicy, ApprovalRule)]
    with CaptureQueriesContext(connection) as queries:
        program.get("reports/simulation/", **MARCH, price="stop", give_discount="1", quantity_percent="3")
    assert [kind.objects.count() for kind in (AuditRecord, PolicyVersion, CheckPolicy, ApprovalRule)] == before
    writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in writes if "office_apitoken" not in sql] == []


def test_more_documents_than_are_judged_at_once_are_said(customer: Any, manager: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(judging, "MOST", 1)
    world.issue(customer, "10.00", DAY)
    world.issue(customer, "11.00", DAY)
    said = asked(manager)
    assert [table["rows"] for table in said["tables"]] == [[]]
    assert said["about"].startswith("2 documents were issued from ")


def test_all_of_them_are_judged_in_a_file_that_workers_make(customer: Any, manager: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(judging, "MOST", 1)
    _, twin, _ = (world.issue(customer, price, DAY) for price in ("10.00", "10.00", "11.00"))
    browser = Client()
    browser.force_login(manager)
    page = reverse("reports:simulation") + "?first_day=2026-03-01&last_day=2026-03-31"
    assert "Have the Excel file made" in browser.get(page).content.decode()
    waited_for = load_workbook(BytesIO(b"".join(browser.get(f"{page}&format=xlsx"))))
    assert waited_for.sheetnames == ["What each rule does", "About"]

    sends = {"address": f"{page}&format=xlsx", "title": "What would have been stopped"}
    assert browser.post(reverse("office:file_new"), sends).status_code == 302
    run = Run.objects.get()
    carry_out_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.explanation) == ("done", "")
    content = b"".join(browser.get(reverse("office:kept_file_download", args=[run.pk])))
    rows = list(load_workbook(BytesIO(content))["Papers"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert ("It looks like another document", twin.number) in rows


def test_another_companys_documents_are_not_judged(manager: Any) -> None:
    theirs = world.make_customer(world.make_company())
    for _ in range(2):
        world.issue(theirs, "10.00", DAY)
    assert counts(manager, duplicate="stop") == {}


def test_the_page_begins_with_last_month_and_the_present_rules(company: Any, manager: Any) -> None:
    set_approval_rules(company, {"give_discount": (Decimal("7.5"), "manager")}, by=None)
    set_check_policies(company, {"price": "stop"}, by=None)
    client = Client()
    client.force_login(manager)
    page = client.get("/settings/policies/simulation/").content.decode()
    assert 'name="give_discount" value="7.5"' in page
    assert 'name="give_line_discount" value="never"' in page
    assert "Not judged, as what they look at has changed since:" in page
    refused = client.get(reverse("reports:simulation"), {"give_discount": "100.5", "give_line_discount": "x"})
    assert "No such amount can be a ceiling." in (said := refused.content.decode())
    assert "Type a number, or “never”." in said


def test_many_documents_take_as_many_queries_as_few(customer: Any, manager: Any) -> None:
    counts_ = []
    for more in (2, 6):
        for place in range(more):
            world.issue(customer, f"{10 + more * 10 + place}.00", DAY)
        program = Program(manager)
        with CaptureQueriesContext(connection) as queries:
            program.get("reports/simulation/", **MARCH)
        counts_.append(len(queries))
    assert counts_[0] == counts_[1]
