"""Orders, shipments and documents compared in plain Python, one after another: what the statement must come to."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.models import BilledLine, Invoice, InvoiceLine, Order, OrderLine, Shipment, ShipmentLine, Tolerance
from billing.orders.compare import Compared
from ledger.money import round_money
from office.models import Company

Row = tuple[Any, ...]
"""Result, within, order line, shipment line, invoice line or document, expected, actual, difference."""


def as_rows(compared: Iterable[Compared]) -> list[Row]:
    """What the statement found, as it is compared here."""
    return sorted(
        (
            (
                row.result.value,
                row.is_within,
                row.order_id or 0,
                row.order_line_id or 0,
                row.shipment_line_id or 0,
                row.invoice_id or 0,
                row.invoice_line_id or 0,
                _plain(row.expected),
                _plain(row.actual),
                _plain(row.difference),
            )
            for row in compared
        ),
        key=str,
    )


def _plain(value: Decimal | Fraction | None) -> str:
    """A number with as many places as a division in PostgreSQL and one of fractions agree on."""
    return "" if value is None else str(round(Fraction(value), 9))


class Comparison:
    """All of a company's papers, with the drafts that are counted."""

    def __init__(self, company: Company, drafts: Collection[int] = ()) -> None:
        self.company, self.drafts = company, set(drafts)
        self.rows: list[Row] = []
        self.links = list(
            BilledLine.objects.filter(invoice_line__invoice__company=company)
            .exclude(why="none")
            .select_related("invoice_line__invoice")
        )
        self.ships = Shipment.objects.filter(company=company, cancelled_on=None).exists()
        for order in Order.objects.filter(company=company):
            self.compare_order(order)
        alone = ShipmentLine.objects.filter(shipment__company=company, order_line=None)
        self.compare_shipments(alone.exclude(shipment__kind="return").select_related("shipment"))

    def add(self, result: str, *, within: bool = False, numbers: tuple[Any, Any, Any], **where: int) -> None:
        names = ("order", "order_line", "shipment_line", "invoice", "invoice_line")
        self.rows.append((result, within, *(where.get(name, 0) for name in names), *map(_plain, numbers)))

    def counts(self, invoice: Invoice) -> bool:
        return invoice.status == "issued" or invoice.pk in self.drafts

    def left_of(self, line: InvoiceLine) -> tuple[Decimal, Decimal]:
        """What credit memos left of a line: its quantity and its money."""
        credits = [each for each in line.credit_lines.all() if each.invoice.status == "issued"]
        goods = sum((each.quantity for each in credits if not each.is_amount_only), Decimal(0))
        return line.quantity - goods, line.taxable - sum((each.taxable for each in credits), Decimal(0))

    def counted(self, **named: int) -> list[tuple[BilledLine, Decimal, Decimal]]:
        """The counted links that name this, each with what is left of it."""
        links = [each for each in self.links if all(getattr(each, name) == pk for name, pk in named.items())]
        return [(link, *self.left_of(link.invoice_line)) for link in links if self.counts(link.invoice_line.invoice)]

    def percent(self, column: str, order: Order, product_id: int | None) -> Decimal:
        for customer_id, its_product in (
            (order.customer_id, product_id),
            (None, product_id),
            (order.customer_id, None),
            (None, None),
        ):
            for row in Tolerance.objects.filter(company=self.company, customer=customer_id, product=its_product):
                if getattr(row, column) is not None:
                    return getattr(row, column)
        return Decimal(0)

    def shipped(self, line: OrderLine) -> Decimal:
        moved = ShipmentLine.objects.filter(shipment__company=self.company, shipment__cancelled_on=None)
        total = Decimal(0)
        for each in moved.select_related("shipment", "returns"):
            of = each.order_line_id or (each.returns and each.returns.order_line_id)
            if of == line.pk:
                total += -each.quantity if each.shipment.is_return else each.quantity
        return total

    def compare_order(self, order: Order) -> None:
        lines = list(order.lines.all())
        is_over = is_dearer = False
        for line in lines:
            billed, dearer = self.compare_line(order, line)
            is_over |= billed > line.quantity
            is_dearer |= dearer
        links = self.counted(order_id=order.pk)
        self.compare_amount(order, lines, links, is_over=is_over, is_dearer=is_dearer)
        self.compare_days(order, links)
        for link, quantity, money in links:
            if quantity and link.order_line_id is None and lines:
                line = link.invoice_line
                self.add(
                    "not_ordered",
                    numbers=(Decimal(0), quantity, money),
                    order=order.pk,
                    shipment_line=link.shipment_line_id or 0,
                    invoice=line.invoice_id,
                    invoice_line=line.pk,
                )
        by_shipment = {link.shipment_line_id for link in self.links if link.order_id == order.pk}
        for pk in sorted(by_shipment - {None}):
            self.compare_twice(order, pk)

    def compare_line(self, order: Order, line: OrderLine) -> tuple[Decimal, bool]:
        links = self.counted(order_line_id=line.pk)
        billed = sum((quantity for _, quantity, _ in links), Decimal(0))
        shipped, price = self.shipped(line), Fraction(line.unit_price) * (100 - Fraction(line.discount_percent)) / 100
        where = {"order": order.pk, "order_line": line.pk}

        def note(result: str, expected: Decimal, actual: Decimal, *, within: bool = False) -> None:
            money = (Fraction(actual) - Fraction(expected)) * price
            self.add(result, within=within, numbers=(expected, actual, money), **where)

        wrong = dearer = False
        for link, quantity, money in links:
            if not quantity:
                continue
            dear, other_tax = self.compare_prices(order, line, link, quantity, money, price)
            dearer |= dear
            wrong |= dear or other_tax
        own = line.tolerance_percent if line.tolerance_percent is not None else order.tolerance_percent
        percent = self.percent("quantity_percent", order, line.product_id) if own is None else own
        if billed > line.quantity:
            within = billed <= line.quantity * (100 + percent) / 100
            papers = {link.invoice_line.invoice_id for link, quantity, _ in links if quantity > 0}
            note("over_billed" if within or len(papers) < 2 else "billed_twice", line.quantity, billed, within=within)
        if self.ships and billed > shipped and shipped < line.quantity:
            note("not_shipped", shipped, billed)
        if shipped > billed:
            note("under_billed" if billed > 0 else "shipped_not_billed", shipped, billed)
        if not shipped and not billed:
            note("open", line.quantity, Decimal(0))
        if 0 < billed <= line.quantity and (billed == shipped or not self.ships) and not wrong:
            note("matched", billed, billed)
        return billed, dearer

    def compare_prices(
        self, order: Order, line: OrderLine, link: BilledLine, quantity: Decimal, money: Decimal, price: Fraction
    ) -> tuple[bool, bool]:
        billed = link.invoice_line
        where = {"order": order.pk, "order_line": line.pk, "invoice": billed.invoice_id, "invoice_line": billed.pk}
        exact = Fraction(quantity) * price
        right = round_money(Decimal(exact.numerator) / Decimal(exact.denominator), order.currency)
        has_credits = any(each.invoice.status == "issued" for each in billed.credit_lines.all())
        slack = Decimal("0.01") if has_credits or billed.invoice.prices_include_tax else Decimal(0)
        is_dear = abs(money - right) > slack
        if is_dear:
            percent = self.percent("price_percent", order, line.product_id)
            within = abs(money - right) <= abs(right) * percent / 100
            one = Fraction(money) / Fraction(quantity)
            self.add("price_differs", within=within, numbers=(price, one, money - right), **where)
        other_tax = line.tax_id is not None and line.tax_id != billed.tax_id
        if other_tax:
            self.add("tax_differs", numbers=(None, None, Decimal(0)), **where)
        return is_dear, other_tax

    def compare_amount(
        self, order: Order, lines: Collection[OrderLine], links: Any, *, is_over: bool, is_dearer: bool
    ) -> None:
        most = order.blanket_amount or sum((line.net for line in lines), Decimal(0))
        billed = sum((money for _, _, money in links), Decimal(0))
        if order.blanket_amount is None:
            lost = sum(
                Decimal("0.01")
                for link, _, _ in links
                if link.invoice_line.invoice.prices_include_tax
                or any(each.invoice.status == "issued" for each in link.invoice_line.credit_lines.all())
            )
            if is_over or is_dearer or billed - most <= lost:
                return
        if billed > most > 0:
            own = order.tolerance_percent
            percent = self.percent("amount_percent", order, None) if own is None else own
            within = billed <= most * (100 + percent) / 100
            self.add("exhausted", within=within, numbers=(most, billed, billed - most), order=order.pk)

    def compare_days(self, order: Order, links: Any) -> None:
        first = order.valid_from or order.ordered_on
        ends = [day for day in (order.valid_until, order.ended_on) if day]
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for link, quantity, money in links:
            day = link.invoice_line.invoice.dated_on or self.company.today()
            if quantity and (day < first or (ends and day > min(ends))):
                sums[link.invoice_line.invoice_id] += money
        for invoice_id, money in sums.items():
            self.add("expired", numbers=(None, None, money), order=order.pk, invoice=invoice_id)

    def compare_twice(self, order: Order, shipment_line_id: int) -> None:
        """A line that was shipped for an order, by each line of the order that it is billed for."""
        shipped = ShipmentLine.objects.select_related("shipment").get(pk=shipment_line_id)
        links = [each for each in self.counted(shipment_line_id=shipment_line_id) if each[0].order_id == order.pk]
        for line_id in {link.order_line_id for link in self.links if link.shipment_line_id == shipment_line_id}:
            billed = sum((quantity for link, quantity, _ in links if link.order_line_id == line_id), Decimal(0))
            line = OrderLine.objects.filter(pk=line_id).first()
            of_line = sum((quantity for _, quantity, _ in self.counted(order_line_id=line_id)), Decimal(0))
            if shipped.shipment.is_cancelled or billed <= shipped.quantity or (line and of_line > line.quantity):
                continue
            price = shipped.unit_price if shipped.unit_price is not None else (line.unit_price if line else Decimal(0))
            self.add(
                "billed_twice",
                numbers=(shipped.quantity, billed, (billed - shipped.quantity) * price),
                order=order.pk,
                order_line=line_id or 0,
                shipment_line=shipment_line_id,
            )

    def compare_shipments(self, lines: Iterable[ShipmentLine]) -> None:
        """What was shipped without an order."""
        for line in lines:
            links = [each for each in self.counted(shipment_line_id=line.pk) if each[0].order_id is None]
            billed = sum((quantity for _, quantity, _ in links), Decimal(0))
            sent, came_back = Decimal(0), Decimal(0)
            if not line.shipment.is_cancelled:
                sent = line.quantity
                back = line.returned_in.filter(shipment__cancelled_on=None, shipment__kind="return")
                came_back = sum((each.quantity for each in back), Decimal(0))
            out = sent - came_back
            if 0 < sent < billed:
                self.of_shipment("billed_twice", line, sent, billed)
            if out < billed and (billed <= sent or not sent):
                self.of_shipment("not_shipped", line, out, billed)
            if out > billed:
                self.of_shipment("under_billed" if billed > 0 else "shipped_not_billed", line, out, billed)
            if billed == out > 0:
                self.of_shipment("matched", line, billed, billed)

    def of_shipment(self, result: str, line: ShipmentLine, expected: Decimal, actual: Decimal) -> None:
        money = (actual - expected) * (line.unit_price or 0)
        self.add(result, numbers=(expected, actual, money), shipment_line=line.pk)
