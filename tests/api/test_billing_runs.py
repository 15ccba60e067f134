"""Billing runs by programs: what the screens do, with the same refusals."""

from datetime import date

import pytest

from billing.models import Invoice
from office.models import Run
from office.tasks import carry_out_run
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db


def prepare(program: Program, *documents: Invoice, act: str = "issue", **more: str) -> dict:
    answer = program.post("billing-runs/", {"act": act, "documents": [each.pk for each in documents]}, **more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_run_is_prepared_checked_started_and_read(program, customer):
    drafts = [world.draft(customer, "10.00"), world.draft(customer, "20.00")]
    wrong = world.draft(customer, [world.line("-9.00")])
    run = prepare(program, *drafts, wrong)
    assert (run["act"], run["status"], run["is_check"], run["left_out"]) == ("issue", "waiting", True, 0)

    carry_out_run(run["id"])
    found = program.get(f"billing-runs/{run['id']}/").json()["outcomes"]
    assert found == [
        {"outcome": "refused", "count": 1, "totals": [{"currency": "EUR", "total": "-9.00"}]},
        {"outcome": "waiting", "count": 2, "totals": [{"currency": "EUR", "total": "30.00"}]},
    ]

    assert program.post(f"billing-runs/{run['id']}/start/", {"sends": True}).json()["is_check"] is False
    carry_out_run(run["id"])
    rows = program.get(f"billing-runs/{run['id']}/documents/", outcome="done").json()["results"]
    year = customer.company.today().year
    assert [row["number"] for row in rows] == [f"INV-{year}-0001", f"INV-{year}-0002"]
    [row] = program.get(f"billing-runs/{run['id']}/documents/", outcome="refused").json()["results"]
    assert row["note"] == "It comes to less than zero. Make a credit memo instead."
    assert [each["id"] for each in program.get("billing-runs/").json()["results"]] == [run["id"]]


def test_the_same_key_prepares_one_run(program, customer):
    draft = world.draft(customer, "10.00")
    assert prepare(program, draft, key="once")["id"] == prepare(program, draft, key="once")["id"]
    assert Run.objects.count() == 1


def test_a_run_stops_goes_on_and_tries_again(program, customer):
    wrong = world.draft(customer, [world.line("-9.00")])
    run = prepare(program, world.draft(customer, "10.00"), wrong)["id"]
    carry_out_run(run)
    program.post(f"billing-runs/{run}/start/")
    assert program.post(f"billing-runs/{run}/stop/").json()["status"] == "stopped"
    assert refused(program.post(f"billing-runs/{run}/stop/")) == (409, "invalid_move")
    assert program.post(f"billing-runs/{run}/resume/").json()["status"] == "running"
    carry_out_run(run)
    wrong.lines.update(unit_price=5)
    assert program.post(f"billing-runs/{run}/retry/").json()["status"] == "waiting"
    carry_out_run(run)
    assert Invoice.objects.filter(status="issued").count() == 2


def test_another_companys_run_is_not_found_and_its_documents_are_none_of_ours(program, stranger, customer):
    draft = world.draft(customer, "10.00")
    run = prepare(program, draft)["id"]
    for address in (f"billing-runs/{run}/", f"billing-runs/{run}/documents/"):
        assert stranger.get(address).status_code == 404
    for act in ("start", "stop", "resume", "retry"):
        assert stranger.post(f"billing-runs/{run}/{act}/").status_code == 404
    taken = stranger.post("billing-runs/", {"act": "issue", "documents": [draft.pk]})
    assert refused(taken) == (409, "nothing_chosen")


def test_who_only_mails_issues_nothing(company, customer):
    collector = Program(world.make_user(company, "collector"))
    draft, sent = world.draft(customer, "10.00"), world.issue(customer, "5.00", date(2026, 3, 2))
    assert refused(collector.post("billing-runs/", {"act": "issue", "documents": [draft.pk]})) == (409, "may_not")
    assert prepare(collector, sent, act="send")["act"] == "send"


def test_an_auditor_prepares_none(auditor, customer):
    draft = world.draft(customer, "10.00")
    assert auditor.post("billing-runs/", {"act": "issue", "documents": [draft.pk]}).status_code == 403
