"""Credit memos: what they take back, what they settle, and that they never take more than is left."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice, InvoiceLine, ReasonCode
from billing.operations.credit_invoice import credit_invoice
from billing.operations.draft_credit import left_of
from billing.operations.manage_reasons import retire_reason
from billing.operations.void_invoice import void_invoice
from billing.operations.wanted_credit import LowerPrice
from ledger.balances import control_balance
from ledger.refusals import Refused
from office.models import AuditRecord
from reports.book_check import check_book
from tests import world

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def credit(invoice: Invoice, quantities: dict[int, str] | None = None, **more: Any) -> Invoice:
    """Credit lines by their position, or all that is left."""
    lines = {line.position: line.pk for line in invoice.lines.all()}
    wanted = quantities and {lines[position]: Decimal(quantity) for position, quantity in quantities.items()}
    return credit_invoice(invoice.pk, wanted, **{"reason": "Returned", "by": None, "on": DAY} | more)


def test_a_whole_credit_settles_the_invoice_and_says_why(company: Any, customer: Any, clerk: Any) -> None:
    vat = world.make_tax(company, "20")
    invoice = world.issue(customer, [world.line("100.00", tax=vat)], DAY)

    memo = credit(invoice, by=clerk)

    assert (memo.number, memo.kind, memo.total, memo.reason) == ("CM-2026-0001", "credit_memo", 120, "Returned")
    assert (world.open_of(invoice), world.open_of(memo), world.owes(customer, DAY)) == (0, 0, 0)
    assert AuditRecord.objects.filter(action="credit_invoice", by=clerk, reason="Returned").count() == 1


def test_rnd_03_a_full_credit_of_a_discounted_price_equals_the_invoice(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("82.50", "10", discount_percent=Decimal(15))], DAY)
    memo = credit(invoice)

    assert (invoice.total, memo.total, world.open_of(invoice)) == (Decimal("701.25"), Decimal("701.25"), 0)


def test_rnd_04_half_cents_mirror(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "25")
    invoice = world.issue(customer, [world.line("100.50", tax=vat)], DAY)
    memo = credit(invoice)

    assert (invoice.tax, invoice.total) == (Decimal("25.13"), Decimal("125.63"))
    assert (memo.tax, memo.total, world.open_of(invoice)) == (Decimal("25.13"), Decimal("125.63"), 0)


def test_rnd_11_crediting_piece_by_piece_closes_the_invoice_to_the_cent(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    prices = ["68.33", "68.33", "57.50", "85.00"]
    invoice = world.issue(customer, [world.line(price, tax=vat) for price in prices], DAY)
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("279.16"), Decimal("55.83"), Decimal("334.99"))

    memos = [credit(invoice, {position: "1"}) for position in (1, 3, 4, 2)]

    assert [memo.total for memo in memos] == [Decimal(total) for total in ("82.00", "69.00", "102.00", "81.99")]
    assert (memos[-1].net, memos[-1].tax) == (Decimal("68.33"), Decimal("13.66"))
    assert sum(memo.tax for memo in memos) == Decimal("55.83")
    assert world.open_of(invoice) == 0


def test_all_11_lines_of_both_signs_make_one_credit(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("200.00"), world.line("-100.00")], DAY)
    memo = credit(invoice)

    assert (memo.total, world.open_of(invoice)) == (Decimal("100.00"), 0)


def test_po_03_no_more_is_credited_than_was_sold(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("40.00", "2")], DAY)
    credit(invoice, {1: "1"})
    credit(invoice, {1: "1"})
    with pytest.raises(Refused) as refusal:
        credit(invoice, {1: "1"})

    assert refusal.value.code == "more_than_left"
    assert sum(memo.total for memo in invoice.credit_memos.all()) == Decimal("80.00")
    [left] = left_of(list(invoice.lines.all())).values()
    assert (left.left_quantity, left.left.total) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_po_03_nor_when_two_credits_race(customer: Any, in_parallel: Parallel) -> None:
    invoice = world.issue(customer, [world.line("40.00", "2")], DAY)
    credit(invoice, {1: "1"})

    results = in_parallel([lambda: credit(invoice, {1: "1"})] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Invoice", "Refused"]
    assert InvoiceLine.objects.filter(credited_line__isnull=False).count() == 2


def test_a_credit_keeps_the_rate_it_was_billed_at(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    invoice = world.issue(customer, [world.line("100.00", tax=vat)], DAY)
    vat.rates.update(name="VAT 25%", percent=Decimal(25))

    memo = credit(invoice)
    row = memo.taxes.get()
    assert (memo.total, row.name, row.percent) == (Decimal("120.00"), "VAT 20%", Decimal(20))


def credit_money(invoice: Invoice, amount: str, **more: Any) -> Invoice:
    """Credit an amount with its tax."""
    return credit_invoice(invoice.pk, Decimal(amount), **{"reason": "Goodwill", "by": None, "on": DAY} | more)


def lower(invoice: Invoice, position: int, quantity: str, price: str) -> Invoice:
    """Credit the difference to a lower price of some of a line."""
    wanted = {invoice.lines.get(position=position).pk: LowerPrice(Decimal(quantity), Decimal(price))}
    return credit_invoice(invoice.pk, wanted, reason="Agreed", by=None, on=DAY)


def test_rnd_11_crediting_by_amounts_closes_the_invoice_to_the_cent(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    prices = ["68.33", "68.33", "57.50", "85.00"]
    invoice = world.issue(customer, [world.line(price, tax=vat) for price in prices], DAY)

    memos = [credit_money(invoice, amount) for amount in ("100.00", "100.00", "100.00", "34.99")]

    assert memos[0].tax == Decimal("16.67")
    assert [memo.total for memo in memos] == [100, 100, 100, Decimal("34.99")]
    assert (sum(memo.net for memo in memos), sum(memo.tax for memo in memos)) == (invoice.net, invoice.tax)
    assert world.open_of(invoice) == 0
    for line in invoice.lines.all():
        assert sum(row.taxable for row in line.credit_lines.all()) == line.taxable
        assert sum(row.tax_amount for row in line.credit_lines.all()) == line.tax_amount


def test_tax_05_an_amount_is_credited_at_each_rate_it_was_billed_at(company: Any, customer: Any) -> None:
    rates = [world.make_tax(company, "20"), world.make_tax(company, "5.5"), None]
    lines = [world.line(price, tax=tax) for price, tax in zip(("200.00", "50.00", "50.00"), rates, strict=True)]
    invoice = world.issue(customer, lines, DAY)
    assert invoice.total == Decimal("342.75")

    memo = credit_money(invoice, "34.28")

    assert [(row.base, row.amount) for row in memo.taxes.all()] == [
        (Decimal("20.00"), Decimal("4.00")),
        (Decimal("5.00"), Decimal("0.28")),
    ]
    assert (memo.net, memo.total) == (Decimal("30.00"), Decimal("34.28"))


def test_an_amount_is_money_and_leaves_the_goods_sold(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("50.00", "2")], DAY)
    memo = credit_money(invoice, "20.00")
    returned = credit(invoice, {1: "1"})
    rest = credit(invoice)

    assert [(line.quantity, line.unit_price, line.net) for line in memo.lines.all()] == [(1, 20, 20)]
    assert [(line.quantity, line.unit_price, line.net) for line in returned.lines.all()] == [(1, 40, 40)]
    assert (rest.total, world.open_of(invoice)) == (40, 0)
    assert check_book() == []


def test_an_amount_of_all_that_is_left_takes_the_goods_too(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("50.00", "2")], DAY)
    credit_money(invoice, "100.00")

    [left] = left_of(list(invoice.lines.all())).values()
    assert (left.left_quantity, left.left.total) == (0, 0)


def test_all_11_an_amount_is_spread_over_lines_of_both_signs(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("200.00"), world.line("-100.00")], DAY)
    memo = credit_money(invoice, "50.00")

    assert [line.net for line in memo.lines.all()] == [100, -50]
    assert credit(invoice).total == 50


@pytest.mark.parametrize("includes_tax", [False, True])
def test_a_lower_price_credits_the_difference_with_its_tax(company: Any, customer: Any, includes_tax: bool) -> None:
    vat = world.make_tax(company, "20")
    lines = [world.line("12.00", "10", tax=vat, discount_percent=Decimal(10)), world.line("30.00", tax=vat)]
    invoice = world.issue(customer, lines, DAY, prices_include_tax=includes_tax)

    memo = lower(invoice, 1, "10", "10.00")

    [line] = memo.lines.all()
    assert (line.quantity, line.unit_price, line.discount_percent, line.net) == (10, 2, 10, 18)
    expected = ("15.00", "3.00") if includes_tax else ("18.00", "3.60")
    assert (memo.net, memo.tax) == (Decimal(expected[0]), Decimal(expected[1]))
    assert credit(invoice).total == invoice.total - memo.total


@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [
        ("3", "5.00", "more_than_left"),
        ("0", "5.00", "more_than_left"),
        ("2", "10.00", "price_not_lower"),
        ("2", "-1", "price_not_lower"),
        ("1", "9.999999", "price_not_lower"),
    ],
)
def test_a_lower_price_that_is_none_is_refused(customer: Any, quantity: str, price: str, code: str) -> None:
    invoice = world.issue(customer, [world.line("10.00", "2")], DAY)
    with pytest.raises(Refused) as refusal:
        lower(invoice, 1, quantity, price)

    assert (refusal.value.code, world.open_of(invoice)) == (code, 20)


@pytest.mark.parametrize(
    ("amount", "code"),
    [("100.01", "more_than_left"), ("0", "more_than_left"), ("-5", "more_than_left"), ("1.005", "bad_amounts")],
)
def test_an_amount_that_is_not_left_is_refused(customer: Any, amount: str, code: str) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    with pytest.raises(Refused) as refusal:
        credit_money(invoice, amount)

    assert (refusal.value.code, world.open_of(invoice)) == (code, 100)


def test_what_is_credited_by_amounts_cannot_be_credited_again(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    credit_money(invoice, "40.00")
    credit_money(invoice, "60.00")
    for wanted in (None, Decimal(1)):
        with pytest.raises(Refused) as refusal:
            credit_invoice(invoice.pk, wanted, reason="x", by=None, on=DAY)
        assert refusal.value.code in ("nothing_left", "more_than_left")


@pytest.mark.django_db(transaction=True)
def test_two_amounts_at_once_never_credit_more_than_was_billed(customer: Any, in_parallel: Parallel) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    results = in_parallel([lambda: credit_money(invoice, "60.00")] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Invoice", "Refused"]
    assert world.open_of(invoice) == 40
    assert check_book() == []


def test_a_reason_chosen_is_printed_before_what_was_typed(company: Any, customer: Any) -> None:
    damaged = ReasonCode.objects.get(company=company, code="damaged")
    invoice = world.issue(customer, [world.line("50.00", "2")], DAY)
    memos = [credit(invoice, {1: "1"}, reason=typed, reason_code_id=damaged.pk) for typed in ("", "box 7 fell")]

    assert [memo.reason for memo in memos] == ["Damaged or faulty", "Damaged or faulty: box 7 fell"]
    assert {memo.reason_code_id for memo in memos} == {damaged.pk}


def test_a_reason_of_another_company_or_retired_is_refused(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    foreign = ReasonCode.objects.filter(company=world.make_company()).first()
    retired = retire_reason(ReasonCode.objects.filter(company=company).first().pk, by=None)
    for code in (foreign, retired):
        with pytest.raises(Refused) as refusal:
            credit(invoice, reason_code_id=code.pk)
        assert refusal.value.code == "unknown_reason"
    assert world.open_of(invoice) == 100


def test_a_credit_may_stay_free_for_later(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    memo = credit(invoice, apply=False)

    assert (world.open_of(invoice), world.open_of(memo), world.owes(customer, DAY)) == (100, 100, 0)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"reason": " "}, "reason_missing"), ({"on": date(2026, 3, 1)}, "before_it_was_made")],
)
def test_a_credit_without_a_reason_or_before_its_invoice_is_refused(customer: Any, more: dict, code: str) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    with pytest.raises(Refused) as refusal:
        credit(invoice, **more)

    assert refusal.value.code == code
    assert world.owes(customer, DAY) == 100


def test_only_an_issued_invoice_is_credited(customer: Any) -> None:
    memo = world.issue_credit_memo(customer, "5.00", DAY)
    for paper in (world.draft(customer, "5.00"), memo):
        with pytest.raises(Refused) as refusal:
            credit(paper)
        assert refusal.value.code == "invalid_move"


def test_a_line_of_another_invoice_is_refused(customer: Any) -> None:
    invoice, other = world.issue(customer, "5.00", DAY), world.issue(customer, "7.00", DAY)
    with pytest.raises(Refused) as refusal:
        credit_invoice(invoice.pk, {other.lines.get().pk: Decimal(1)}, reason="x", by=None, on=DAY)

    assert refusal.value.code == "unknown_line"


def test_a_credited_document_discount_goes_back_with_its_line(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("100.00")] * 3, DAY, discount_amount=Decimal("10.00"))
    memos = [credit(invoice, {position: "1"}) for position in (1, 2, 3)]

    assert [memo.total for memo in memos] == [Decimal("96.66"), Decimal("96.67"), Decimal("96.67")]
    assert [memo.discount_amount for memo in memos] == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert world.open_of(invoice) == 0


def test_all_11_no_credit_is_more_than_the_invoice_came_to(customer: Any) -> None:
    invoice = world.issue(customer, [world.line("200.00"), world.line("-100.00")], DAY)
    with pytest.raises(Refused) as refusal:
        credit(invoice, {1: "1"})

    assert refusal.value.code == "more_than_left"
    assert (world.open_of(invoice), invoice.credit_memos.count()) == (100, 0)
    assert credit(invoice, {1: "0.5"}).total == 100


def test_a_line_that_costs_nothing_is_credited_too(company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    lines = [world.line("0.00", tax=vat), world.line("0.03", "3", tax=vat)]
    invoice = world.issue(customer, lines, DAY, prices_include_tax=True)
    memos = [credit(invoice, {1: "1"}), *(credit(invoice, {2: "1"}) for _ in range(3))]

    assert memos[0].total == 0
    assert sum(memo.total for memo in memos) == invoice.total
    assert sum(memo.tax for memo in memos) == invoice.tax
    assert world.open_of(invoice) == 0


def test_a_credited_foreign_invoice_leaves_nothing_in_either_currency(company: Any) -> None:
    american = world.make_customer(company, "Aspen Inc", currency="USD")
    invoice = world.issue(american, [world.line("3.33")] * 3, DAY, exchange_rate=Decimal("0.913"))
    for position in (1, 2, 3):
        credit(invoice, {position: "1"})

    assert world.open_of(invoice) == 0
    assert control_balance(company.pk, DAY) == {"USD": (0, 0)}
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_an_invoice_is_voided_or_credited_when_both_are_asked_at_once(customer: Any, in_parallel: Parallel) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    results = in_parallel([lambda: credit(invoice), lambda: void_invoice(invoice.pk, reason="twice", by=None, on=DAY)])

    assert sorted(type(result).__name__ for result in results) == ["Invoice", "Refused"]
    assert world.owes(customer, DAY) == 0
    assert check_book() == []
