"""Closing and reopening months: the steps before, who signs them off, and what refuses."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from credit_control.operations.provide_month import provide_month
from credit_control.operations.set_provisions import set_provision_rates
from ledger.models import Period
from ledger.refusals import Refused
from office.models import AuditRecord, BankAccount, Run
from office.operations.set_exchange_rates import set_exchange_rate
from payments.operations.revalue_month import revalue_month
from payments.operations.take_bank_file import take_bank_file
from reports.closing.state import StepState, checklist
from reports.closing.step import MonthEnd
from reports.models import CloseSignoff
from reports.operations import close_month as closing
from reports.operations.begin_book_check import ask_book_check
from reports.operations.close_month import close_month, reopen_month
from reports.operations.sign_close_step import sign_close_step, unsign_close_step
from tests import world
from tests.billing.disputing import dispute
from tests.payments.bank_samples import OURS, camt, entry, statement
from tests.reports.closings import AS_IT_IS, MARCH
from tests.reports.journals import export, map_all

DAY = date(2026, 3, 17)
pytestmark = pytest.mark.django_db


def code_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def steps_of(company: Any, month: date = MARCH) -> dict[str, StepState]:
    return {each.step.key: each for each in checklist(MonthEnd(company, month))}


def left_open(company: Any, month: date = MARCH) -> dict[str, int]:
    """How much is open of each step of which something is."""
    return {key: each.open_count for key, each in steps_of(company, month).items() if each.state == "open"}


def spoil(superuser_cursor: Any) -> None:
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE ledger_openitem SET amount = amount + 1, balance = balance + 1")


def test_a_closed_month_takes_nothing_until_it_is_reopened(company: Any, customer: Any, manager: Any) -> None:
    close_month(company, DAY, by=manager, reason=AS_IT_IS)
    assert code_of(lambda: world.issue(customer, "1.00", DAY)) == "period_closed"
    assert code_of(lambda: close_month(company, DAY, by=manager)) == "invalid_move"

    reopen_month(company, DAY, reason="A late invoice", by=manager)
    assert world.issue(customer, "1.00", DAY).number == "INV-2026-0001"
    rows = AuditRecord.objects.filter(action__in=["close_month", "reopen_month"]).order_by("id")
    assert [(row.action, row.after, row.reason) for row in rows] == [
        ("close_month", {"month": "2026-03", "open": "the book is checked (1 open)"}, AS_IT_IS),
        ("reopen_month", {"month": "2026-03"}, "A late invoice"),
    ]


def test_a_month_that_is_not_over_is_not_closed(company: Any) -> None:
    assert code_of(lambda: close_month(company, company.today(), by=None)) == "month_not_over"


def test_an_open_month_is_not_reopened_nor_any_without_a_reason(company: Any) -> None:
    assert code_of(lambda: reopen_month(company, DAY, reason="why not", by=None)) == "invalid_move"
    assert code_of(lambda: reopen_month(company, DAY, reason=" ", by=None)) == "reason_missing"
    assert not Period.objects.exists()


def test_a_month_in_which_nothing_happened_has_nothing_to_do_but_the_check(company: Any) -> None:
    assert left_open(company) == {"whole_check": 1}


def test_each_step_counts_what_is_open_of_it(company: Any, customer: Any) -> None:
    world.issue(customer, "10.00", date(2026, 1, 5))  # January: an open month before, and no statement
    world.draft(customer, "5.00", dated_on=DAY)
    world.draft(customer, "5.00", dated_on=date(2026, 4, 1))
    world.use(customer, "3", DAY)
    world.use(customer, "3", date(2026, 4, 1))
    world.receive(customer, "4.00", DAY)
    world.receive(customer, "4.00", date(2026, 4, 1))
    dispute(world.issue(customer, "9.00", DAY), on=DAY)
    BankAccount.objects.create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    take_bank_file(company, "march.xml", camt(statement(entry("11.00"), closing="111.00")), by=None)
    world.issue(customer, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.8"))

    assert left_open(company) == {
        "earlier_months": 1,
        "drafts": 1,
        "usage": 1,
        "bank_lines": 1,
        "unapplied": 1,
        "disputes": 1,
        "foreign_money": 1,
        "statements": 1,
        "whole_check": 1,
    }


def test_foreign_money_is_done_once_it_is_revalued(company: Any, customer: Any) -> None:
    world.issue(customer, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.8"))
    assert steps_of(company)["foreign_money"].open_count == 1  # no rate is kept
    set_exchange_rate(company, "USD", date(2026, 3, 31), Decimal("0.9"), by=None)
    assert steps_of(company)["foreign_money"].open_count == 1
    revalue_month(company, DAY, by=None)
    assert steps_of(company)["foreign_money"].state == "done"


def test_expected_loss_is_done_once_it_is_posted(company: Any, customer: Any) -> None:
    world.issue(customer, "100.00", DAY)
    assert steps_of(company)["expected_loss"].state == "done"  # no rates are set
    set_provision_rates(company, MARCH, [(0, Decimal(3))], late_days=90, on=MARCH, by=None)
    assert steps_of(company)["expected_loss"].open_count == 1
    provide_month(company, DAY, by=None)
    assert steps_of(company)["expected_loss"].state == "done"


def test_the_journal_is_a_step_once_it_is_exported_at_all(company: Any, customer: Any) -> None:
    world.issue(customer, "1.00", date(2026, 2, 3))
    assert steps_of(company)["journal"].state == "done"
    map_all(company)
    export(company, "csv", date(2026, 2, 28))
    world.issue(customer, "1.00", DAY)
    assert (left_open(company)["journal"], left_open(company, date(2026, 2, 1)).get("journal")) == (1, None)


def test_no_month_is_closed_while_a_required_step_is_open(
    transactional_db: None, company: Any, customer: Any, manager: Any, superuser_cursor: Any
) -> None:
    world.issue(customer, "10.00", DAY)
    spoil(superuser_cursor)
    assert left_open(company)["tie_out"] == 1
    assert code_of(lambda: close_month(company, DAY, by=manager, reason=AS_IT_IS)) == "step_open"
    assert code_of(lambda: sign_close_step(company, DAY, "tie_out", by=manager)) == "must_be_mended"
    assert Period.objects.get().closed_at is None
    assert not Run.objects.exists()


def test_what_is_open_wants_a_sign_off_or_a_reason(company: Any, customer: Any, manager: Any) -> None:
    world.draft(customer, "5.00", dated_on=DAY)
    assert code_of(lambda: close_month(company, DAY, by=manager)) == "reason_missing"
    assert not Period.objects.filter(closed_at__isnull=False).exists()

    row = sign_close_step(company, DAY, "drafts", by=manager, note=" It  waits \0for their order ")
    sign_close_step(company, DAY, "whole_check", by=manager)
    assert (row.by, row.note, row.open_count, row.position) == (manager, "It waits for their order", 1, 1)
    assert steps_of(company)["drafts"].state == "signed_off"
    close_month(company, DAY, by=manager)
    assert AuditRecord.objects.get(action="close_month").after == {"month": "2026-03"}


def test_a_sign_off_counts_as_long_as_no_more_is_open(company: Any, customer: Any, manager: Any) -> None:
    world.draft(customer, "5.00", dated_on=DAY)
    sign_close_step(company, DAY, "drafts", by=manager)
    assert code_of(lambda: sign_close_step(company, DAY, "drafts", by=manager)) == "invalid_move"
    world.draft(customer, "6.00", dated_on=DAY)
    grown = steps_of(company)["drafts"]
    assert (grown.state, grown.has_grown, grown.open_count) == ("open", True, 2)
    sign_close_step(company, DAY, "drafts", by=manager)
    assert steps_of(company)["drafts"].state == "signed_off"


def test_a_sign_off_is_taken_back_by_a_later_row(company: Any, customer: Any, manager: Any) -> None:
    world.draft(customer, "5.00", dated_on=DAY)
    assert code_of(lambda: unsign_close_step(company, DAY, "drafts", by=manager)) == "invalid_move"
    sign_close_step(company, DAY, "drafts", by=manager)
    unsign_close_step(company, DAY, "drafts", by=manager, note="A slip")
    assert code_of(lambda: unsign_close_step(company, DAY, "drafts", by=manager)) == "invalid_move"
    assert steps_of(company)["drafts"].state == "open"
    rows = CloseSignoff.objects.order_by("pk").values_list("position", "is_done", "note")
    assert list(rows) == [(1, True, ""), (2, False, "A slip")]


def test_nothing_is_signed_that_is_done_unknown_to_come_or_closed(company: Any, customer: Any, manager: Any) -> None:
    assert code_of(lambda: sign_close_step(company, DAY, "drafts", by=manager)) == "nothing_open"
    assert code_of(lambda: sign_close_step(company, DAY, "coffee", by=manager)) == "no_such_step"
    assert code_of(lambda: sign_close_step(company, date(2199, 1, 1), "drafts", by=manager)) == "month_to_come"
    world.draft(customer, "5.00", dated_on=DAY)
    sign_close_step(company, DAY, "drafts", by=manager)
    close_month(company, DAY, by=manager, reason=AS_IT_IS)
    assert code_of(lambda: sign_close_step(company, DAY, "whole_check", by=manager)) == "month_closed"
    assert code_of(lambda: unsign_close_step(company, DAY, "drafts", by=manager)) == "month_closed"
    assert CloseSignoff.objects.count() == 1


def test_the_database_takes_no_sign_off_of_a_closed_month(company: Any, manager: Any) -> None:
    close_month(company, DAY, by=manager, reason=AS_IT_IS)
    with pytest.raises(DatabaseError, match="the month 2026-03 is closed"), transaction.atomic():
        CloseSignoff.objects.create(
            company=company, month=MARCH, step="drafts", position=1, is_done=True, open_count=1, by=manager
        )


def test_a_reopened_month_is_signed_off_anew(company: Any, customer: Any, manager: Any) -> None:
    world.draft(customer, "5.00", dated_on=DAY)
    sign_close_step(company, DAY, "drafts", by=manager)
    close_month(company, DAY, by=manager, reason=AS_IT_IS)
    reopen_month(company, DAY, reason="A late invoice", by=manager)
    assert steps_of(company)["drafts"].state == "open"
    assert CloseSignoff.objects.latest("pk").note == "Reopened: A late invoice"


def test_the_last_whole_check_is_a_step(company: Any, customer: Any, manager: Any) -> None:
    run = ask_book_check(company, by=manager)
    assert steps_of(company)["whole_check"].open_count == 1
    run.status, run.parameters = "done", run.parameters | {"count": 0}
    run.save()
    assert steps_of(company)["whole_check"].state == "done"
    run.parameters = run.parameters | {"count": 3}
    run.save()
    assert steps_of(company)["whole_check"].open_count == 3


def close_twice(company: Any, manager: Any, in_parallel: Any) -> list[Any]:
    def close() -> Any:
        return close_month(company, DAY, by=manager, reason=AS_IT_IS)

    results: list[Any] = in_parallel([close, close])
    return results


def test_of_two_who_close_at_once_one_is_told_so_and_one_pack_is_made(
    transactional_db: None, company: Any, customer: Any, manager: Any, in_parallel: Any
) -> None:
    world.issue(customer, "10.00", DAY)
    results = close_twice(company, manager, in_parallel)
    assert sorted(str(result) for result in results) == ["2026-03", "March 2026 is closed already."]
    assert (Run.objects.count(), AuditRecord.objects.filter(action="close_month").count()) == (1, 1)


def test_both_would_close_without_the_lock(
    transactional_db: None, company: Any, customer: Any, manager: Any, in_parallel: Any, monkeypatch: Any
) -> None:
    """The control: the month is read, not held, and both find it open."""
    world.issue(customer, "10.00", DAY)
    seen = Barrier(2)

    def only_read(company_id: int, month: date) -> Period:
        period = Period.objects.get(company_id=company_id, month=month)
        seen.wait(timeout=20)
        return period

    monkeypatch.setattr(closing, "hold_month", only_read)
    assert [str(result) for result in close_twice(company, manager, in_parallel)] == ["2026-03", "2026-03"]


def test_who_posts_into_the_month_while_it_is_closed_is_in_it_or_refused(
    transactional_db: None, company: Any, customer: Any, manager: Any, in_parallel: Any
) -> None:
    world.issue(customer, "10.00", DAY)
    posts: Sequence[Any] = [lambda: world.issue(customer, "1.00", DAY) for _ in range(5)]
    results = in_parallel([lambda: close_month(company, DAY, by=manager, reason=AS_IT_IS), *posts])
    assert isinstance(results[0], Period)
    refused = [result for result in results[1:] if isinstance(result, Refused)]
    assert {each.code for each in refused} <= {"period_closed"}
    issued = len(posts) - len(refused)
    assert world.owes(customer, date(2026, 3, 31)) == 10 + issued
