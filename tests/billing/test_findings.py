"""The queue of findings: made once, mended by themselves, dismissed for good, worked on through every door."""

from contextlib import nullcontext
from datetime import date, timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from billing.accuracy.findings import finding_of
from billing.accuracy.found import Found
from billing.issue_checks import concerns_of, drafts_to_check
from billing.models import AccuracyFinding, FindingEvent, Invoice, IssueCheck
from billing.operations import work_findings as working
from billing.operations.check_accuracy import begin_sweep, check_accuracy, companies_due
from billing.operations.credit_invoice import credit_invoice
from billing.operations.draft_invoice import delete_draft
from billing.operations.issue_invoice import issue_invoice
from billing.operations.keep_findings import keep_findings
from billing.operations.set_check_policies import set_check_policies
from billing.operations.void_invoice import void_invoice
from billing.operations.work_findings import assign_findings, dismiss_findings
from ledger.refusals import Refused
from office.models import AuditRecord, Run
from office.work.runs import carry_out
from tests import world
from tests.api.calling import Program
from tests.billing.sweeping import acts, address, finding, findings, states, sweep
from tests.meeting import all_after
from tests.unguarded import without

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


def refusal_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **more)
    return refusal.value.code


def test_the_same_finding_is_made_once_however_often_it_is_found(company: Any, odd: Invoice) -> None:
    runs = [sweep(company) for _ in range(3)]
    assert [run.result for run in runs] == [{"Found": 1, "Mended": 0}] + [{"Found": 0, "Mended": 0}] * 2
    assert (states(company), acts(company)) == (["open"], ["found"])


def test_what_is_found_no_more_is_mended_and_found_again_is_open_again(company: Any, odd: Invoice) -> None:
    sweep(company)
    Invoice.objects.filter(pk=odd.pk).update(net_days=30)
    assert sweep(company).explanation == "0 new findings, 1 mended."
    assert states(company) == ["mended"]
    Invoice.objects.filter(pk=odd.pk).update(net_days=60)
    sweep(company)
    assert (states(company), acts(company)) == (["open"], ["found", "mended", "found"])


def test_what_was_dismissed_stays_so_until_the_facts_change(company: Any, odd: Invoice, clerk: Any) -> None:
    sweep(company)
    dismiss_findings([findings(company).get().pk], "  Agreed\n with them ", by=clerk)
    sweep(company)
    assert states(company) == ["dismissed"]
    assert FindingEvent.objects.get(act="dismissed").reason == "Agreed with them"
    Invoice.objects.filter(pk=odd.pk).update(net_days=90)
    sweep(company)
    assert states(company) == ["dismissed", "open"]


def test_a_dismissed_warning_is_not_given_again_before_issue_but_a_stop_is(
    company: Any, odd: Invoice, clerk: Any
) -> None:
    def told() -> list[str]:
        return [concern.check.value for concern in concerns_of(drafts_to_check([odd.pk]))]

    sweep(company)
    assert told() == ["terms"]
    dismiss_findings([findings(company).get().pk], "Agreed", by=clerk)
    assert told() == []
    set_check_policies(company, {"terms": "stop"}, by=None)
    assert told() == ["terms"]
    assert refusal_of(issue_invoice, odd.pk, by=clerk, on=DAY) == "check_stopped"


def test_a_draft_that_is_thrown_away_takes_its_findings_as_mended(company: Any, odd: Invoice) -> None:
    sweep(company)
    delete_draft(odd.pk, by=None)
    sweep(company)
    [row] = findings(company)
    assert (row.state, row.invoice, row.is_of_document) == ("mended", None, True)


@pytest.mark.parametrize("is_voided", [True, False])
def test_what_is_voided_or_credited_is_mended(company: Any, customer: Any, is_voided: bool) -> None:
    invoice = world.issue(customer, "10.00", DAY, net_days=60)
    sweep(company)
    assert states(company) == ["open"]
    if is_voided:
        void_invoice(invoice.pk, reason="Wrong", by=None, on=DAY)
    else:
        credit_invoice(invoice.pk, None, reason="Wrong", by=None, on=DAY)
    sweep(company)
    assert states(company) == ["mended"]


def test_a_check_that_the_company_ignores_is_not_asked(company: Any, odd: Invoice) -> None:
    set_check_policies(company, {"terms": "ignore"}, by=None)
    sweep(company)
    assert states(company) == []


def test_each_night_looks_at_what_is_new_and_at_what_is_open(company: Any, customer: Any) -> None:
    night = timedelta(days=1)
    with time_machine.travel("2026-03-20 03:30+01:00", tick=False) as clock:
        assert companies_due(timezone.now()) == [company]
        world.issue(customer, "10.00", DAY, net_days=60)
        run = begin_sweep(company, now=timezone.now())
        assert run is not None
        assert begin_sweep(company, now=timezone.now()) is None
        list(carry_out(run.pk))
        assert states(company) == ["open"]

        clock.shift(night)
        world.issue(customer, "12.00", DAY, net_days=50)
        clock.shift(timedelta(minutes=1))
        run = begin_sweep(company, now=timezone.now())
        list(carry_out(run.pk))
        run.refresh_from_db()
        assert (run.total, run.result) == (3, {"Found": 1, "Mended": 0}), "two documents and a customer"

        clock.shift(night)
        dismiss_findings([row.pk for row in findings(company)], "Agreed", by=world.make_user(company))
        run = begin_sweep(company, now=timezone.now())
        list(carry_out(run.pk))
        run.refresh_from_db()
        assert (run.total, run.result) == (1, {"Found": 0, "Mended": 0})
    with time_machine.travel("2026-03-23 02:59+01:00", tick=False):
        assert companies_due(timezone.now()) == []


def test_a_sweep_goes_on_piece_by_piece(company: Any, customer: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("billing.accuracy.sweep.SLICE", 2)
    for number in range(5):
        world.draft(customer, f"{number + 1}.00", net_days=60)
    run = sweep(company)
    assert (run.total, run.done, run.result) == (6, 6, {"Found": 5, "Mended": 0})


def test_one_sweep_at_a_time(company: Any, clerk: Any) -> None:
    run = check_accuracy(company, by=clerk)
    assert refusal_of(check_accuracy, company, by=clerk) == "check_under_way"
    assert Run.objects.get() == run


def test_findings_are_dismissed_with_a_reason_once_and_only_while_open(company: Any, odd: Invoice, clerk: Any) -> None:
    sweep(company)
    [row] = findings(company)
    assert refusal_of(dismiss_findings, [row.pk], " \n", by=clerk) == "reason_missing"
    assert refusal_of(dismiss_findings, [row.pk], "x" * 301, by=clerk) == "reason_too_long"
    assert refusal_of(dismiss_findings, [], "x", by=clerk) == "nothing_chosen"
    assert acts(company) == ["found"]
    assert dismiss_findings([row.pk], "Agreed", by=clerk) == 1
    assert refusal_of(dismiss_findings, [row.pk], "Again", by=clerk) == "invalid_move"
    assert refusal_of(assign_findings, [row.pk], clerk.pk, by=clerk) == "invalid_move"
    assert acts(company) == ["found", "dismissed"]
    assert AuditRecord.objects.filter(action="dismiss_findings", subject_id=row.pk).count() == 1


def test_findings_are_given_to_colleagues_only(company: Any, odd: Invoice, clerk: Any) -> None:
    sweep(company)
    pk = findings(company).get().pk
    stranger = world.make_user(world.make_company())
    assert refusal_of(assign_findings, [pk], stranger.pk, by=clerk) == "unknown_owner"
    assign_findings([pk], clerk.pk, by=clerk)
    assert findings(company).get().assignee_name == clerk.name
    assign_findings([pk], None, by=clerk)
    assert findings(company).get().assignee is None
    assert states(company) == ["open"]


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"act": "dismissed"}, "finding_dismissed_has_a_reason"),
        ({"act": "found", "assignee": True}, "finding_assigned_to_somebody"),
    ],
)
def test_the_database_refuses_events_that_say_too_little(
    company: Any, odd: Invoice, clerk: Any, wrong: dict[str, Any], constraint: str
) -> None:
    made = finding(odd)
    values = wrong | ({"assignee": clerk} if "assignee" in wrong else {})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FindingEvent.objects.create(finding=made, **values)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_two_that_find_the_same_at_once_make_one_finding_with_one_event(
    is_guarded: bool, superuser_cursor: Any
) -> None:
    company = world.make_company()
    draft = world.draft(world.make_customer(company), "10.00")
    barrier = Barrier(6)

    def find() -> None:
        try:
            made = finding_of(IssueCheck.TERMS, draft, Found("Its terms are odd."))
            barrier.wait()
            keep_findings(company, [made], looked_at=Q(invoice=draft))
        finally:
            connection.close()

    threads = [Thread(target=find) for _ in range(6)]
    unguarded = without(superuser_cursor, "accuracy_finding_once", forget=("billing_findingevent",))
    with nullcontext() if is_guarded else unguarded:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made, events = AccuracyFinding.objects.count(), FindingEvent.objects.count()
    if not is_guarded:
        assert made > 1, "without the guard each made one"
        return
    assert (made, events) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_two_who_dismiss_at_once_do_it_once(is_guarded: bool, monkeypatch: Any) -> None:
    company = world.make_company()
    made = finding(world.draft(world.make_customer(company), "10.00"))
    people = [world.make_user(company) for _ in range(4)]
    if not is_guarded:
        monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **how: rows._chain())
        monkeypatch.setattr(working, "states_of", all_after(working.states_of, 4))
    barrier, refusals = Barrier(4), []

    def dismiss(by: Any) -> None:
        try:
            barrier.wait()
            dismiss_findings([made.pk], "Right", by=by)
        except Refused as refusal:
            refusals.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=partial(dismiss, by)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    dismissed = FindingEvent.objects.filter(act="dismissed").count()
    if is_guarded:
        assert (dismissed, refusals) == (1, ["invalid_move"] * 3)
    else:
        assert (dismissed, refusals) == (4, [])


def test_how_often_a_check_is_right_is_what_was_mended_of_what_was_judged(company: Any, customer: Any) -> None:
    drafts = [world.draft(customer, f"{number + 1}.00", net_days=60) for number in range(4)]
    sweep(company)
    Invoice.objects.filter(pk__in=[draft.pk for draft in drafts[:2]]).update(net_days=30)
    sweep(company)
    manager = world.make_user(company, "manager")
    dismiss_findings([findings(company).get(invoice=drafts[2]).pk], "Agreed", by=manager)
    answer = Program(manager).get("reports/accuracy/").json()
    [row] = answer["tables"][0]["rows"]
    figures = {name: row["values"][name] for name in ("found", "open", "mended", "dismissed", "precision")}
    assert figures == {"found": 4, "open": 1, "mended": 2, "dismissed": 1, "precision": "66.7"}
