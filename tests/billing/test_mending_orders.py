"""From a difference on an order's page to the paper that mends it, filled in."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice, Order
from billing.operations.bill_shipments import bill_shipments
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.orders.compare import Result, comparison_of
from billing.orders.mending import credits_of_returns, what_came_back, what_to_credit
from tests import world
from tests.billing.ordering import make_order, order_line, send_back, ship, ship_freely

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


@pytest.fixture
def browser(manager: Any) -> Client:
    """A manager's browser."""
    client = Client()
    client.force_login(manager)
    return client


def billed(order: Order, *lines: tuple[str, str], **details: Any) -> Invoice:
    """An issued invoice of an order's first line, in lines of (price, quantity), whatever the checks say."""
    line_id = order.lines.all()[0].pk
    typed = [world.line(price, quantity, order_line_id=line_id) for price, quantity in lines]
    draft = world.draft(order.customer, typed, dated_on=DAY, **details)
    return issue_invoice(draft.pk, by=None, on=DAY, override="Agreed")


def results(order: Order) -> list[Result]:
    return [row.result for row in comparison_of(order)]


def credited(browser: Client, invoice: Invoice, order: Order) -> Invoice:
    """Issue the credit memo as the form proposes it."""
    address = f"/invoices/{invoice.pk}/credit/?order={order.pk}"
    form = browser.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"reason": "As ordered"}
    page = browser.post(address, typed, follow=True)
    assert "takes back" in page.content.decode()
    return invoice.credit_memos.get()


def test_what_was_billed_beyond_the_order_is_credited_by_its_last_lines(browser: Client, customer: Any) -> None:
    order = make_order(customer, order_line("10", "12.50"))
    ship(order)
    invoice = billed(order, ("12.50", "9"), ("12.50", "1"), ("12.50", "2"))
    assert results(order) == [Result.OVER_BILLED]
    page = browser.get(f"/orders/{order.pk}/").content.decode()
    assert f"/invoices/{invoice.pk}/credit/?order={order.pk}" in page
    first, second, third = invoice.lines.all()
    assert what_to_credit(invoice, order) == {"way": "lines", f"line_{third.pk}": "2"}

    assert credited(browser, invoice, order).net == 25
    assert results(order) == [Result.MATCHED]
    assert what_to_credit(invoice, order) == {}
    assert (first.quantity, second.quantity) == (9, 1)


def test_what_was_credited_of_a_line_before_is_not_proposed_again(customer: Any) -> None:
    order = make_order(customer, order_line("10", "12.50"))
    ship(order)
    invoice = billed(order, ("12.50", "10"), ("12.50", "3"))
    first, second = invoice.lines.all()
    credit_invoice(invoice.pk, {second.pk: Decimal(2)}, reason="One is enough", by=None, on=DAY)
    assert what_to_credit(invoice, order) == {"way": "lines", f"line_{second.pk}": "1"}
    credit_invoice(invoice.pk, {first.pk: Decimal(9)}, reason="Broken", by=None, on=DAY)
    billed(order, ("12.50", "10"))
    assert what_to_credit(invoice, order) == {"way": "lines", f"line_{second.pk}": "1", f"line_{first.pk}": "1"}


def test_billed_twice_leads_to_the_last_document(browser: Client, customer: Any) -> None:
    order = make_order(customer, order_line("10", "12.50"))
    ship(order)
    first, second = billed(order, ("12.50", "10")), billed(order, ("12.50", "4"))
    assert results(order) == [Result.BILLED_TWICE]
    page = browser.get(f"/orders/{order.pk}/").content.decode()
    assert f"/invoices/{second.pk}/credit/" in page
    assert f"/invoices/{first.pk}/credit/" not in page
    assert credited(browser, second, order).net == 50
    assert results(order) == [Result.MATCHED]


def test_a_price_above_the_order_is_lowered_to_it(browser: Client, customer: Any) -> None:
    order = make_order(customer, order_line("10", "12.00"))
    ship(order)
    invoice = billed(order, ("12.50", "10"))
    assert results(order) == [Result.PRICE_DIFFERS]
    line = invoice.lines.get()
    wanted = {"way": "prices", f"price_{line.pk}": "12", f"line_{line.pk}": "10"}
    assert what_to_credit(invoice, order) == wanted
    assert credited(browser, invoice, order).net == 5
    assert results(order) == [Result.MATCHED]


def test_a_price_below_the_order_leads_to_a_debit_note(browser: Client, customer: Any) -> None:
    order = make_order(customer, order_line("10", "12.50"))
    ship(order)
    invoice = billed(order, ("12.00", "10"))
    page = browser.get(f"/orders/{order.pk}/").content.decode()
    assert f'href="/invoices/{invoice.pk}/debit-note/"' in page
    assert what_to_credit(invoice, order) == {}


def test_what_is_shipped_and_not_billed_is_drafted_in_one_step(browser: Client, customer: Any) -> None:
    order = make_order(customer, order_line("10", "12.50"))
    ship(order, "4")
    ship(order, "3")
    page = browser.get(f"/orders/{order.pk}/").content.decode()
    assert "Draft the invoice" in page
    shipments = [str(pk) for pk in order.shipments.values_list("pk", flat=True)]
    browser.post("/shipments/bill/", {"shipments": shipments})
    draft = Invoice.objects.get()
    assert (draft.is_draft, draft.net) == (True, Decimal("87.50"))
    assert "Draft the invoice" not in browser.get(f"/orders/{order.pk}/").content.decode()


def test_another_customers_order_fills_nothing_in(browser: Client, customer: Any, company: Any) -> None:
    order = make_order(customer, order_line("1", "12.50"))
    ship(order)
    invoice = billed(order, ("12.50", "3"))
    theirs = make_order(world.make_customer(company, "Castell Print"))
    usual = browser.get(f"/invoices/{invoice.pk}/credit/").context["form"]
    other = browser.get(f"/invoices/{invoice.pk}/credit/?order={theirs.pk}").context["form"]
    assert other.initial == usual.initial
    assert browser.get(f"/invoices/{invoice.pk}/credit/?order=99999999").status_code == 200


def test_what_came_back_after_billing_is_credited_from_its_shipment(browser: Client, customer: Any) -> None:
    shipment = ship_freely(customer)
    [draft] = bill_shipments(customer.company, [shipment.pk], by=None)
    invoice = issue_invoice(draft.pk, by=None, on=DAY)
    line = invoice.lines.get()
    assert what_came_back(invoice) == {}
    returned = send_back(shipment, "2")
    address = f"/invoices/{invoice.pk}/credit/?came_back=yes"
    for page in (shipment, returned):
        assert address in browser.get(f"/shipments/{page.pk}/").content.decode()
    assert what_came_back(invoice) == {"way": "lines", f"line_{line.pk}": "2"}

    credit_invoice(invoice.pk, {line.pk: Decimal(1)}, reason="One is broken", by=None, on=DAY)
    assert what_came_back(invoice) == {"way": "lines", f"line_{line.pk}": "1"}
    form = browser.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"reason": "Came back"}
    assert "takes back" in browser.post(address, typed, follow=True).content.decode()
    assert [memo.net for memo in invoice.credit_memos.order_by("pk")] == [4, 4]
    assert what_came_back(invoice) == {}
    assert credits_of_returns([invoice]) == []
    assert address not in browser.get(f"/shipments/{shipment.pk}/").content.decode()


def test_what_came_back_of_an_order_that_was_billed_by_itself_is_credited(browser: Client, customer: Any) -> None:
    order = make_order(customer, order_line("10", "12.50"))
    shipment = ship(order, "10")
    invoice = billed(order, ("12.50", "6"), ("12.50", "4"))
    send_back(shipment, "5")
    first, second = invoice.lines.order_by("position")
    assert what_came_back(invoice) == {"way": "lines", f"line_{second.pk}": "4", f"line_{first.pk}": "1"}
    page = browser.get(f"/orders/{order.pk}/").content.decode()
    assert f"/invoices/{invoice.pk}/credit/?came_back=yes" in page
    assert "Credit what came back of" in page


def test_what_is_not_billed_yet_leaves_nothing_to_credit(customer: Any) -> None:
    shipment = ship_freely(customer)
    send_back(shipment, "1")
    [draft] = bill_shipments(customer.company, [shipment.pk], by=None)
    invoice = issue_invoice(draft.pk, by=None, on=DAY)
    assert (invoice.lines.get().quantity, what_came_back(invoice)) == (2, {})
