"""What will not be paid is written off: with its reason and limits, its tax shown, and never more than is open."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.customer_view import customer_view
from billing.models import Invoice, ReasonCode
from billing.operations.correct_invoice import correct_invoice
from billing.operations.credit_invoice import credit_invoice
from billing.queries import account_of, in_state, with_state
from ledger.models import AccountRole, Line
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_role_limits import set_role_limits
from payments.models import WriteOff, WriteOffTax
from payments.operations.apply_credits import undo_allocation
from payments.operations.receive_payment import Share
from payments.operations.reverse_write_off import reverse_write_off
from payments.operations.set_payment_policy import set_payment_policy
from payments.operations.write_off import WriteOffDetails, write_off
from reports.book_check import check_book
from reports.taxes import TaxQuestion, tax_report
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def give_up(customer: Any, *parts: tuple[Any, str], by: Any = None, **details: Any) -> list[WriteOff]:
    """Write so much off each document."""
    shares = [Share(world.item_of(paper).pk, Decimal(amount)) for paper, amount in parts]
    return write_off(customer, WriteOffDetails(shares, **{"reason": "Gone"} | details), on=DAY, by=by)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused_:
        act()
    return refused_.value.code


def book(role: str) -> Decimal:
    return sum(Line.objects.filter(account__role=role).values_list("amount", flat=True), Decimal(0))


def test_a_remainder_is_written_off_and_is_no_payment(customer: Any, clerk: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    world.apply(world.receive(customer, "90.00", DAY), invoice, "90.00", DAY)
    [row] = give_up(customer, (invoice, "10.00"), by=clerk)

    account = account_of(invoice)
    assert (account["paid"], account["written_off"], account["due"]) == (90, 10, 0)
    assert (row.number, row.amount, row.kind, row.status) == ("WO-2026-0001", 10, "bad_debt", "recorded")
    assert (book(AccountRole.BAD_DEBT), book(AccountRole.RECEIVABLE), world.owes(customer, DAY)) == (10, 0, 0)
    assert AuditRecord.objects.get(action="write_off").after["amount"] == "10.00"
    assert check_book() == []


def test_what_is_given_up_is_no_credit_until_it_is_asked_for_again(company: Any, customer: Any) -> None:
    set_payment_policy(company, {"relieves_tax": True}, by=None)
    invoice = world.issue(customer, [world.line("100.00", tax=world.make_tax(company, "19"))], DAY)
    [row] = give_up(customer, (invoice, "100.00"))
    for act in (
        lambda: credit_invoice(invoice.pk, None, reason="Sent back", by=None, on=DAY),
        lambda: credit_invoice(invoice.pk, Decimal("19.01"), reason="Too dear", by=None, on=DAY),
        lambda: correct_invoice(invoice.pk, reason="Wrong", by=None, on=DAY),
    ):
        assert refusal(act) == "written_off"
    assert credit_invoice(invoice.pk, Decimal("19.00"), reason="Too dear", by=None, on=DAY).total == 19
    assert (world.owes(customer, DAY), world.open_of(invoice)) == (0, 0)

    reverse_write_off(row.pk, on=DAY, by=None, reason="Sent back")
    credit_invoice(invoice.pk, None, reason="Sent back", by=None, on=DAY)
    assert (world.owes(customer, DAY), book(AccountRole.TAX), book(AccountRole.SALES)) == (0, 0, 0)
    assert check_book() == []


def test_given_up_it_is_not_called_paid_until_it_is_asked_for_again(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    world.apply(world.receive(customer, "90.00", DAY), invoice, "90.00", DAY)
    [row] = give_up(customer, (invoice, "10.00"))

    assert with_state(Invoice.objects.all(), DAY).get().state == "written_off"
    assert [found.pk for found in in_state(with_state(Invoice.objects.all(), DAY), "paid")] == []
    assert customer_view(invoice).state == "settled"
    reverse_write_off(row.pk, on=DAY, by=None, reason="They pay")
    assert with_state(Invoice.objects.all(), DAY).get().state == "part_paid"


def test_a_coded_reason_is_kept_and_counted(company: Any, customer: Any) -> None:
    code = ReasonCode.objects.get(company=company, code="insolvent")
    [row] = give_up(customer, (world.issue(customer, "5.00", DAY), "5.00"), reason_code_id=code.pk, reason="case 7")
    assert (row.reason_code, row.reason) == (code, "Insolvency: case 7")


def test_a_whole_customer_is_one_write_off_for_each_currency(customer: Any) -> None:
    papers = [world.issue(customer, "40.00", DAY), world.issue(customer, "60.00", DAY)]
    dollars = world.issue(customer, "50.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    rows = give_up(customer, *((paper, str(world.open_of(paper))) for paper in (*papers, dollars)))

    assert {(row.currency, row.amount) for row in rows} == {("EUR", Decimal(100)), ("USD", Decimal(50))}
    assert [world.open_of(paper) for paper in (*papers, dollars)] == [0, 0, 0]
    assert check_book() == []


def test_in_a_foreign_currency_it_takes_what_the_item_stands_for_and_gains_nothing(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.9133"))
    give_up(customer, (invoice, "33.33"))
    give_up(customer, (invoice, "66.67"))

    lines = Line.objects.filter(account__role=AccountRole.BAD_DEBT).order_by("pk")
    assert [line.company_amount for line in lines] == [Decimal("30.44"), Decimal("60.89")]
    assert not Line.objects.filter(account__role=AccountRole.EXCHANGE).exists()


# Tax


def taxed_invoice(company: Any, customer: Any) -> Any:
    """An invoice of 100.00 net at 19 % and 50.00 net at 7 %: 172.50, of which 22.50 is tax."""
    lines = [
        world.line("100.00", tax=world.make_tax(company, "19")),
        world.line("50.00", tax=world.make_tax(company, "7")),
    ]
    return world.issue(customer, lines, DAY)


@pytest.fixture
def taxed(company: Any, customer: Any) -> Any:
    """That invoice, standing already."""
    return taxed_invoice(company, customer)


def test_without_the_policy_all_is_bad_debt_and_the_tax_is_only_shown(customer: Any, taxed: Any) -> None:
    [row] = give_up(customer, (taxed, "86.25"))

    assert [(tax.percent, tax.base, tax.amount) for tax in row.taxes.all()] == [
        (19, Decimal("50.00"), Decimal("9.50")),
        (7, Decimal("25.00"), Decimal("1.75")),
    ]
    assert (row.relieves_tax, book(AccountRole.BAD_DEBT), book(AccountRole.TAX)) == (
        False,
        Decimal("86.25"),
        Decimal("-22.50"),
    )


def test_by_the_policy_its_tax_is_taken_off_what_is_payable(company: Any, customer: Any, taxed: Any) -> None:
    set_payment_policy(company, {"relieves_tax": True}, by=None)
    [row] = give_up(customer, (taxed, "86.25"))

    assert (row.relieves_tax, book(AccountRole.BAD_DEBT), book(AccountRole.TAX)) == (
        True,
        Decimal("75.00"),
        Decimal("-11.25"),
    )
    report = tax_report(TaxQuestion(company.pk, DAY, DAY))
    assert {row.percent: row.amount for row in report.rows} == {19: Decimal("9.50"), 7: Decimal("1.75")}
    assert [foot.difference for foot in report.feet] == [0]
    assert check_book() == []


def test_parts_one_after_another_take_exactly_the_tax_of_the_whole(company: Any, customer: Any) -> None:
    set_payment_policy(company, {"relieves_tax": True}, by=None)
    invoice = world.issue(customer, [world.line("100.00", tax=world.make_tax(company, "19"))], DAY)
    for part in ("33.33", "33.33", "52.34"):
        give_up(customer, (invoice, part))

    assert [tax.amount for tax in WriteOffTax.objects.all()] == [Decimal("5.32"), Decimal("5.32"), Decimal("8.36")]
    assert (book(AccountRole.TAX), book(AccountRole.BAD_DEBT)) == (0, 100)


def test_what_was_credited_is_no_tax_to_claim_again(company: Any, customer: Any, taxed: Any) -> None:
    """The line at 19 % was credited, so all that is left bears 7 %."""
    line = taxed.lines.first()
    credit_invoice(taxed.pk, {line.pk: Decimal(1)}, reason="Back", by=None, on=DAY)
    [row] = give_up(customer, (taxed, "53.50"))
    assert [(tax.percent, tax.amount) for tax in row.taxes.all()] == [(7, Decimal("3.50"))]


# Refusals


def test_more_than_is_open_nothing_and_no_reason_are_refused(customer: Any) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    assert refusal(lambda: give_up(customer, (invoice, "10.01"))) == "more_than_open"
    assert refusal(lambda: give_up(customer, (invoice, "0"))) == "amount_not_positive"
    assert refusal(lambda: give_up(customer, (invoice, "0.001"))) == "too_many_places"
    assert refusal(lambda: give_up(customer)) == "nothing_chosen"
    assert refusal(lambda: give_up(customer, (invoice, "1"), reason=" ")) == "reason_missing"
    assert refusal(lambda: give_up(customer, (invoice, "1"), reason_code_id=0)) == "unknown_reason"
    assert not WriteOff.objects.exists()
    assert world.open_of(invoice) == 10


def test_another_customers_item_and_a_credit_are_refused(company: Any, customer: Any) -> None:
    other = world.issue(world.make_customer(company, "Castell AG"), "10.00", DAY)
    assert refusal(lambda: give_up(customer, (other, "1"))) == "another_customer"
    assert refusal(lambda: give_up(customer, (world.receive(customer, "5.00", DAY), "5"))) == "not_a_debt"


def test_it_is_not_dated_in_the_future_or_before_the_item(customer: Any) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    details = WriteOffDetails([Share(world.item_of(invoice).pk, Decimal(1))], reason="Gone")
    for day, code in [(date(2999, 1, 1), "date_in_future"), (date(2026, 3, 1), "does_not_belong_together")]:
        assert refusal(lambda day=day: write_off(customer, details, on=day, by=None)) == code


def test_a_write_off_is_not_undone_allocation_by_allocation(customer: Any) -> None:
    """Else its credit would lie free, to be applied or refunded."""
    invoice = world.issue(customer, "10.00", DAY)
    [row] = give_up(customer, (invoice, "10.00"))
    allocation = row.entry.items.get().debits_settled.get()
    undo = refusal(lambda: undo_allocation(allocation.pk, dated_on=DAY, by=None, reason="No"))
    assert (undo, world.open_of(invoice)) == ("of_a_write_off", 0)


# Limits


def test_each_role_has_a_limit_and_above_it_another_person_says_yes(company: Any, customer: Any, clerk: Any) -> None:
    set_approval_rules(company, {"write_off": (Decimal(5), "manager")}, by=None)
    set_role_limits(company, "write_off", {"clerk": Decimal(20), "manager": Decimal(500)}, by=None)
    invoice = world.issue(customer, "1000.00", DAY)
    give_up(customer, (invoice, "20.00"), by=clerk)
    asking, deciding = world.make_user(company, "manager"), world.make_user(company, "manager")
    give_up(customer, (invoice, "300.00"), by=asking)
    with pytest.raises(ApprovalNeeded) as needed:
        give_up(customer, (invoice, "600.00"), by=asking)

    assert world.open_of(invoice) == 680
    request = ask_approval(needed.value, by=asking)
    assert refusal(lambda: approve_request(request.pk, by=asking)) == "own_request"
    approve_request(request.pk, by=deciding)
    assert world.open_of(invoice) == 80
    row = WriteOff.objects.latest("pk")
    assert (row.amount, row.created_by) == (600, asking)


def test_a_limit_that_cannot_be_is_refused(company: Any) -> None:
    limits = {"clerk": Decimal(5)}
    assert refusal(lambda: set_role_limits(company, "write_off", limits, by=None)) == "no_rule"
    set_approval_rules(company, {"write_off": (Decimal(5), "manager")}, by=None)
    assert refusal(lambda: set_role_limits(company, "write_off", {"sales": Decimal(5)}, by=None)) == "unknown_role"
    assert refusal(lambda: set_role_limits(company, "write_off", {"clerk": Decimal("0.001")}, by=None)) == "bad_amounts"


def test_all_currencies_together_count_towards_the_limit(company: Any, customer: Any, clerk: Any) -> None:
    set_approval_rules(company, {"write_off": (Decimal(99), "manager")}, by=None)
    euros = world.issue(customer, "60.00", DAY)
    dollars = world.issue(customer, "50.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    assert refusal(lambda: give_up(customer, (euros, "60"), (dollars, "50"), by=clerk)) == "approval_needed"


# Reversing


def test_reversed_it_is_open_again_and_every_figure_is_as_before(company: Any, customer: Any, taxed: Any) -> None:
    set_payment_policy(company, {"relieves_tax": True}, by=None)
    [row] = give_up(customer, (taxed, "172.50"))
    reverse_write_off(row.pk, on=DAY, by=None, reason="They paid")

    assert (book(AccountRole.BAD_DEBT), book(AccountRole.TAX), world.open_of(taxed)) == (
        0,
        Decimal("-22.50"),
        Decimal("172.50"),
    )
    assert account_of(taxed)["written_off"] == 0
    assert [foot.difference for foot in tax_report(TaxQuestion(company.pk, DAY, DAY)).feet] == [0]
    [again] = give_up(customer, (taxed, "172.50"))
    assert sum(tax.amount for tax in again.taxes.all()) == Decimal("22.50")
    assert check_book() == []


def test_it_is_reversed_once_with_a_reason_and_not_before_its_day(customer: Any) -> None:
    [row] = give_up(customer, (world.issue(customer, "10.00", DAY), "10.00"))
    assert refusal(lambda: reverse_write_off(row.pk, on=DAY, by=None, reason="")) == "reason_missing"
    early = refusal(lambda: reverse_write_off(row.pk, on=date(2026, 3, 1), by=None, reason="x"))
    reverse_write_off(row.pk, on=DAY, by=None, reason="x")
    assert early == "before_it_was_made"
    assert refusal(lambda: reverse_write_off(row.pk, on=DAY, by=None, reason="x")) == "invalid_move"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_a_rest_off_once(customer: Any, in_parallel: Parallel) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    results = in_parallel([lambda: give_up(customer, (invoice, "10.00"))] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Refused", "list"]
    assert (WriteOff.objects.count(), world.open_of(invoice)) == (1, 0)
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_written_off_while_it_is_paid_it_is_settled_once(customer: Any, in_parallel: Parallel) -> None:
    for _ in range(4):
        invoice, receipt = world.issue(customer, "10.00", DAY), world.receive(customer, "10.00", DAY)
        pay, lose = (
            lambda receipt=receipt, invoice=invoice: world.apply(receipt, invoice, "10.00", DAY),
            lambda invoice=invoice: give_up(customer, (invoice, "10.00")),
        )
        results = in_parallel([pay, lose])
        assert sum(isinstance(result, Refused) for result in results) == 1
        assert world.open_of(invoice) == 0
    assert check_book() == []


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE payments_writeoff SET amount = 1", "write_off_frozen"),
        ("DELETE FROM payments_writeoff", "write_off_frozen"),
        ("UPDATE payments_writeoff SET status = 'reversed'", "write_off_reversed_has_its_mirror"),
        ("UPDATE payments_writeoff SET reason = 'x', status = 'reversed', reversed_on = now()", "write_off_frozen"),
    ],
)
def test_not_even_by_sql_is_it_changed(customer: Any, sql: str, constraint: str) -> None:
    give_up(customer, (world.issue(customer, "10.00", DAY), "10.00"))
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        connection.cursor().execute(sql)
    assert error.value.__cause__.diag.constraint_name == constraint


def test_a_large_share_of_a_document_needs_a_second_person(
    company: Any, customer: Any, clerk: Any, manager: Any
) -> None:
    set_approval_rules(company, {"write_off_share": (Decimal(25), "manager")}, by=None)
    invoice, other = world.issue(customer, "80.00", DAY), world.issue(customer, "1000.00", DAY)
    [row] = give_up(customer, (invoice, "19.00"), (other, "250.00"), by=clerk)
    with pytest.raises(ApprovalNeeded, match="Above 25 % this") as needed:
        give_up(customer, (invoice, "1.01"), by=clerk)
    assert (needed.value.asked.amount, WriteOff.objects.count()) == (Decimal("25.0125"), 1)
    reverse_write_off(row.pk, on=DAY, by=None, reason="They pay")
    [more] = give_up(customer, (invoice, "20.00"), (other, "250.00"), by=clerk)
    assert more.amount == 270

    set_approval_rules(company, {"write_off": (Decimal(100), "manager")}, by=None)
    with pytest.raises(ApprovalNeeded) as needed:
        give_up(customer, (other, "100.01"), by=clerk)
    first = ask_approval(needed.value, by=clerk)
    approve_request(first.pk, by=manager)
    second = ApprovalRequest.objects.get(state="waiting")
    assert (second.action, second.amount) == ("write_off_share", Decimal("35.001"))
    approve_request(second.pk, by=manager)
    assert WriteOff.objects.filter(amount=Decimal("100.01")).exists()
