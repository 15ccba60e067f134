"""Billing runs: a check of everything first, then each document once, with a reason for what is left out."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.billing_runs import customers_with_several, reasons_of, tallies_of
from billing.models import DocumentOutcome, Invoice, RunDocument
from billing.operations.draft_invoice import delete_draft
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_billing_runs import (
    prepare_billing_run,
    resume_billing_run,
    retry_billing_run,
    start_billing_run,
    stop_billing_run,
)
from billing.operations.set_check_policies import set_check_policies
from customers.models import Customer
from ledger.models import Entry
from ledger.refusals import Refused
from office.models import AuditRecord, OutgoingMail, Run, RunStatus
from office.tasks import carry_out_run
from office.work.runs import do_next_piece
from tests import world

pytestmark = pytest.mark.django_db


def prepared(company: Any, by: Any, act: str = "issue") -> Run:
    return prepare_billing_run(company, act, Invoice.objects.all(), by=by)


def checked(company: Any, by: Any, act: str = "issue") -> Run:
    run = prepared(company, by, act)
    carry_out_run(run.pk)
    return Run.objects.get(pk=run.pk)


def issued_by_run(company: Any, by: Any, **options: Any) -> Run:
    run = start_billing_run(checked(company, by).pk, by=by, **options)
    carry_out_run(run.pk)
    return Run.objects.get(pk=run.pk)


def outcomes(run: Run) -> list[tuple[str, str]]:
    return list(RunDocument.objects.filter(run=run).order_by("pk").values_list("outcome", "note"))


def numbers() -> list[str]:
    return list(Invoice.objects.exclude(number="").order_by("sequence").values_list("number", flat=True))


@pytest.fixture
def unsound(customer: Customer) -> Invoice:
    """A draft that comes to less than zero."""
    return world.draft(customer, [world.line("5.00"), world.line("-9.00")])


WHY_UNSOUND = "It comes to less than zero. Make a credit memo instead."


def test_the_check_says_what_would_become_of_each_and_does_nothing(company, customer, clerk, unsound):
    for amount in ("10.00", "20.00"):
        world.draft(customer, amount)
    before = AuditRecord.objects.count()
    run = checked(company, clerk)

    assert (run.status, run.is_dry, run.done, run.total) == (RunStatus.DONE, True, 3, 3)
    assert run.result == {"Can be issued": 2, "Cannot": 1}
    assert [outcome for outcome, _ in outcomes(run)] == ["refused", "waiting", "waiting"]
    assert reasons_of(run.documents.all()) == [(WHY_UNSOUND, 1)]
    assert tallies_of(run.documents.all())["waiting"].totals == [{"currency": "EUR", "total": Decimal("30.00")}]
    assert customers_with_several(run.documents.all()) == 1
    assert (numbers(), Entry.objects.count(), AuditRecord.objects.count()) == ([], 0, before + 1)


def test_the_run_issues_each_in_order_and_names_what_it_left_out(company, customer, clerk, unsound):
    drafts = [world.draft(customer, "10.00"), world.draft(customer, "20.00")]
    run = issued_by_run(company, clerk)

    year = company.today().year
    assert run.result == {"Issued": 2, "Refused": 0}
    assert numbers() == [f"INV-{year}-0001", f"INV-{year}-0002"]
    assert [Invoice.objects.get(pk=draft.pk).issued_by for draft in drafts] == [clerk, clerk]
    assert [outcome for outcome, _ in outcomes(run)] == ["refused", "done", "done"]
    assert Invoice.objects.get(pk=unsound.pk).is_draft
    assert not OutgoingMail.objects.exists()


def test_what_becomes_wrong_after_the_check_stops_no_other_and_leaves_no_gap(company, customer, clerk):
    drafts = [world.draft(customer, f"{amount}.00") for amount in range(1, 8)]
    run = start_billing_run(checked(company, clerk).pk, by=clerk)
    issue_invoice(drafts[1].pk, by=clerk, on=company.today())
    Invoice.objects.filter(pk=drafts[4].pk).update(due_on=date(2001, 1, 1))
    delete_draft(drafts[5].pk, by=clerk)
    carry_out_run(run.pk)

    year = company.today().year
    assert numbers() == [f"INV-{year}-000{number}" for number in range(1, 7 - 1)]
    assert outcomes(run) == [
        ("done", ""),
        ("refused", "This document is issued; it cannot become issued."),
        ("done", ""),
        ("done", ""),
        ("refused", "The due date is before the document's own date."),
        ("refused", "The draft was thrown away."),
        ("done", ""),
    ]


def test_a_run_mails_what_it_issued_and_says_where_it_could_not(company, customer, clerk):
    alone = world.make_customer(company, "Nobody Ltd", contacts=[])
    world.draft(customer, "10.00")
    world.draft(alone, "20.00")
    run = issued_by_run(company, clerk, sends=True)

    [mail] = OutgoingMail.objects.all()
    assert (mail.customer_id, mail.status) == (customer.pk, "queued")
    nobody = "Issued, but not mailed: Nobody at this customer gets invoices by mail. Add a contact first."
    assert outcomes(run) == [("done", ""), ("done", nobody)]


def test_a_warning_is_told_by_the_check_and_stops_nothing(company, clerk):
    set_check_policies(company, {"address": "ignore"}, by=None)
    world.draft(world.make_customer(company, "Nobody Ltd", contacts=[]), "20.00")
    run = checked(company, clerk)
    assert outcomes(run) == [("waiting", "Nobody at Nobody Ltd gets invoices by mail.")]


def test_a_check_that_stops_is_the_reason_and_each_draft_is_judged_as_if_issued_one_by_one(company, clerk):
    limited = world.make_customer(company, "Small Ltd", credit_limit=Decimal("100.00"))
    set_check_policies(company, {"credit_limit": "stop", "duplicate": "ignore"}, by=None)
    for amount in ("60.00", "90.00", "40.00"):
        world.draft(limited, amount)
    run = issued_by_run(company, clerk)
    assert [outcome for outcome, _ in outcomes(run)] == ["done", "refused", "done"]


def test_what_was_mended_is_tried_again_and_nothing_else_is(company, customer, clerk, unsound):
    world.draft(customer, "10.00")
    run = issued_by_run(company, clerk)
    unsound.lines.filter(unit_price__lt=0).delete()
    retry_billing_run(run.pk, by=clerk)
    carry_out_run(run.pk)

    run.refresh_from_db()
    assert (run.status, run.done, run.total, run.result) == (RunStatus.DONE, 1, 1, {"Issued": 1, "Refused": 0})
    assert [outcome for outcome, _ in outcomes(run)] == ["done", "done"]
    assert len(numbers()) == 2


def test_before_the_start_everything_is_looked_at_again(company, customer, clerk, unsound):
    world.draft(customer, "10.00")
    run = checked(company, clerk)
    unsound.lines.filter(unit_price__lt=0).delete()
    retry_billing_run(run.pk, by=clerk)
    carry_out_run(run.pk)
    assert [outcome for outcome, _ in outcomes(run)] == ["waiting", "waiting"]
    assert numbers() == []


def test_a_stopped_run_does_nothing_more_until_it_goes_on(company, customer, clerk):
    world.draft(customer, "10.00")
    run = start_billing_run(checked(company, clerk).pk, by=clerk)
    stop_billing_run(run.pk, by=clerk)
    assert do_next_piece(run.pk) is None
    assert (Run.objects.get(pk=run.pk).status, numbers()) == (RunStatus.STOPPED, [])

    resume_billing_run(run.pk, by=clerk)
    carry_out_run(run.pk)
    assert len(numbers()) == 1


def test_a_run_that_goes_on_another_day_issues_on_that_day(company, customer, clerk):
    world.draft(customer, "10.00")
    run = start_billing_run(checked(company, clerk).pk, by=clerk)
    stop_billing_run(run.pk, by=clerk)
    run.refresh_from_db()
    run.parameters["on"] = (company.today() - timedelta(days=3)).isoformat()
    run.save()
    resume_billing_run(run.pk, by=clerk)
    carry_out_run(run.pk)
    assert Invoice.objects.get().dated_on == company.today()


def test_a_run_starts_once_and_only_after_its_check(company, customer, clerk):
    world.draft(customer, "10.00")
    run = prepared(company, clerk)
    with pytest.raises(Refused):
        start_billing_run(run.pk, by=clerk)
    carry_out_run(run.pk)
    start_billing_run(run.pk, by=clerk)
    with pytest.raises(Refused) as refusal:
        start_billing_run(run.pk, by=clerk)
    assert (refusal.value.code, Run.objects.get(pk=run.pk).status) == ("invalid_move", RunStatus.WAITING)


def test_nothing_can_be_started_where_everything_is_refused(company, clerk, unsound):
    run = checked(company, clerk)
    with pytest.raises(Refused) as refusal:
        start_billing_run(run.pk, by=clerk)
    assert refusal.value.code == "nothing_left"


def test_what_is_no_draft_is_left_out_and_counted(company, customer, clerk):
    world.issue(customer, "9.00", date(2026, 3, 2))
    world.draft(customer, "10.00")
    run = prepared(company, clerk)
    assert (run.documents.count(), run.parameters["left_out"]) == (1, 1)


def test_without_anything_to_do_there_is_no_run(company, clerk):
    with pytest.raises(Refused) as refusal:
        prepared(company, clerk)
    assert (refusal.value.code, Run.objects.count()) == ("nothing_chosen", 0)


def test_another_companys_documents_are_never_taken_on(company, customer, clerk):
    world.draft(customer, "10.00")
    world.draft(world.make_customer(world.make_company(legal_name="Birch Ltd")), "10.00")
    assert prepared(company, clerk).documents.count() == 1


def test_who_may_not_issue_one_may_not_issue_many(company, customer, clerk):
    world.draft(customer, "10.00")
    run = checked(company, clerk)
    auditor = world.make_user(company, "auditor")
    for act in (start_billing_run, stop_billing_run, resume_billing_run, retry_billing_run):
        with pytest.raises(Refused) as refusal:
            act(run.pk, by=auditor)
        assert refusal.value.code == "may_not"
    with pytest.raises(Refused):
        prepared(company, auditor)


def test_a_fault_in_one_document_is_its_own(company, customer, clerk):
    _, bad, _ = (world.draft(customer, f"{amount}.00") for amount in (1, 2, 3))
    run = start_billing_run(checked(company, clerk).pk, by=clerk)
    day = {"dated_on": company.today(), "currency": "EUR", "company_currency": "EUR"}
    Entry.objects.create(company_id=company.pk, key=f"issue_invoice:{bad.pk}", kind="strange", **day)
    carry_out_run(run.pk)
    assert [outcome for outcome, _ in outcomes(run)] == ["done", "refused", "done"]
    assert outcomes(run)[1][1].startswith("Something went wrong that nobody foresaw.")


def test_a_run_mails_documents_that_are_issued(company, customer, clerk):
    first, second = (world.issue(customer, amount, date(2026, 3, 2)) for amount in ("1.00", "2.00"))
    lost = world.issue(world.make_customer(company, "Nobody Ltd", contacts=[]), "3.00", date(2026, 3, 2))
    run = checked(company, clerk, act="send")
    assert run.result == {"Can be mailed": 2, "Cannot": 1}
    assert not OutgoingMail.objects.exists()

    start_billing_run(run.pk, by=clerk)
    carry_out_run(run.pk)
    assert set(OutgoingMail.objects.values_list("about_id", flat=True)) == {first.pk, second.pk}
    assert RunDocument.objects.get(run=run, invoice=lost).outcome == DocumentOutcome.REFUSED
