"""Money in through the API: receipts, allocations, refunds."""

from datetime import date
from decimal import Decimal

import pytest

from payments.models import Receipt
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 1)


def paid(customer, amount="100.00", **more):
    return {"customer": customer.pk, "amount": amount, "received_on": "2026-03-05", **more}


def open_of(program, invoice):
    return program.get(f"invoices/{invoice.pk}/").json()["open"]


def test_a_receipt_without_a_plan_stays_on_account(program, customer):
    answer = program.post("receipts/", paid(customer, reference="Thanks", method="card"))

    assert answer.status_code == 201
    shown = answer.json()
    assert [shown[name] for name in ("number", "amount", "free", "currency", "method", "reference", "status")] == [
        "RC-2026-0001",
        "100.00",
        "100.00",
        "EUR",
        "card",
        "Thanks",
        "recorded",
    ]
    assert shown["item"]["balance"] == "-100.00"
    assert program.get(f"receipts/{shown['id']}/").json() == shown


def test_a_receipt_settles_the_oldest_first(program, customer):
    old, new = (world.issue(customer, "60.00", day) for day in (DAY, date(2026, 3, 2)))

    receipt = program.post("receipts/", paid(customer, allocate="oldest_first")).json()

    assert [(row["debit"]["reference"], row["amount"]) for row in receipt["allocations"]] == [
        (old.number, "60.00"),
        (new.number, "40.00"),
    ]
    assert (open_of(program, old), open_of(program, new), receipt["free"]) == ("0.00", "20.00", "0.00")


def test_all_02_one_payment_over_two_invoices_takes_none_below_zero(program, customer):
    first = world.issue(customer, "50.00", DAY)
    program.post("receipts/", paid(customer, "20.00", allocate="oldest_first"))
    second = world.issue(customer, "70.00", DAY)

    item = world.item_of(second).pk
    receipt = program.post("receipts/", paid(customer, allocate=[{"item": item, "amount": "100.00"}])).json()

    assert (open_of(program, first), open_of(program, second), receipt["free"]) == ("30.00", "0.00", "30.00")
    owed = program.get(f"customers/{customer.pk}/open-items/").json()
    assert owed["totals"] == [{"currency": "EUR", "owed": "0.00"}]
    assert [item["open"] for item in owed["results"]] == ["-30.00", "30.00"]


@pytest.mark.parametrize("allocate", ["oldest_first", "item"])
def test_excess_is_refused_and_nothing_recorded_where_the_caller_wants_so(program, customer, allocate):
    invoice = world.issue(customer, "60.00", DAY)
    if allocate == "item":
        allocate = [{"item": world.item_of(invoice).pk, "amount": "100.00"}]

    answer = program.post("receipts/", paid(customer, allocate=allocate, excess="refuse"))

    assert refused(answer) == (409, "more_than_open")
    assert not Receipt.objects.exists()
    assert open_of(program, invoice) == "60.00"


def test_all_03_an_old_overpayment_is_spent(program, customer):
    receipt = program.post("receipts/", paid(customer, "5.95")).json()
    invoice = world.issue(customer, "57.10", date(2026, 4, 1))
    pair = {"debit": world.item_of(invoice).pk, "credit": receipt["item"]["id"], "amount": "5.95"}

    answer = program.post("allocations/", {"customer": customer.pk, "pairs": [pair], "on": "2026-04-02"})

    assert answer.status_code == 201
    assert [row["dated_on"] for row in answer.json()["results"]] == ["2026-04-02"]
    assert open_of(program, invoice) == "51.15"
    shown = program.get(f"receipts/{receipt['id']}/").json()
    assert (shown["free"], shown["received_on"]) == ("0.00", "2026-03-05")


def test_all_04_a_credit_memo_is_unapplied_and_applied_again(program, customer):
    invoice = world.issue(customer, "100.00", DAY)
    memo = program.post(f"invoices/{invoice.pk}/credit/", {"reason": "Returned"}).json()
    [done] = memo["settlements"]

    undone = program.post(f"allocations/{done['id']}/undo/", {"reason": "Too soon"})
    assert (undone.status_code, undone.json()["amount"], undone.json()["reverses_id"]) == (201, "-100.00", done["id"])
    assert open_of(program, invoice) == "100.00"
    assert program.get(f"invoices/{memo['id']}/").json()["open"] == "100.00"

    pair = {"debit": done["debit"]["id"], "credit": done["credit"]["id"], "amount": "100.00"}
    program.post("allocations/", {"customer": customer.pk, "pairs": [pair]})
    assert open_of(program, invoice) == "0.00"
    again = program.post(f"allocations/{done['id']}/undo/", {"reason": "Again"})
    assert refused(again) == (409, "already_undone")


def test_all_07_a_returned_cheque_opens_what_it_had_settled(program, customer):
    a = world.issue(customer, "1000.00", DAY, due_on=date(2026, 3, 31))
    b = world.issue(customer, "500.00", DAY, due_on=date(2026, 4, 30))
    cheque = program.post("receipts/", paid(customer, "1500.00", method="cheque", allocate="oldest_first")).json()

    returned = program.post(
        f"receipts/{cheque['id']}/reverse/", {"reason": "Unpaid", "on": "2026-03-12", "fee": "25.00"}
    ).json()

    assert [returned[name] for name in ("status", "free", "reversed_on", "reversal_reason")] == [
        "reversed",
        "0.00",
        "2026-03-12",
        "Unpaid",
    ]
    assert (open_of(program, a), open_of(program, b)) == ("1000.00", "500.00")
    owed = {
        day: program.get(f"customers/{customer.pk}/open-items/", on=day).json()["totals"]
        for day in ("2026-03-08", "2026-03-12")
    }
    assert owed == {"2026-03-08": [], "2026-03-12": [{"currency": "EUR", "owed": "1525.00"}]}
    again = program.post(f"receipts/{cheque['id']}/reverse/", {"reason": "Unpaid"})
    assert refused(again) == (409, "invalid_move")


def test_all_08_no_more_is_refunded_than_is_free(customer, manager):
    program = Program(manager)
    invoice = world.issue(customer, "100.00", DAY)
    program.post("receipts/", paid(customer, "40.00", allocate="oldest_first"))
    memo = program.post(f"invoices/{invoice.pk}/credit/", {"reason": "Returned"}).json()
    asked = {"customer": customer.pk, "credit": memo["items"][0]["id"], "reason": "Asked for it"}

    assert (memo["open"], open_of(program, invoice)) == ("40.00", "0.00")
    assert refused(program.post("refunds/", asked | {"amount": "40.01"})) == (409, "more_than_open")
    refund = program.post("refunds/", asked | {"amount": "40.00"})
    assert (refund.status_code, refund.json()["amount"], refund.json()["currency"]) == (201, "40.00", "EUR")
    assert refused(program.post("refunds/", asked | {"amount": "0.01"})) == (409, "more_than_open")
    assert program.get(f"customers/{customer.pk}/open-items/").json()["totals"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "0.00"}, "amount_not_positive"),
        ({"amount": "1.001"}, "too_many_places"),
        ({"received_on": "2999-01-01"}, "date_in_future"),
        ({"exchange_rate": "2"}, "bad_exchange_rate"),
        ({"allocate": [{"item": 1, "amount": "1.00"}]}, "another_customer"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused_with_its_code(program, customer, change, code):
    assert refused(program.post("receipts/", paid(customer) | change)) == (409, code)
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": "XXY"}, "currency"),
        ({"allocate": "newest_first"}, "allocate"),
        ({"allocate": [{"item": 1}]}, "allocate"),
        ({"excess": "burn"}, "excess"),
        ({"amount": 100}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e30"}, "amount"),
    ],
)
def test_wrong_input_is_named_by_field(program, customer, change, field):
    answer = program.post("receipts/", paid(customer) | change)

    assert refused(answer) == (400, "invalid_input")
    assert set(answer.json()["errors"]) == {field}


def test_part_of_a_cent_is_neither_applied_nor_charged(program, customer):
    invoice, receipt = world.issue(customer, "10.00", DAY), world.receive(customer, "10.00", DAY)
    pair = {"debit": world.item_of(invoice).pk, "credit": world.item_of(receipt).pk, "amount": "0.001"}

    applied = program.post("allocations/", {"customer": customer.pk, "pairs": [pair]})
    charged = program.post(f"receipts/{receipt.pk}/reverse/", {"reason": "Returned", "fee": "0.001"})

    assert refused(applied) == (409, "too_many_places")
    assert refused(charged) == (409, "too_many_places")
    assert world.open_of(receipt) == Decimal("10.00")


def test_undoing_needs_a_reason(program, customer):
    done = world.apply(world.receive(customer, "10.00", DAY), world.issue(customer, "10.00", DAY), "10.00", DAY)
    assert refused(program.post(f"allocations/{done.pk}/undo/", {"reason": ""})) == (409, "reason_missing")


def test_the_list_is_narrowed_by_customer_day_and_words(program, company, customer):
    other = world.make_customer(company, "Cedar SA")
    first = world.receive(customer, "10.00", DAY, reference="March rent")
    second = world.receive(other, "20.00", date(2026, 3, 2))

    def found(**query):
        return [row["id"] for row in program.get("receipts/", **query).json()["results"]]

    assert found() == [first.pk, second.pk]
    assert found(customer=other.pk) == [second.pk]
    assert found(received_to="2026-03-01") == [first.pk]
    assert found(q="rent") == [first.pk]


def test_another_companys_receipt_is_not_found(stranger, customer):
    invoice, receipt = world.issue(customer, "10.00", DAY), world.receive(customer, "10.00", DAY)
    done = world.apply(receipt, invoice, "10.00", DAY)
    refund = {"customer": customer.pk, "credit": world.item_of(receipt).pk, "amount": "1.00", "reason": "Please"}
    pair = {"debit": world.item_of(invoice).pk, "credit": world.item_of(receipt).pk, "amount": "1.00"}

    answers = [
        stranger.get(f"receipts/{receipt.pk}/"),
        stranger.post(f"receipts/{receipt.pk}/reverse/", {"reason": "Wrong"}),
        stranger.post(f"allocations/{done.pk}/undo/", {"reason": "Wrong"}),
        stranger.post("allocations/", {"customer": customer.pk, "pairs": [pair]}),
        stranger.post("refunds/", refund),
        stranger.post("receipts/", paid(customer)),
        stranger.get(f"customers/{customer.pk}/open-items/"),
    ]

    assert [refused(answer) for answer in answers] == [(404, "not_found")] * len(answers)
    assert stranger.get("receipts/").json()["results"] == []


def test_who_may_not_take_money_takes_none(auditor, program, customer):
    receipt = world.receive(customer, "10.00", DAY)
    refund = {"customer": customer.pk, "credit": world.item_of(receipt).pk, "amount": "1.00", "reason": "Please"}

    assert refused(auditor.post("receipts/", paid(customer))) == (403, "permission_denied")
    assert refused(auditor.post(f"receipts/{receipt.pk}/reverse/", {"reason": "Wrong"})) == (403, "permission_denied")
    assert refused(program.post("refunds/", refund)) == (403, "permission_denied")
    assert auditor.get(f"receipts/{receipt.pk}/").status_code == 200
