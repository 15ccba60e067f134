"""The comparison of orders, shipments and documents against plain Python, over whatever may happen to them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from billing.models import Invoice, Shipment, Tolerance
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.set_check_policies import set_check_policies
from billing.operations.void_invoice import void_invoice
from billing.orders.compare import comparison_of, comparison_of_company, comparison_with
from billing.orders.issue_findings import ORDER_CHECKS
from billing.orders.words import said_of
from ledger.refusals import Refused
from tests import world
from tests.billing.comparing import Comparison, as_rows
from tests.billing.ordered import DAY, add_line, ids_of, order_of, ship, ship_alone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]

QUANTITIES = st.sampled_from(["1", "2", "3", "0.5"])
PRICES = st.sampled_from(["10.00", "3.33", "10.20"])
PERCENTS = st.sampled_from([None, "0", "10", "50"])
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "unit_price": PRICES,
            "quantity": QUANTITIES,
            "discount_percent": st.sampled_from(["0", "5"]),
            "tolerance_percent": PERCENTS,
            "has_tax": st.booleans(),
        }
    ),
    max_size=2,
)
ORDERS = st.fixed_dictionaries(
    {
        "lines": LINES,
        "blanket_amount": st.sampled_from([None, None, "20", "40"]),
        "tolerance_percent": PERCENTS,
        "valid_until": st.sampled_from([None, DAY - timedelta(days=4)]),
    }
)
PLACES = st.integers(0, 3)
BILLED = st.tuples(st.sampled_from(["line", "shipment", "order"]), PLACES, PRICES, QUANTITIES, st.booleans())
ACTS = st.one_of(
    st.tuples(st.just("ship"), PLACES, QUANTITIES),
    st.tuples(st.just("ship_alone"), PRICES, QUANTITIES),
    st.tuples(st.just("come_back"), PLACES, QUANTITIES),
    st.tuples(st.just("cancel"), PLACES),
    st.tuples(st.just("bill"), st.lists(BILLED, min_size=1, max_size=3), st.booleans(), st.sampled_from([0, 5])),
    st.tuples(st.just("bill"), st.lists(BILLED, min_size=1, max_size=3), st.just(True), st.just(0)),
    st.tuples(st.just("credit"), PLACES, PLACES, QUANTITIES),
    st.tuples(st.just("credit_money"), PLACES, st.sampled_from(["1.00", "2.50"])),
    st.tuples(st.just("void"), PLACES),
)
TOLERANCES = st.fixed_dictionaries({"quantity": PERCENTS, "price": PERCENTS, "amount": PERCENTS})


def picked(rows: list[Any], place: int) -> Any:
    """One of some rows, or nothing of none."""
    return rows[place % len(rows)] if rows else None


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class Happening:
    """A company with two orders, to which acts happen; one that the product refuses leaves nothing."""

    def __init__(self, orders: list[dict[str, Any]], tolerances: dict[str, str | None]) -> None:
        self.company = world.make_company()
        self.customer = world.make_customer(self.company)
        self.tax, self.other_tax = world.make_tax(self.company, "19"), world.make_tax(self.company, "7")
        set_check_policies(self.company, {check.value: "ignore" for check in ORDER_CHECKS}, by=None)
        Tolerance.objects.create(
            company=self.company, **{f"{name}_percent": decimal(value) for name, value in tolerances.items()}
        )
        self.orders = [self.order(**details) for details in orders]

    def order(self, lines: list[dict[str, Any]], **details: Any) -> Any:
        values = {name: decimal(details.pop(name)) for name in ("blanket_amount", "tolerance_percent")}
        order = order_of(self.customer, ordered_on=DAY - timedelta(days=9), **values | details)
        for position, line in enumerate(lines, start=1):
            typed = line | {"tolerance_percent": decimal(line["tolerance_percent"])}
            tax = self.tax if typed.pop("has_tax") else None
            order.net += add_line(order, position, tax=tax, **typed).net
        order.save()
        return order

    @property
    def order_lines(self) -> list[int]:
        return [pk for order in self.orders for pk in ids_of(order)]

    @property
    def shipped(self) -> list[Shipment]:
        return list(
            Shipment.objects.filter(company=self.company, cancelled_on=None).exclude(kind="return").order_by("pk")
        )

    @property
    def invoices(self) -> list[Invoice]:
        return list(Invoice.objects.filter(company=self.company, kind="invoice", status="issued").order_by("pk"))

    def do(self, name: str, *details: Any) -> None:
        try:
            with transaction.atomic():
                getattr(self, name)(*details)
        except Refused as refusal:
            note(f"{name} {details}: {refusal.message}")

    def ship(self, place: int, quantity: str) -> None:
        lines = [(order, position) for order in self.orders for position in range(1, order.lines.count() + 1)]
        if lines:
            order, position = picked(lines, place)
            ship(order, (position, quantity))

    def ship_alone(self, price: str, quantity: str) -> None:
        ship_alone(self.customer, (price, quantity))

    def come_back(self, place: int, quantity: str) -> None:
        shipment = picked(self.shipped, place)
        line = shipment and shipment.lines.get()
        if not line or line.returned_in.exists() or Decimal(quantity) > line.quantity:
            return
        back = ship_alone(self.customer, ("1", quantity), kind="return")
        back.lines.update(returns=line, order_line=line.order_line if place % 2 else None)

    def cancel(self, place: int) -> None:
        shipment = picked(self.shipped, place)
        if shipment and not shipment.lines.get().returned_in.exists():
            Shipment.objects.filter(pk=shipment.pk).update(cancelled_on=DAY, cancel_reason="Lost")

    def bill(self, lines: list[tuple[Any, ...]], is_issued: bool, days: int) -> None:
        typed = [self.line(*line) for line in lines]
        day = DAY - timedelta(days=days)
        order = picked(self.orders, days)
        draft = world.draft(self.customer, typed, dated_on=day, po_number=order.po_number)
        if is_issued:
            issue_invoice(draft.pk, by=None, on=day)

    def line(self, kind: str, place: int, price: str, quantity: str, has_tax: bool) -> Any:
        tax = self.tax if has_tax else self.other_tax
        named: dict[str, int | None] = {}
        if kind == "line":
            named = {"order_line_id": picked(self.order_lines, place)}
        elif kind == "shipment" and self.shipped:
            named = {"shipment_line_id": ids_of(picked(self.shipped, place))[0]}
        return world.line(price, quantity, tax=tax, description="Gift", **named)

    def credit(self, place: int, at: int, quantity: str) -> None:
        if invoice := picked(self.invoices, place):
            line = picked(list(invoice.lines.all()), at)
            credit_invoice(invoice.pk, {line.pk: Decimal(quantity)}, reason="back", by=None, on=DAY)

    def credit_money(self, place: int, amount: str) -> None:
        if invoice := picked(self.invoices, place):
            credit_invoice(invoice.pk, Decimal(amount), reason="late", by=None, on=DAY)

    def void(self, place: int) -> None:
        if invoice := picked(self.invoices, place):
            void_invoice(invoice.pk, reason="twice", by=None, on=DAY)


def met(rows: list[Any], draft: Invoice) -> list[Any]:
    """Of rows with a draft counted, those that it causes or meets itself."""
    names = ("billed__order", "billed__order_line", "billed__shipment_line")
    links = list(draft.lines.filter(billed__isnull=False).values_list(*names))
    troubles = [row for row in rows if row[0] not in FINE]
    return [row for row in troubles if (row[5] == draft.pk if row[5] else any(is_of(row, link) for link in links))]


def is_of(row: Any, link: tuple[int | None, ...]) -> bool:
    """Whether a row is about what a line bills."""
    return all(not wanted or wanted == own for wanted, own in zip(row[2:5], link, strict=True))


FINE = ("matched", "open", "under_billed", "shipped_not_billed")
UNUSUAL = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, suppress_health_check=UNUSUAL)
@given(st.lists(ORDERS, min_size=2, max_size=2), TOLERANCES, st.lists(ACTS, min_size=3, max_size=14))
def test_whatever_happens_plain_python_compares_the_same(orders: Any, tolerances: Any, acts: Any) -> None:
    with transaction.atomic():
        happening = Happening(orders, tolerances)
        for act in acts:
            happening.do(*act)
        expected = sorted(Comparison(happening.company).rows, key=str)
        compared = comparison_of_company(happening.company)
        assert as_rows(compared) == expected
        assert all(said_of(row) for row in compared)
        for order in happening.orders:
            assert as_rows(comparison_of(order)) == [row for row in expected if row[2] == order.pk]
        for draft in Invoice.objects.filter(company=happening.company, status="draft").order_by("pk"):
            rows = comparison_with(happening.company.pk, happening.company.today(), [draft.pk])
            with_it = Comparison(happening.company, [draft.pk]).rows
            assert as_rows(rows) == sorted(met(with_it, draft), key=str)
        transaction.set_rollback(True)


def test_the_number_of_queries_does_not_grow(customer: Any, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        order = order_of(customer, ("10", "2"), ("5", "1"))
        ship(order, (1, "1"))
    with django_assert_num_queries(1):
        comparison_of_company(customer.company)
    for _ in range(20):
        order_of(customer, ("10", "2"))
    with django_assert_num_queries(1):
        assert len(comparison_of_company(customer.company)) == 30
