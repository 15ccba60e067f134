"""Beginning to pay online: many items, own credit, an amount on account; each once, however often it is asked for."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ledger.allocating import Pair
from ledger.models import Allocation, OpenItem
from ledger.refusals import Refused
from office.models import RestoredCopy, Task
from payments.models import OnlinePayment, OnlineStatus, Receipt
from payments.online.asking import Asked, Door
from payments.operations import begin_online_payment as beginning
from payments.operations.apply_credits import apply_credits
from payments.operations.begin_online_payment import begin_online_payment
from payments.operations.receive_payment import Share
from reports.book_check import check_book
from tests import world
from tests.payments.online import PAID, refusal_of, report, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_provider")]
DOOR = Door("account:1")


def shares(customer: Any, *amounts: str) -> list[Share]:
    """A new invoice of each amount, all of it wanted."""
    papers = [world.issue(customer, amount, today(customer.company)) for amount in amounts]
    return [Share(world.item_of(paper).pk, Decimal(amount)) for paper, amount in zip(papers, amounts, strict=True)]


def begin(customer: Any, wanted: list[Share], door: Door = DOOR, **more: Any) -> OnlinePayment:
    asked = Asked("EUR", wanted, **more)
    return begin_online_payment(customer, asked, by=None, return_url=lambda _: "http://x.example/", door=door)


def settle(customer: Any, credit: Receipt, share: Share, amount: str) -> None:
    """What somebody else applies meanwhile."""
    pair = Pair(share.item_id, world.item_of(credit).pk, Decimal(amount))
    apply_credits(customer, [pair], dated_on=today(customer.company), by=None)


def balances(wanted: list[Share]) -> list[Decimal]:
    items = OpenItem.objects.in_bulk([share.item_id for share in wanted])
    return [items[share.item_id].balance for share in wanted]


def test_nobody_pays_a_restored_copy_until_it_is_released(company: Any, customer: Any) -> None:
    wanted, now = shares(customer, "100.00"), timezone.now()
    RestoredCopy.objects.create(backed_up_at=now, restored_at=now)
    with pytest.raises(Refused) as refusal:
        begin(customer, wanted)
    assert (refusal.value.code, OnlinePayment.objects.count()) == ("restored_copy", 0)
    RestoredCopy.objects.update(released_at=now)
    assert begin(customer, wanted).checkout_url


def test_several_items_and_more_on_account_are_paid_at_once(company: Any, customer: Any) -> None:
    wanted = shares(customer, "100.00", "50.00", "25.00")
    others = shares(customer, "7.00")
    payment = begin(customer, [*wanted[:2], Share(wanted[2].item_id, Decimal(10))], on_account=Decimal(5))
    assert (payment.amount, [part.amount for part in payment.parts.all()]) == (165, [100, 50, 10])

    assert report(payment) == "applied"

    payment.refresh_from_db()
    assert balances([*wanted, *others]) == [0, 0, 15, 7]
    assert world.item_of(payment.receipt).balance == -5
    assert payment.made.count() == 3
    assert not Task.objects.exists()
    assert check_book() == []


def test_what_was_paid_meanwhile_stays_on_account_and_a_task_says_why(company: Any, customer: Any) -> None:
    wanted = shares(customer, "100.00", "50.00")
    payment = begin(customer, wanted)
    settle(customer, world.receive(customer, "70.00", today(company)), wanted[0], "70.00")

    report(payment)

    payment.refresh_from_db()
    assert (balances(wanted), world.item_of(payment.receipt).balance) == ([0, 0], -70)
    task = Task.objects.get()
    assert task.title == f"€70.00 of an online payment stays on account: {payment.receipt.number}"
    assert "€100.00 was paid for, €30.00 was still open." in task.note
    assert check_book() == []


def test_own_credit_is_used_first_and_the_rest_is_asked_for(company: Any, customer: Any) -> None:
    wanted = shares(customer, "100.00", "50.00")
    paid = world.receive(customer, "30.00", today(company))
    memo = world.issue_credit_memo(customer, "20.00", today(company))
    payment = begin(customer, wanted, uses_credit=True)
    assert (payment.amount, payment.from_credit, balances(wanted)) == (100, 50, [100, 50])

    report(payment)

    assert balances(wanted) == [0, 0]
    assert [world.item_of(each).balance for each in (paid, memo)] == [0, 0]
    assert payment.made.count() == 4
    assert set(payment.made.values_list("reason", flat=True)) == {str(payment)}
    assert check_book() == []


def test_credit_that_is_enough_is_used_at_once_and_nothing_is_asked_for(company: Any, customer: Any) -> None:
    wanted = shares(customer, "100.00")
    paid = world.receive(customer, "130.00", today(company))
    payment = begin(customer, wanted, uses_credit=True)
    assert (payment.status, payment.amount, payment.from_credit) == (OnlineStatus.SETTLED, 0, 100)
    assert (balances(wanted), world.item_of(paid).balance, Receipt.objects.count()) == ([0], -30, 1)
    assert refusal_of(lambda: begin(customer, wanted, uses_credit=True)).code == "more_than_open"
    assert check_book() == []


def test_credit_that_is_gone_when_the_money_comes_leaves_the_rest_open(company: Any, customer: Any) -> None:
    wanted, other = shares(customer, "100.00"), shares(customer, "30.00")
    paid = world.receive(customer, "30.00", today(company))
    payment = begin(customer, wanted, uses_credit=True)
    settle(customer, paid, other[0], "30.00")
    assert report(payment) == "applied", OnlinePayment.objects.get().held_because
    assert balances(wanted) == [30]
    assert check_book() == []


@pytest.mark.parametrize(
    ("amount", "more", "code"),
    [
        ("100.01", {}, "more_than_open"),
        ("0", {}, "bad_amount"),
        ("-1", {}, "bad_amount"),
        ("1.001", {}, "bad_amount"),
        ("1", {"on_account": Decimal(-1)}, "bad_amount"),
        ("1", {"on_account": Decimal(10) ** 9}, "bad_amount"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_and_nothing_kept(
    company: Any, customer: Any, amount: str, more: dict[str, Any], code: str
) -> None:
    [share] = shares(customer, "100.00")
    assert refusal_of(lambda: begin(customer, [Share(share.item_id, Decimal(amount))], **more)).code == code
    assert not OnlinePayment.objects.exists()


def test_anothers_item_one_of_another_currency_and_one_twice_are_refused(company: Any, customer: Any) -> None:
    other = world.make_customer(company, "Cedar Ltd")
    dollars = world.issue(customer, "5.00", today(company), currency="USD", exchange_rate=Decimal("0.9"))
    for item in (shares(other, "5.00")[0].item_id, world.item_of(dollars).pk):
        refusal = refusal_of(lambda item=item: begin(customer, [Share(item, Decimal(5))]))
        assert refusal.code == "another_customer"
    [share] = shares(customer, "5.00")
    assert refusal_of(lambda: begin(customer, [share, share])).code == "item_named_twice"
    assert refusal_of(lambda: begin(customer, [])).code == "bad_amount"


@pytest.mark.parametrize("spoiled", [{"currency": "USD"}, {"customer_id": 0}, {"item_id": 0}])
def test_the_database_keeps_parts_to_one_customer_and_currency(
    company: Any, customer: Any, spoiled: dict[str, Any]
) -> None:
    [share] = shares(customer, "5.00")
    payment = begin(customer, [share])
    stranger = world.make_customer(company, "Cedar Ltd")
    [theirs] = shares(stranger, "5.00")
    values = {"payment_id": payment.pk, "customer_id": customer.pk, "currency": "EUR", "item_id": theirs.item_id}
    if "item_id" not in spoiled:  # of whoever the part names: only the key of three columns is in its way
        dollars = world.issue(customer, "5.00", today(company), currency="USD", exchange_rate=Decimal("0.9"))
        if "currency" in spoiled:
            values |= {"currency": "USD", "item_id": world.item_of(dollars).pk}
        else:
            values |= {"customer_id": stranger.pk}
    sql = "INSERT INTO payments_onlinepaymentpart (payment_id, customer_id, currency, item_id, amount)"
    with pytest.raises(IntegrityError, match="online_part"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} VALUES (%(payment_id)s, %(customer_id)s, %(currency)s, %(item_id)s, 1)", values)


# Once


def test_the_same_asked_for_again_is_the_same_page(company: Any, customer: Any) -> None:
    wanted = shares(customer, "100.00", "50.00")
    first = begin(customer, wanted)
    assert begin(customer, list(reversed(wanted))) == first
    assert OnlinePayment.objects.count() == 1


def test_another_amount_or_an_item_in_common_ends_the_page_before(company: Any, customer: Any) -> None:
    wanted = shares(customer, "100.00", "50.00")
    first = begin(customer, wanted)
    second = begin(customer, [Share(wanted[0].item_id, Decimal(40))])
    third = begin(customer, wanted[:1], Door("document:1"))
    unlike = begin(customer, wanted[1:])
    statuses = [OnlinePayment.objects.get(pk=each.pk).status for each in (first, second, third, unlike)]
    assert statuses == ["closed", "closed", "begun", "begun"]
    assert report(first) == "applied"
    assert balances(wanted) == [0, 0]
    assert check_book() == []


def test_what_is_on_its_way_is_not_begun_again(company: Any, customer: Any) -> None:
    wanted = shares(customer, "100.00", "50.00")
    payment = begin(customer, wanted)
    OnlinePayment.objects.update(status=OnlineStatus.PENDING)
    assert refusal_of(lambda: begin(customer, wanted[:1], Door("document:1"))).code == "on_its_way"
    assert report(payment, PAID) == "applied"


def test_one_link_begins_so_many_in_an_hour(company: Any, customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "MOST_AN_HOUR", 2)
    door = Door("account:1", customer.contacts.get())
    [share] = shares(customer, "100.00")
    for amount in ("1.00", "2.00"):
        begin(customer, [Share(share.item_id, Decimal(amount))], door)
    assert refusal_of(lambda: begin(customer, [share], door)).code == "too_many"
    begin(customer, [share], Door("account:2", customer.contacts.get()))


@pytest.mark.django_db(transaction=True)
def test_four_windows_at_once_get_one_page_and_without_the_lock_the_database_says_so(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = shares(customer, "100.00", "50.00")
    found = in_parallel([lambda: begin(customer, wanted)] * 4)
    assert [each for each in found if not isinstance(each, OnlinePayment)] == []
    assert (len({each.pk for each in found}), OnlinePayment.objects.count()) == (1, 1)

    other = shares(customer, "10.00")
    barrier = threading.Barrier(2)
    monkeypatch.setattr(beginning, "_lock", lambda customer: None)
    monkeypatch.setattr(beginning, "_require_open", lambda customer, asked: barrier.wait())
    both = in_parallel([lambda: begin(customer, other)] * 2)
    assert len({each.pk for each in both}) == 1
    monkeypatch.setattr(Door, "key", lambda door, asked: str(threading.get_ident()))
    two = in_parallel([lambda: begin(customer, shares_of(other))] * 2)
    assert len({each.pk for each in two}) == 2  # nothing but the constraint was in the way


def shares_of(wanted: list[Share]) -> list[Share]:
    return [Share(share.item_id, Decimal(3)) for share in wanted]


@pytest.mark.django_db(transaction=True)
def test_credit_used_in_two_windows_at_once_is_used_once(
    company: Any, customer: Any, in_parallel: Callable[..., list[Any]]
) -> None:
    wanted = shares(customer, "100.00")
    world.receive(customer, "300.00", today(company))
    found = in_parallel([lambda: begin(customer, wanted, uses_credit=True)] * 3)
    assert sorted(type(each).__name__ for each in found) == ["OnlinePayment", "Refused", "Refused"]
    assert (Allocation.objects.count(), balances(wanted)) == (1, [0])
    assert check_book() == []
