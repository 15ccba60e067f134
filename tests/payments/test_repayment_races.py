"""Two people who decide about one repayment at once: it is paid, given up or taken back once."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from ledger.models import Entry
from ledger.refusals import Refused
from office.models import ApprovalRequest
from office.operations.decide_request import approve_request, decline_request, withdraw_request
from payments.models import PaymentFile, RepaymentBatch
from payments.operations import prepare_repayment as preparing
from payments.operations.prepare_repayment import approve_repayment, cancel_repayment
from payments.operations.reject_repayment_line import reject_repayment_line
from reports.book_check import check_book
from tests import world
from tests.customers.accounts import confirmed
from tests.payments.debits import may_debit
from tests.payments.test_refunds import batch_for, refund
from tests.payments.test_refunds_clearing import DAY, in_euros, standing

pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
PAID, WAITS = in_euros(a1000="-40.00"), in_euros(a2900="-40.00")


@pytest.fixture
def waiting(company: Any, customer: Any, manager: Any) -> RepaymentBatch:
    """A batch with a refund of 40.00 that waits for a second person."""
    may_debit(company)
    confirmed(customer)
    refund(world.issue_credit_memo(customer, "40.00", DAY))
    return batch_for(company, manager)


@pytest.fixture
def ready(company: Any, waiting: RepaymentBatch) -> RepaymentBatch:
    """The same once its file is made."""
    approve_request(ApprovalRequest.objects.get().pk, by=world.make_user(company, "manager"))
    return RepaymentBatch.objects.get()


def codes(results: list[Any]) -> list[str]:
    """Each result as the code of its refusal, the name of its error, or that it was done."""
    names = [getattr(each, "code", type(each).__name__ if isinstance(each, Exception) else "done") for each in results]
    return sorted(names)


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch is not locked, and both have read it before either goes on."""
    both_read = Barrier(2, timeout=30)

    def read_together(batch_id: int) -> RepaymentBatch:
        batch = RepaymentBatch.objects.select_related("company", "bank_account__company").get(pk=batch_id)
        both_read.wait()
        return batch

    monkeypatch.setattr(preparing, "_locked", read_together)


def test_two_who_approve_at_once_make_one_file(company: Any, waiting: RepaymentBatch, in_parallel: Parallel) -> None:
    request = ApprovalRequest.objects.get()
    managers = [world.make_user(company, "manager") for _ in range(2)]
    results = in_parallel([lambda by=by: approve_request(request.pk, by=by) for by in managers])

    assert codes(results) == ["already_decided", "done"]
    assert (PaymentFile.objects.count(), standing(company)) == (1, PAID)
    assert check_book() == []


def test_beneath_the_request_the_batch_is_approved_once(
    company: Any, waiting: RepaymentBatch, in_parallel: Parallel
) -> None:
    results = in_parallel([lambda: approve_repayment(waiting.pk, by=None)] * 2)
    assert codes(results) == ["done", "invalid_move"]
    assert (PaymentFile.objects.count(), standing(company)) == (1, PAID)


def test_control_without_the_lock_only_the_book_stops_the_second_approval(
    waiting: RepaymentBatch, in_parallel: Parallel, without_lock: None
) -> None:
    """A fact enters once: its key is unique, but who came second sees an error and no word of ours."""
    results = in_parallel([lambda: approve_repayment(waiting.pk, by=None)] * 2)
    assert "invalid_move" not in codes(results)
    assert Entry.objects.filter(kind="approve_repayment").count() == 1


@pytest.mark.parametrize("give_up", ["decline", "withdraw"])
def test_approved_and_given_up_at_once_it_is_one_of_both(
    company: Any, waiting: RepaymentBatch, manager: Any, in_parallel: Parallel, give_up: str
) -> None:
    request = ApprovalRequest.objects.get()
    one, other = (world.make_user(company, "manager") for _ in range(2))
    ways = {
        "decline": lambda: decline_request(request.pk, by=other, reason="Not yet"),
        "withdraw": lambda: withdraw_request(request.pk, by=manager),
    }
    results = in_parallel([lambda: approve_request(request.pk, by=one), ways[give_up]])

    assert codes(results) == ["already_decided", "done"]
    waiting.refresh_from_db()
    is_ready = not isinstance(results[0], Refused)
    assert (waiting.state, standing(company)) == (("ready", PAID) if is_ready else ("cancelled", WAITS))
    assert check_book() == []


def test_two_who_cancel_at_once_take_it_back_once(company: Any, ready: RepaymentBatch, in_parallel: Parallel) -> None:
    results = in_parallel([lambda: cancel_repayment(ready.pk, reason="Never sent", by=None)] * 2)
    assert codes(results) == ["done", "invalid_move"]
    assert standing(company) == WAITS
    assert check_book() == []


def test_control_without_the_lock_only_the_book_stops_the_second_cancelling(
    company: Any, ready: RepaymentBatch, in_parallel: Parallel, without_lock: None
) -> None:
    """The second waits for the bank account, finds nothing to take back, and cancels what is cancelled."""
    results = in_parallel([lambda: cancel_repayment(ready.pk, reason="Never sent", by=None)] * 2)
    assert "invalid_move" not in codes(results)
    assert standing(company) == WAITS


def test_a_line_rejected_while_its_repayment_is_cancelled_comes_back_once(
    company: Any, ready: RepaymentBatch, in_parallel: Parallel
) -> None:
    line = ready.lines.get()
    results = in_parallel(
        [
            lambda: cancel_repayment(ready.pk, reason="Never sent", by=None),
            lambda: reject_repayment_line(line.pk, "AM04", by=None),
        ]
    )
    assert codes(results) in (["done", "done"], ["done", "invalid_move"])
    assert (standing(company), Entry.objects.filter(reverses=line.entry).count()) == (WAITS, 1)
    assert check_book() == []
