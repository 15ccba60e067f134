"""Recurring invoices, usage and joining drafts, by the API and on screen: the same operations and the same refusals."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice, Occurrence, RecurringInvoice, UsageRecord
from billing.operations.bill_recurring import bill_recurring
from billing.operations.draft_invoice import delete_draft
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
NOT_FOUND = (404, "not_found")


def body(customer: Any, **changes: Any) -> dict[str, Any]:
    lines = [{"description": "Rent {month}", "unit_price": "100.00"}]
    today = str(customer.company.today())
    return {"name": "Rent", "customer": customer.pk, "starts_on": today, "lines": lines, "issues": True} | changes


def test_it_is_set_up_changed_paused_resumed_and_ended(program: Program, customer: Any):
    made = program.post("recurring-invoices/", body(customer))
    address = f"recurring-invoices/{made.json()['id']}/"

    assert made.status_code == 201
    assert (len(made.json()["coming"]), made.json()["coming"][0]["total"]) == (12, "100.00")
    changed = program.put(address, body(customer, most=3, version=1)).json()
    assert (len(changed["coming"]), changed["version"]) == (3, 2)
    assert refused(program.put(address, body(customer, version=1))) == (409, "stale")
    paused = program.post(f"{address}pause/").json()
    assert (paused["next_on"], paused["coming"], len(paused["pauses"])) == (None, [], 1)
    assert refused(program.post(f"{address}pause/")) == (409, "already_paused")
    assert program.post(f"{address}resume/").json()["next_on"] == str(customer.company.today())
    assert program.post(f"{address}end/").json()["is_active"] is False
    assert refused(program.post(f"{address}resume/")) == (409, "ended")
    assert [row["id"] for row in program.get("recurring-invoices/").json()["results"]] == [made.json()["id"]]


def test_what_it_made_is_told_and_made_again(program: Program, customer: Any):
    recurring = world.make_recurring(customer, "10.00", customer.company.today(), issues=False)
    [occurrence] = bill_recurring(recurring.pk)
    delete_draft(occurrence.invoice_id, by=None)

    again = program.post(f"recurring-invoices/periods/{occurrence.pk}/again/").json()

    assert (again["outcome"], again["invoice_id"]) == ("made", Invoice.objects.get().pk)
    assert program.get(f"recurring-invoices/{recurring.pk}/").json()["occurrences"] == [again]
    shown = program.get(f"invoices/{again['invoice_id']}/").json()
    assert shown["period_from"] == str(customer.company.today())
    assert refused(program.post(f"recurring-invoices/periods/{occurrence.pk}/again/")) == (409, "already_made")


def test_usage_is_recorded_once(program: Program, customer: Any):
    record = {"customer": customer.pk, "meter": "calls", "used_on": "2026-03-02", "quantity": "5", "reference": "r1"}

    assert program.post("usage/", {"records": [record]}).json() == {"new": 1, "known": 0}
    assert program.post("usage/", {"records": [record]}).json() == {"new": 0, "known": 1}
    other = record | {"quantity": "6"}
    assert refused(program.post("usage/", {"records": [other]})) == (409, "reference_used")
    assert [row["quantity"] for row in program.get("usage/", meter="calls").json()["results"]] == ["5"]


def test_drafts_are_joined(program: Program, customer: Any):
    drafts = [world.draft(customer, "1.00").pk for _ in range(2)]
    [joined] = program.post("invoices/consolidate/", {"drafts": drafts}).json()["results"]

    assert (joined["total"], Invoice.objects.get().pk) == ("2.00", joined["id"])
    assert refused(program.post("invoices/consolidate/", {"drafts": drafts})) == NOT_FOUND


def test_who_may_only_read_changes_nothing(auditor: Program, customer: Any):
    recurring = world.make_recurring(customer, "10.00", customer.company.today())
    posts = [
        "recurring-invoices/",
        *(f"recurring-invoices/{recurring.pk}/{act}/" for act in ("pause", "resume", "end")),
    ]

    assert {auditor.post(path).status_code for path in [*posts, "usage/", "invoices/consolidate/"]} == {403}
    assert auditor.get(f"recurring-invoices/{recurring.pk}/").status_code == 200


def test_another_companys_are_not_found(stranger: Program, customer: Any):
    recurring = world.make_recurring(customer, "10.00", customer.company.today(), issues=False)
    [occurrence] = bill_recurring(recurring.pk)
    drafts = [world.draft(customer, "1.00").pk for _ in range(2)]

    assert refused(stranger.get(f"recurring-invoices/{recurring.pk}/")) == NOT_FOUND
    assert refused(stranger.post(f"recurring-invoices/{recurring.pk}/end/")) == NOT_FOUND
    assert refused(stranger.post(f"recurring-invoices/periods/{occurrence.pk}/again/")) == NOT_FOUND
    assert refused(stranger.post("recurring-invoices/", body(customer))) == NOT_FOUND
    assert refused(stranger.post("invoices/consolidate/", {"drafts": drafts})) == NOT_FOUND
    assert stranger.get("recurring-invoices/").json()["results"] == []


def test_lnk_04_a_limited_person_sees_and_sets_up_their_own_alone(company: Any, customer: Any):
    user = world.make_user(company, "clerk", only_own_customers=True)
    own = world.make_customer(company, "Aspen", sales_owner_id=user.pk)
    program, theirs = Program(user), world.make_recurring(customer, "10.00", company.today())
    made = program.post("recurring-invoices/", body(own, name="Own")).json()
    world.use(customer, "5", company.today())

    assert [row["id"] for row in program.get("recurring-invoices/").json()["results"]] == [made["id"]]
    assert refused(program.get(f"recurring-invoices/{theirs.pk}/")) == NOT_FOUND
    assert refused(program.put(f"recurring-invoices/{made['id']}/", body(customer, version=1))) == NOT_FOUND
    assert program.get("usage/").json()["results"] == []
    record = {"customer": customer.pk, "meter": "x", "used_on": "2026-03-02", "quantity": "5", "reference": "r1"}
    assert refused(program.post("usage/", {"records": [record]})) == (409, "unknown_customer")


@pytest.mark.parametrize("name", ["starts_on", "ends_on", "first_on"])
def test_a_day_at_the_end_of_time_is_refused_or_kept_but_breaks_nothing(program: Program, customer: Any, name: str):
    recurring = world.make_recurring(customer, "10.00", customer.company.today(), name="Other")
    if name == "first_on":
        answer = program.post(f"recurring-invoices/{recurring.pk}/pause/", {"first_on": "9999-12-31"})
    else:
        answer = program.post("recurring-invoices/", body(customer, every=366, interval="year", **{name: "9999-12-31"}))

    assert answer.status_code in (201, 409)


# On screen


@pytest.fixture
def browser(clerk: Any) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def typed(customer: Any, **changes: str) -> dict[str, str]:
    grid = {"lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0"}
    line = {"description": "Rent {month}", "quantity": "1", "unit_price": "2*50", "new_price": "120"}
    cells = {f"lines-0-{name}": value for name, value in line.items()} | {"lines-0-new_price_from": "2030-01-01"}
    head = {"customer": str(customer.pk), "name": "Rent", "every": "1", "interval": "month", "prorates": "on"}
    return grid | cells | head | {"starts_on": str(customer.company.today()), "in_arrears": "1"} | changes


def test_the_editor_sets_one_up_and_changes_it(browser: Client, customer: Any):
    answer = browser.post(reverse("billing:recurring_new"), typed(customer))
    recurring = RecurringInvoice.objects.get()
    assert answer.url == reverse("billing:recurring", args=[recurring.pk])
    line = recurring.lines.get()
    assert (line.unit_price, line.new_price, line.new_price_from) == (Decimal(100), Decimal(120), date(2030, 1, 1))
    assert (recurring.in_arrears, recurring.prorates, recurring.issues) == (True, True, False)

    address = reverse("billing:recurring_edit", args=[recurring.pk])
    assert "Rent {month}" in browser.get(address).content.decode()
    browser.post(address, typed(customer, version="1", name="Rent and heating"))
    assert "Somebody saved this" in browser.post(address, typed(customer, version="1")).content.decode()
    assert RecurringInvoice.objects.get().name == "Rent and heating"


def test_the_editor_shows_a_refusal_and_keeps_what_was_typed(browser: Client, customer: Any):
    page = browser.post(reverse("billing:recurring_new"), typed(customer, sends="on")).content.decode()

    assert "Only an issued invoice is mailed" in page
    assert "Rent {month}" in page
    assert not RecurringInvoice.objects.exists()


def test_the_page_pauses_resumes_makes_again_and_ends(browser: Client, customer: Any):
    recurring = world.make_recurring(customer, "10.00", customer.company.today(), issues=False)
    [occurrence] = bill_recurring(recurring.pk)
    delete_draft(occurrence.invoice_id, by=None)
    acts = [
        ("pause_recurring", recurring.pk, {"first_on": str(customer.company.today())}, "is paused"),
        ("resume_recurring", recurring.pk, {}, "goes on"),
        ("bill_again", occurrence.pk, {}, "is made"),
        ("bill_again", occurrence.pk, {}, "was made for this period already"),
        ("end_recurring", recurring.pk, {}, "has ended"),
        ("pause_recurring", recurring.pk, {}, "Give the first day"),
    ]
    for name, pk, data, words in acts:
        page = browser.post(reverse(f"billing:{name}", args=[pk]), data, follow=True).content.decode()
        assert words in page, name
    assert Occurrence.objects.get().invoice is not None


def test_the_ticked_drafts_are_joined_on_screen(browser: Client, customer: Any):
    drafts = [world.draft(customer, "1.00").pk for _ in range(3)]
    address = reverse("billing:consolidate")
    assert browser.get(address).content.decode().count('name="selected"') == 3
    assert "Choose the drafts to join" in browser.post(address).content.decode()

    browser.post(address, {"selected": [str(pk) for pk in drafts[:2]] + ["x"]})

    assert sorted(Invoice.objects.values_list("total", flat=True)) == [1, 2]
    assert not UsageRecord.objects.exists()
