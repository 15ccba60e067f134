"""What a draft would do to the orders that it bills, before it is issued. PO-01, PO-02, PO-03."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from billing.issue_checks import concerns_of, drafts_to_check
from billing.models import AccuracyFinding, Invoice, Order, Tolerance
from billing.operations import issue_invoice as issuing
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice, issue_invoices
from billing.operations.set_check_policies import set_check_policies
from billing.operations.void_invoice import void_invoice
from billing.operations.wanted_credit import LowerPrice
from billing.orders.issue_findings import ORDER_CHECKS, order_findings
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.billing.ordered import DAY, ids_of, order_of, ship, ship_alone
from tests.billing.sweeping import findings, found, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


def bill(order: Order, *lines: tuple[int, str, str], **details: Any) -> Invoice:
    """A draft that bills (position, price, quantity) of an order."""
    ids = ids_of(order)
    typed = [world.line(price, quantity, order_line_id=ids[at - 1]) for at, price, quantity in lines]
    return world.draft(order.customer, typed, **details)


def issue(draft: Invoice, **details: Any) -> Invoice:
    return issue_invoice(draft.pk, on=DAY, **{"by": None} | details)


def said(draft: Invoice) -> list[tuple[str, bool, str]]:
    """What the checks of orders say of a draft: which, whether it stops, and the words."""
    concerns = concerns_of(drafts_to_check([draft.pk]))
    return [(each.check.value, each.stops, each.message) for each in concerns if each.check in ORDER_CHECKS]


def outcome(draft: Invoice) -> str:
    """What comes of issuing a draft: its status, or the code of the refusal."""
    try:
        return issue(draft).status
    except Refused as refusal:
        return refusal.code


def stops(draft: Invoice) -> bool:
    """Whether a check stops a draft when it is issued."""
    return outcome(draft) == "check_stopped"


def test_one_order_line_twice_on_an_invoice_is_stopped(customer: Any) -> None:  # PO-01
    order = order_of(customer, ("80.00", "1"))
    draft = bill(order, (1, "80.00", "1"), (1, "80.00", "1"))

    words = "Order SO-1, line 1: 2 billed against 1 ordered, over by €80.00."
    assert said(draft) == [("order", True, words)]
    with pytest.raises(Refused, match="2 billed against 1 ordered, over by €80.00") as refusal:
        issue(draft)
    assert refusal.value.code == "check_stopped"

    manager, clerk = world.make_user(customer.company, "manager"), world.make_user(customer.company)
    with pytest.raises(Refused) as refusal:
        issue(draft, by=clerk, override="They asked for it")
    assert refusal.value.code == "approval_needed"
    issue(draft, by=manager, override="They asked for it")
    noted = AuditRecord.objects.get(action="override_checks")
    assert (noted.by, noted.after, noted.reason) == (manager, {"checks": "order"}, "They asked for it")


BLANKET = {"blanket_amount": Decimal(10000), "tolerance_percent": Decimal(5)}


def blanket(customer: Any) -> Order:
    return order_of(customer, **BLANKET)


def by_number(order: Order, amount: str) -> Invoice:
    return world.draft(order.customer, amount, po_number=order.po_number)


@pytest.mark.parametrize(
    ("amount", "check", "is_stopped", "words"),
    [
        ("700.00", "order_tolerance", False, "over by €100.00, within the tolerance."),
        ("1100.00", "order_tolerance", False, "over by €500.00, within the tolerance."),
        ("1100.01", "order", True, "over by €500.01."),
    ],
)
@pytest.mark.parametrize("has_lines", [False, True])
def test_an_order_may_be_passed_by_its_tolerance_and_no_cent_more(
    customer: Any, has_lines: bool, amount: str, check: str, is_stopped: bool, words: str
) -> None:  # PO-02
    if has_lines:
        order = order_of(customer, ("1.00", "10000"), tolerance_percent=Decimal(5))
        first, draft = bill(order, (1, "1.00", "9400")), bill(order, (1, "1.00", amount))
    else:
        order = blanket(customer)
        first, draft = by_number(order, "9400.00"), by_number(order, amount)
    assert said(first) == []
    issue(first)

    [(its_check, its_stop, message)] = said(draft)
    assert (its_check, its_stop) == ("billed_twice" if has_lines and is_stopped else check, is_stopped)
    assert words.rstrip(".") in message
    assert stops(draft) is is_stopped


def test_what_is_void_or_credited_gives_its_amount_back(customer: Any) -> None:  # PO-02
    order = blanket(customer)
    void_invoice(issue(by_number(order, "9400.00")).pk, reason="twice", by=None, on=DAY)
    credit_invoice(issue(by_number(order, "9000.00")).pk, None, reason="back", by=None, on=DAY)
    issue(by_number(order, "9500.00"))

    assert said(by_number(order, "500.00")) == []
    assert stops(by_number(order, "1000.01"))
    assert not stops(by_number(order, "1000.00"))


def test_a_credit_of_money_gives_back_money_and_no_quantity(customer: Any) -> None:
    order = order_of(customer, ("100.00", "2"), blanket_amount=Decimal(250))
    first = issue(bill(order, (1, "100.00", "2")))
    credit_invoice(first.pk, Decimal(50), reason="late", by=None, on=DAY)

    [(check, _, words)] = said(bill(order, (1, "100.00", "1")))
    assert check == "billed_twice"
    assert "3 billed against 2 ordered, over by €100.00" in words


def test_two_documents_beyond_a_line_bill_it_twice(customer: Any) -> None:
    order = order_of(customer, ("80.00", "1"))
    issue(bill(order, (1, "80.00", "1")))

    words = "Order SO-1, line 1: 2 billed against 1 ordered, over by €80.00, billed twice."
    assert said(bill(order, (1, "80.00", "1"))) == [("billed_twice", True, words)]


def test_of_many_drafts_each_is_counted_with_those_before_it(customer: Any) -> None:
    order = order_of(customer, ("80.00", "2"))
    first, second, third = (bill(order, (1, "80.00", "1")) for _ in range(3))

    concerns = concerns_of(drafts_to_check([first.pk, second.pk, third.pk]))
    assert [each.invoice_id for each in concerns if each.check == "billed_twice"] == [third.pk]
    with pytest.raises(Refused, match="3 billed against 2 ordered"):
        issue_invoices([first.pk, second.pk, third.pk], by=None, on=DAY)
    issue_invoices([first.pk, second.pk], by=None, on=DAY)


def test_another_price_is_stopped_beyond_the_tolerance(customer: Any) -> None:
    order = order_of(customer, ("80.00", "2"))
    dear = bill(order, (1, "82.00", "2"))
    words = "Order SO-1, line 1: billed at 82, ordered at 80, €4.00 more in all"
    assert said(dear) == [("order_price", True, f"{words}.")]

    Tolerance.objects.create(company=customer.company, price_percent=Decimal("2.5"))
    assert said(dear) == [("order_tolerance", False, f"{words}, within the tolerance.")]
    assert said(bill(order, (1, "82.01", "2")))[0][:2] == ("order_price", True)
    assert said(bill(order, (1, "78.00", "2")))[0][2].endswith("€4.00 less in all, within the tolerance.")


def test_a_price_that_was_lowered_by_a_credit_is_the_orders_again(customer: Any) -> None:
    order = order_of(customer, ("80.00", "4"))
    set_check_policies(customer.company, {"order_price": "warn"}, by=None)
    first = issue(bill(order, (1, "82.00", "2")))
    wanted = {first.lines.get().pk: LowerPrice(Decimal(2), Decimal(80))}
    credit_invoice(first.pk, wanted, reason="as ordered", by=None, on=DAY)

    assert said(bill(order, (1, "80.00", "2"))) == []


def test_prices_with_tax_may_lose_a_cent(customer: Any) -> None:
    vat = world.make_tax(customer.company, "19")
    order = order_of(customer, {"unit_price": "10.00", "quantity": "3", "tax": vat})
    line = world.line("11.90", "3", tax=vat, order_line_id=ids_of(order)[0])

    assert said(world.draft(customer, [line], prices_include_tax=True)) == []


def test_another_tax_is_told(customer: Any) -> None:
    full, low = world.make_tax(customer.company, "19"), world.make_tax(customer.company, "7")
    order = order_of(customer, {"unit_price": "10.00", "quantity": "3", "tax": full})
    draft = world.draft(customer, [world.line("10.00", "3", tax=low, order_line_id=ids_of(order)[0])])

    words = "Order SO-1, line 1: billed with VAT 7%, ordered with VAT 19%."
    assert said(draft) == [("order_tax", False, words)]


@pytest.mark.parametrize(
    ("details", "is_told"),
    [
        ({"valid_until": DAY - timedelta(days=1), "ordered_on": DAY - timedelta(days=9)}, True),
        ({"valid_until": DAY, "ordered_on": DAY - timedelta(days=9)}, False),
        ({"valid_from": DAY + timedelta(days=1)}, True),
        ({"status": "closed", "ended_on": DAY - timedelta(days=1), "ordered_on": DAY - timedelta(days=9)}, True),
    ],
)
def test_a_document_outside_the_orders_days_is_stopped(customer: Any, details: Any, is_told: bool) -> None:
    order = order_of(customer, ("80.00", "2"), **details)

    assert [row[:2] for row in said(bill(order, (1, "80.00", "1")))] == [("order_days", True)] * is_told


def test_a_line_that_fits_none_of_its_order_is_told(customer: Any) -> None:
    order = order_of(customer, ("80.00", "2"))
    draft = world.draft(customer, [world.line("9.00", description="Gift wrap")], po_number=order.po_number)

    assert said(draft) == [("not_ordered", False, "Order SO-1: Gift wrap is none of its lines.")]


def test_what_was_not_shipped_is_told_where_the_company_ships(customer: Any) -> None:
    order, other = order_of(customer, ("80.00", "2")), order_of(customer, ("5.00", "2"))
    draft = bill(order, (1, "80.00", "2"))
    assert said(draft) == []

    ship(other, (1, "1"))
    assert said(draft) == [("not_shipped", False, "Order SO-1, line 1: 2 billed, 0 shipped.")]
    ship(order, (1, "2"))
    assert said(draft) == []
    ship(order, (1, "1"), kind="return")
    assert said(draft) == [("not_shipped", False, "Order SO-1, line 1: 2 billed, 1 shipped.")]


def test_one_shipment_is_billed_once(customer: Any) -> None:
    [with_order] = ids_of(ship(order_of(customer, ("80.00", "9")), (1, "2")))
    [alone] = ids_of(ship_alone(customer, ("80.00", "2")))
    for line, number in ((with_order, "DN-1"), (alone, "DN-2")):
        issue(world.draft(customer, [world.line("80.00", "2", shipment_line_id=line)]))
        draft = world.draft(customer, [world.line("80.00", "1", shipment_line_id=line)])
        words = f"Shipment {number}, line 1: 3 billed against 2 shipped, over by €80.00, billed twice."
        assert ("billed_twice", True, words) in said(draft)
        assert stops(draft)


@pytest.mark.parametrize("widest", ["company", "customer", "product", "both", "order", "line"])
def test_the_most_specific_tolerance_holds(customer: Any, widest: str) -> None:
    """Each row before it allows nothing; the last allows one more."""
    company, bolt = customer.company, world.make_product(customer.company, "bolt")
    pairs = {"company": {}, "customer": {"customer": customer}, "product": {"product": bolt}}
    pairs["both"] = {"customer": customer, "product": bolt}
    own: dict[str, Any] = {}
    line = {"unit_price": "10.00", "quantity": "10", "product": bolt}
    for level in ("company", "customer", "product", "both", "order", "line"):
        percent = Decimal(10 if level == widest else 0)
        if level in pairs:
            Tolerance.objects.create(company=company, quantity_percent=percent, **pairs[level])
        elif level == "order":
            own["tolerance_percent"] = percent
        else:
            line["tolerance_percent"] = percent
        if level == widest:
            break
    order = order_of(customer, line, **own)

    assert said(bill(order, (1, "10.00", "11")))[0][:2] == ("order_tolerance", False)
    assert said(bill(order, (1, "10.00", "11.01")))[0][:2] == ("order", True)


def test_a_company_chooses_what_stops(customer: Any) -> None:
    order = order_of(customer, ("80.00", "1"))
    draft = bill(order, (1, "80.00", "2"))
    set_check_policies(customer.company, {"order": "ignore"}, by=None)

    assert said(draft) == []
    assert not stops(draft)


def test_drafts_that_bill_no_order_ask_nothing_more(customer: Any, django_assert_max_num_queries: Any) -> None:
    drafts = list(drafts_to_check([world.draft(customer, "1").pk for _ in range(3)]))
    with django_assert_max_num_queries(1):
        assert list(order_findings(drafts)) == []


@pytest.fixture
def two_of_one(customer: Any) -> list[Invoice]:
    """Two drafts that each bill all of an order."""
    order = order_of(customer, ("80.00", "1"))
    return [bill(order, (1, "80.00", "1")) for _ in range(2)]


def issue_at_once(drafts: list[Invoice], in_parallel: Any) -> list[str]:
    return sorted(in_parallel([partial(outcome, draft) for draft in drafts]))


@pytest.mark.django_db(transaction=True)
def test_two_invoices_at_once_bill_an_order_once(two_of_one: list[Invoice], in_parallel: Any) -> None:
    assert issue_at_once(two_of_one, in_parallel) == ["check_stopped", "issued"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_pass(two_of_one: list[Invoice], in_parallel: Any, monkeypatch: Any) -> None:
    both_looked, look = Barrier(2, timeout=30), issuing.require_clear

    def look_together(drafts: Any) -> None:
        look(drafts)
        both_looked.wait()

    monkeypatch.setattr(issuing, "lock_what_is_billed", lambda invoice_ids: None)
    monkeypatch.setattr(issuing, "require_clear", look_together)
    assert issue_at_once(two_of_one, in_parallel) == ["issued", "issued"]


@pytest.mark.django_db(transaction=True)
def test_of_two_credit_memos_at_once_only_what_was_sold_comes_back(customer: Any, in_parallel: Any) -> None:  # PO-03
    invoice = issue(world.draft(customer, [world.line("40.00", "2")]))
    line = invoice.lines.get().pk

    def give_back() -> str:
        try:
            return credit_invoice(invoice.pk, {line: Decimal(1)}, reason="back", by=None, on=DAY).status
        except Refused as refusal:
            return refusal.code

    assert give_back() == "issued"
    assert sorted(in_parallel([give_back, give_back])) == ["issued", "more_than_left"]
    assert sum(memo.total for memo in invoice.credit_memos.filter(status="issued")) == Decimal("80.00")


def test_what_was_issued_all_the_same_waits_in_the_queue_until_it_is_mended(customer: Any) -> None:
    order, company = order_of(customer, ("80.00", "1")), customer.company
    manager = world.make_user(company, "manager")
    draft = bill(order, (1, "80.00", "1"), (1, "80.00", "1"))
    sweep(company)
    assert found(company, "order") == []
    issued = issue(draft, by=manager, override="They asked for it")
    sweep(company)
    assert found(company, "order") == ["Order SO-1, line 1: 2 billed against 1 ordered, over by €80.00."]
    assert AccuracyFinding.objects.get(check_name="order").invoice == issued

    credit_invoice(issued.pk, {issued.lines.last().pk: Decimal(1)}, reason="one too many", by=None, on=DAY)
    sweep(company)
    assert found(company, "order") == []
    assert findings(company).get(check_name="order").state == "mended"


def test_what_the_company_does_not_ask_is_not_kept(customer: Any) -> None:
    order = order_of(customer, ("80.00", "1"))
    set_check_policies(customer.company, dict.fromkeys(ORDER_CHECKS, "ignore"), by=None)
    issue(bill(order, (1, "80.00", "2")))
    sweep(customer.company)
    assert found(customer.company, "order") == []
