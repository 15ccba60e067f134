"""A promise pauses what it is about, and whether it was kept is read from the book."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from credit_control.models import PaymentPromise, PromisedItem
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.withdraw_promise import withdraw_promise
from credit_control.promises import promised_now, standing_promises, with_state
from ledger.refusals import Refused
from office.models import AuditRecord
from payments.exchanging import ExchangeDetails
from payments.operations.apply_credits import undo_allocation
from payments.operations.exchange_receipt import exchange_receipt
from tests import world
from tests.api.calling import Program
from tests.billing.disputing import dispute
from tests.credit_control.planning import agreed

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(customer: Any, today: Any) -> Any:
    return world.issue(customer, "300.00", today - timedelta(days=40))


def promise(customer: Any, days: int = 5, **details: Any) -> PaymentPromise:
    today = customer.company.today()
    values = {"said_by": "Eva Brandt", "currency": "EUR", "pay_on": today + timedelta(days=days)} | details
    return record_promise(customer.pk, PromiseDetails(**values), on=today, by=None)


def state(made: PaymentPromise, days: int = 0) -> tuple[str, Decimal]:
    day = made.made_on + timedelta(days=days)
    row = with_state(PaymentPromise.objects.all(), day).get(pk=made.pk)
    return row.state, row.came


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_it_stands_until_its_last_day_and_is_broken_after_it(customer: Any, invoice: Any, today: Any) -> None:
    made = promise(customer)
    item = world.item_of(invoice)
    assert (made.amount, made.counts_until) == (300, today + timedelta(days=7))
    assert [state(made, days)[0] for days in (0, 5, 7, 8)] == ["standing", "standing", "standing", "broken"]
    assert set(standing_promises([item.pk], today + timedelta(days=7))) == {item.pk}
    assert standing_promises([item.pk], today + timedelta(days=8)) == {}
    assert promised_now([customer.pk], today) == {(customer.pk, "EUR"): Decimal(300)}


def test_what_came_is_read_from_the_book(customer: Any, invoice: Any, today: Any) -> None:
    made = promise(customer)
    receipt = world.receive(customer, "100.00", today)
    assert state(made) == ("standing", 100)  # on account: it counts before anybody applied it
    applied = world.apply(receipt, invoice, "100.00", today)
    assert state(made, 8) == ("part_kept", 100)
    undo_allocation(applied.pk, dated_on=today, by=None, reason="Wrong invoice")
    assert state(made, 8) == ("part_kept", 100)
    world.receive(customer, "200.00", today)
    assert state(made) == ("kept", 300)


def test_money_in_another_currency_keeps_it_from_the_day_it_came(customer: Any, invoice: Any, today: Any) -> None:
    made = promise(customer)
    dollars = world.receive(customer, "200.00", today, currency="USD", exchange_rate=Decimal("0.9"))
    details = ExchangeDetails(Decimal("200.00"), "EUR", today, Decimal("180.00"), item_id=world.item_of(invoice).pk)
    exchange_receipt(dollars.pk, details, by=None)
    assert state(made, 8) == ("part_kept", 180)
    world.apply(world.receive(customer, "120.00", today), invoice, "120.00", today)
    assert state(made, 8) == ("kept", 300)


def test_money_that_was_exchanged_and_not_applied_counts_as_other_money(
    customer: Any, invoice: Any, today: Any
) -> None:
    before = world.receive(customer, "100.00", today - timedelta(days=1), currency="USD", exchange_rate=Decimal("0.9"))
    made = promise(customer)
    dollars = world.receive(customer, "200.00", today, currency="USD", exchange_rate=Decimal("0.9"))
    for receipt, amount, into in ((before, "100.00", "90.00"), (dollars, "200.00", "180.00")):
        exchange_receipt(receipt.pk, ExchangeDetails(Decimal(amount), "EUR", today, Decimal(into)), by=None)
    assert state(made, 8) == ("part_kept", 180)


def test_what_is_disputed_is_promised_last(customer: Any, invoice: Any, today: Any) -> None:
    newer = world.issue(customer, "100.00", today - timedelta(days=20))
    dispute(invoice, "290.00", on=today)
    made = promise(customer, amount=Decimal("110.00"))
    assert parts(made) == {world.item_of(invoice).pk: 10, world.item_of(newer).pk: 100}
    withdraw_promise(made.pk, on=made.made_on, by=None, reason="A slip")
    assert parts(promise(customer)) == {world.item_of(invoice).pk: 10, world.item_of(newer).pk: 100}


def test_more_than_is_not_disputed_is_promised_of_that_too(customer: Any, invoice: Any, today: Any) -> None:
    newer = world.issue(customer, "100.00", today - timedelta(days=20))
    dispute(invoice, "290.00", on=today)
    made = promise(customer, amount=Decimal("150.00"))
    assert parts(made) == {world.item_of(invoice).pk: 50, world.item_of(newer).pk: 100}


def parts(made: PaymentPromise) -> dict[int, Decimal]:
    """What is promised of which item."""
    return dict(made.items.values_list("item", "amount"))


def test_money_that_was_there_before_keeps_no_promise(customer: Any, invoice: Any, today: Any) -> None:
    world.receive(customer, "100.00", today - timedelta(days=1))
    earlier = world.receive(customer, "50.00", today)
    applied = world.apply(earlier, invoice, "50.00", today)
    made = promise(customer, amount=Decimal(200))
    assert state(made, 8) == ("broken", 0)
    undo_allocation(applied.pk, dated_on=today, by=None, reason="Wrong invoice")
    assert state(made, 8) == ("broken", 0)


def test_what_is_credited_need_not_come(customer: Any, invoice: Any, today: Any) -> None:
    made = promise(customer)
    memo = world.issue_credit_memo(customer, "120.00", today)
    world.apply(memo, invoice, "120.00", today)
    world.apply(world.receive(customer, "180.00", today), invoice, "180.00", today)
    assert state(made) == ("kept", 180)


def test_what_is_wholly_credited_is_settled_otherwise(customer: Any, invoice: Any, today: Any) -> None:
    made = promise(customer)
    world.apply(world.issue_credit_memo(customer, "300.00", today), invoice, "300.00", today)
    assert state(made, 8) == ("settled", 0)


def test_a_part_is_promised_of_what_is_due_first(customer: Any, invoice: Any, today: Any) -> None:
    newer = world.issue(customer, "500.00", today)
    made = promise(customer, amount=Decimal("350.00"))
    assert [(row.item_id, row.amount) for row in made.items.all()] == [
        (world.item_of(invoice).pk, 300),
        (world.item_of(newer).pk, 50),
    ]


def test_an_item_is_promised_once_at_a_time(customer: Any, invoice: Any) -> None:
    made = promise(customer)
    item = world.item_of(invoice)
    assert refusal(lambda: promise(customer, item_ids=[item.pk])) == "promised_already"
    assert refusal(lambda: promise(customer)) == "nothing_open"
    withdraw_promise(made.pk, on=made.made_on, by=None, reason="A slip")
    assert (state(made)[0], refusal(lambda: withdraw_promise(made.pk, on=made.made_on, by=None, reason="x"))) == (
        "withdrawn",
        "invalid_move",
    )
    promise(customer, item_ids=[item.pk])
    assert [record.action for record in AuditRecord.objects.filter(action__contains="promise").order_by("pk")] == [
        "record_promise",
        "withdraw_promise",
        "record_promise",
    ]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"days": -1}, "day_past"),
        ({"days": 31}, "too_far_ahead"),
        ({"said_by": " "}, "said_by_missing"),
        ({"note": "x" * 501}, "too_long"),
        ({"amount": Decimal(0)}, "amount_invalid"),
        ({"amount": Decimal("1.001")}, "amount_invalid"),
        ({"amount": Decimal("300.01")}, "more_than_open"),
        ({"currency": "USD"}, "nothing_open"),
        ({"item_ids": [0]}, "not_open"),
    ],
)
def test_it_refuses(customer: Any, invoice: Any, details: dict[str, Any], code: str) -> None:
    assert refusal(lambda: promise(customer, **details)) == code
    assert not PaymentPromise.objects.exists()


def test_the_database_keeps_it_as_it_was_made(customer: Any, invoice: Any) -> None:
    made = promise(customer)
    for act in (
        lambda: PaymentPromise.objects.update(amount=1),
        lambda: PromisedItem.objects.update(amount=1),
        lambda: PaymentPromise.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_the_screens_record_show_and_withdraw(customer: Any, invoice: Any, today: Any, client: Any) -> None:
    client.force_login(world.make_user(customer.company, "collector"))
    page = reverse("credit_control:promise_new", args=[customer.pk])
    assert "Eva Brandt" in client.get(page).content.decode()
    typed = {"pay_on": str(today - timedelta(days=1)), "said_by": "Eva", "amount": "", "item": ""}
    assert "A promise is for today or later." in client.post(page, typed).content.decode()
    typed |= {"pay_on": str(today), "item": str(world.item_of(invoice).pk)}
    shown = client.post(page, typed, follow=True).content.decode()
    assert "Reminders wait until" in shown
    assert "Standing" in shown
    assert "Promised for" in client.get(page).content.decode()
    made = PaymentPromise.objects.get()
    assert "Bramble" in client.get(reverse("credit_control:promise_list")).content.decode()
    taken = client.post(reverse("credit_control:withdraw_promise", args=[made.pk]), {"reason": ""}, follow=True)
    assert "Say why it is withdrawn." in taken.content.decode()
    client.post(reverse("credit_control:withdraw_promise", args=[made.pk]), {"reason": "A slip"})
    assert state(made)[0] == "withdrawn"


def test_the_page_offers_no_item_that_a_plan_holds(customer: Any, invoice: Any, today: Any, client: Any) -> None:
    planned, due = (
        agreed(customer, [invoice], (10, "150.00"), (40, "150.00")),
        world.issue(customer, "40.00", today - timedelta(days=60)),
    )
    client.force_login(world.make_user(customer.company, "collector"))
    page = reverse("credit_control:promise_new", args=[customer.pk])
    shown = client.get(page)
    assert f"In {planned}" in shown.content.decode()
    assert shown.context["marked"] == {world.item_of(due).pk}

    marked = {"pay_on": str(today), "said_by": "Eva", "amount": "", "item": list(shown.context["marked"])}
    client.post(page, marked)
    assert PaymentPromise.objects.get().amount == Decimal("40.00")


def test_programs_do_the_same_and_see_no_others(customer: Any, invoice: Any, today: Any) -> None:
    program = Program(world.make_user(customer.company, "collector"))
    made = program.post("promises/", {"customer": customer.pk, "pay_on": str(today), "said_by": "Eva"})
    assert (made.status_code, made.json()["amount"], made.json()["state"]) == (201, "300.00", "standing")
    assert [row["id"] for row in program.get("promises/", state="standing").json()["results"]] == [made.json()["id"]]
    other = Program(world.make_user(world.make_company(legal_name="Birch Ltd"), "collector"))
    assert other.get(f"promises/{made.json()['id']}/").status_code == 404
    auditor = Program(world.make_user(customer.company, "auditor"))
    assert auditor.post("promises/", {}).status_code == 403
    taken = program.post(f"promises/{made.json()['id']}/withdraw/", {"reason": "A slip"})
    assert taken.json()["state"] == "withdrawn"
