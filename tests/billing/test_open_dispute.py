"""Opening a dispute: what it holds, what of a document is still asked for, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from billing.disputes import disputed_now
from billing.models import Dispute, DisputedAmount, Invoice
from billing.operations.close_dispute import close_dispute
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.queries import in_state, with_state
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.billing.disputing import DAY, LATER, dispute, held, reason

pytestmark = pytest.mark.django_db

LATE = date(2026, 6, 1)


def state_of(invoice: Invoice, on: date = LATER) -> str:
    return with_state(Invoice.objects.filter(pk=invoice.pk), on).get().state


def refusal(invoice: Invoice, **details: Any) -> str:
    with pytest.raises(Refused) as refused:
        dispute(invoice, **details)
    return refused.value.code


def test_a_dispute_holds_its_amount_and_no_more(customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    code = reason(customer.company)
    details = DisputeDetails(code, "Half was agreed.", Decimal(50), said_by="Ms Green", department="sales")
    opened = open_dispute(invoice.entry_id, details, on=LATER, by=clerk)

    assert (opened.number, opened.amount, opened.invoice, opened.customer) == ("DP-2026-0001", 50, invoice, customer)
    assert (opened.owner, opened.opened_by, opened.respond_by) == (clerk, clerk, date(2026, 3, 19))
    assert (opened.status, opened.source, opened.department) == ("open", "staff", "sales")
    assert held(invoice) == 50
    audit = AuditRecord.objects.get(action="open_dispute")
    assert (audit.by, audit.after["amount"], audit.reason) == (clerk, "€50.00", "Price differs from what was agreed")


def test_without_an_amount_all_that_is_open_and_in_no_dispute_is_held(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    world.apply(world.receive(customer, "30.00", LATER), invoice, "30.00", LATER)
    dispute(invoice, "20.00")
    assert dispute(invoice).amount == 50
    assert held(invoice) == 70
    assert refusal(invoice) == "nothing_open"


def test_two_disputes_never_hold_the_same_money(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    dispute(invoice, "60.00")
    assert refusal(invoice, amount="40.01") == "more_than_open"
    dispute(invoice, "40.00")
    assert (held(invoice), DisputedAmount.objects.count()) == (100, 2)


def test_two_disputes_at_once_hold_no_more_than_is_open(in_parallel: Any) -> None:
    invoice = world.issue(world.make_customer(world.make_company()), "100.00", DAY)
    results = in_parallel([lambda: dispute(invoice, "60.00")] * 4)
    assert sorted(getattr(each, "code", "opened") for each in results) == ["more_than_open"] * 3 + ["opened"]
    assert held(invoice) == 60


def test_the_database_keeps_disputes_within_an_item(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    first, item = dispute(invoice, "60.00"), world.item_of(invoice)
    second = dispute(invoice, "30.00")
    second.amounts.update(released_on=LATER, released_at=first.opened_at)
    with pytest.raises(DatabaseError, match="more of item"), transaction.atomic():
        DisputedAmount.objects.create(dispute=second, item=item, amount=Decimal("40.01"), held_on=LATER)
    DisputedAmount.objects.create(dispute=second, item=item, amount=Decimal(40), held_on=LATER)
    assert held(invoice) == 100


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE billing_dispute SET amount = 1",
        "UPDATE billing_dispute SET words = 'Never said'",
        "DELETE FROM billing_dispute",
        "UPDATE billing_disputedamount SET amount = 1",
        "DELETE FROM billing_disputedamount",
        "UPDATE billing_disputedline SET amount = 1",
    ],
)
def test_what_was_disputed_stays_as_it_was_said(customer: Any, sql: str) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    dispute(invoice, lines={invoice.lines.get().pk: Decimal(10)})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_is_settled_is_disputed_no_more(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    dispute(invoice, "60.00")
    world.apply(world.receive(customer, "70.00", LATER), invoice, "70.00", LATER)
    assert held(invoice) == 30
    world.apply(world.receive(customer, "30.00", LATER), invoice, "30.00", LATER)
    assert held(invoice) == 0
    assert state_of(invoice) == "paid"


def test_lines_are_disputed_with_their_tax(company: Any, customer: Any) -> None:
    tax = world.make_tax(company, "20")
    invoice = world.issue(customer, [world.line("10.00", "5", tax), world.line("50.00", "1", tax)], DAY)
    first, second = invoice.lines.all()
    opened = dispute(invoice, lines={first.pk: None, second.pk: Decimal(6)})
    assert opened.amount == 66
    assert list(opened.lines.values_list("line", "amount")) == [(first.pk, 60), (second.pk, 6)]
    assert refusal(invoice, lines={second.pk: Decimal("60.01")}) == "more_than_open"
    assert refusal(invoice, lines={0: None}) == "unknown_line"


def test_a_line_of_which_less_is_open_is_disputed_with_that(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("60.00"), world.line("40.00")], DAY)
    world.apply(world.receive(customer, "80.00", LATER), invoice, "80.00", LATER)
    assert dispute(invoice, lines={invoice.lines.first().pk: None}).amount == 20


def test_of_instalments_the_earliest_due_is_held_first(company: Any, customer: Any) -> None:
    terms = add_terms(company, TermsDetails("Halves", [PartDetails(30), PartDetails(60)]), by=None)
    invoice = world.issue(customer, "100.00", DAY, terms_id=terms.pk)
    dispute(invoice, "60.00")
    items = invoice.entry.items.order_by("due_on")
    assert [(item.balance, disputed_now([item.pk]).get(item.pk)) for item in items] == [(50, 50), (50, 10)]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"reason_code_id": None}, "reason_missing"),
        ({"reason_code_id": 0}, "unknown_reason"),
        ({"amount": "0"}, "bad_amounts"),
        ({"amount": "-1"}, "bad_amounts"),
        ({"amount": "1.005"}, "bad_amounts"),
        ({"amount": "100.01"}, "more_than_open"),
        ({"respond_by": DAY}, "deadline_too_early"),
        ({"department": "moon"}, "unknown_department"),
        ({"words": "x" * 4001}, "too_long"),
    ],
)
def test_what_cannot_be_disputed_is_refused_and_holds_nothing(customer: Any, details: Any, code: str) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    assert refusal(invoice, **details) == code
    assert (held(invoice), Dispute.objects.count()) == (0, 0)


def test_a_reason_for_something_else_is_none_for_a_dispute(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    assert refusal(invoice, reason_code_id=reason(company, "insolvent")) == "unknown_reason"
    assert refusal(invoice, reason_code_id=reason(world.make_company(), "price_disputed")) == "unknown_reason"


def test_the_state_is_read_from_what_is_late_and_in_no_dispute(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    opened = dispute(invoice, "60.00")
    assert (state_of(invoice), state_of(invoice, LATE)) == ("disputed", "overdue")
    more = dispute(invoice, "40.00")
    assert (state_of(invoice), state_of(invoice, LATE)) == ("disputed", "disputed")
    rows = with_state(Invoice.objects.all(), LATE)
    assert [list(in_state(rows, state)) for state in ("disputed", "overdue")] == [[invoice], []]
    close_dispute(opened.pk, "withdrawn", on=LATE, by=None)
    close_dispute(more.pk, "withdrawn", on=LATE, by=None)
    assert (state_of(invoice), state_of(invoice, LATE)) == ("open", "overdue")
