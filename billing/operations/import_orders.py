"""Importing orders: the rows of one number are an order; sent again, it adds nothing or changes what is here."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import IO, Any

from django.db import transaction

from billing.importing.gathered import Gathered, RowRefused, gathered, take_each
from billing.importing.orders import ORDER_FIELDS, ORDER_HEAD
from billing.models import Order, Product, Tax
from billing.operations.change_order import change_order
from billing.operations.details import CustomersOf, products_of
from billing.operations.order_details import OrderDetails, OrderLineDetails, facts_with, fill_order
from billing.operations.record_order import record_order, record_orders
from billing.tax_choice import taxes_of
from customers.merging import ids_by_number
from customers.models import Customer
from ledger.money import round_rate
from ledger.refusals import Refused
from office.importing import CHANGED, NEW, SAME, Outcome, whole_file
from office.models import Company, User
from office.reading import Mapping as ColumnMapping
from office.reading import ReadRow, TableReader
from office.work.runs import RunKind

WHY = "Imported from a file"


@transaction.atomic
def import_orders(
    company: Company,
    table: IO[bytes],
    mapping: ColumnMapping,
    *,
    by: User | None,
    dry_run: bool = False,
    all_or_none: bool = False,
) -> Outcome:
    """Bring a table's orders in, each whole or not at all; one that was imported before is changed, or the same.

    Raises Refused for a file that cannot be read and, where all or none is wanted, for a wrong row.
    """
    outcome, here = Outcome(), Here(company)
    rows = TableReader(table, ORDER_FIELDS, mapping)
    take_each(
        gathered(rows),
        ORDER_HEAD,
        outcome,
        lambda groups: _take_together(here, groups, by),
        lambda group: _take(here, group, by),
    )
    if all_or_none and not dry_run:
        outcome.require_none_wrong()
    transaction.set_rollback(dry_run)
    return outcome


class Here:
    """The customers, products and taxes of a company, by what files call them."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.by_number = ids_by_number(company)
        self.by_name: dict[str, list[int]] = {}
        for pk, name in Customer.objects.filter(company=company, merged_into=None).values_list("pk", "name"):
            self.by_name.setdefault(name.casefold(), []).append(pk)
        self.products = dict(Product.objects.filter(company=company, is_active=True).values_list("code", "pk"))
        self.taxes = dict(Tax.objects.filter(company=company, is_active=True).values_list("name", "pk"))

    def customer_of(self, group: Gathered) -> int:
        """The customer of some rows, by number or else by a name that only one has. Raises Refused for nobody."""
        number, name = str(group.head("customer_number")), str(group.head("customer_name"))
        if number:
            if number in self.by_number:
                return self.by_number[number]
            raise Refused(f"There is no customer {number}. Correct the number, or add them.", code="unknown_customer")
        found = self.by_name.get(name.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(f"Several customers are called {name}. Give the number.", code="ambiguous_customer")
        raise Refused(f"Nobody is called {name!r} here. Give the customer's number.", code="unknown_customer")

    def product_of(self, row: ReadRow) -> int | None:
        """The product that a row's code names; none for a code of the customer's own, where the row says what it is."""
        code = row.values.get("item_code", "")
        if code and code not in self.products and not row.values.get("description"):
            raise RowRefused(row, f"There is no product {code}. Add it, or say what it is.", "unknown_product")
        return self.products.get(code)

    def tax_of(self, row: ReadRow) -> int | None:
        """The tax that a row names. Raises RowRefused for one that is not here."""
        name = row.values.get("tax")
        if name and name not in self.taxes:
            raise RowRefused(row, f"There is no tax {name!r}. Add it, or correct the name.", "unknown_tax")
        return self.taxes.get(name) if name else None


def _take_together(here: Here, groups: Sequence[Gathered], by: User | None) -> dict[int, str]:
    """Record the new ones that can be, and see which are as before; what became of them, by line.

    The others are taken one by one: those that change, and each that is refused, so that it says why.
    """
    told: dict[int, OrderDetails] = {}
    for group in groups:
        with suppress(Refused):
            told[group.line] = _details(here, group)
    references = {details.source_reference for details in told.values()}
    orders = Order.objects.filter(company=here.company, source_reference__in=references)
    known = {
        order.source_reference: order for order in orders.prefetch_related("company", "lines__product", "lines__tax")
    }
    new = {line: details for line, details in told.items() if details.source_reference not in known}
    same = _same_as_kept(here, known, [each for each in told.items() if each[0] not in new])
    done = dict.fromkeys(same, SAME)
    with suppress(Refused):
        made = record_orders(here.company, list(new.values()), by=by)
        done |= {line: NEW for line, order in zip(new, made, strict=True) if isinstance(order, Order)}
    return done


def _same_as_kept(here: Here, known: Mapping[str, Order], told: Sequence[tuple[int, OrderDetails]]) -> list[int]:
    """The lines of those orders that a file tells as they stand, or that have ended."""
    taxes, products = taxes_of(here.company), products_of(here.company, [details for _, details in told])
    customers = CustomersOf(here.company, (details.customer_id for _, details in told))
    same = []
    for line, details in told:
        order = known[details.source_reference]
        kept = list(order.lines.all())
        before = order.is_open and (order.customer_id, facts_with(order, kept))
        with suppress(Refused):
            lines = (
                fill_order(order, customers.customer_with(details.customer_id), details, taxes, products)
                if before
                else []
            )
            for now, was in zip(lines, kept, strict=False):
                now.pk = was.pk
            order.number = details.number
            if not before or before == (order.customer_id, facts_with(order, lines)):
                same.append(line)
    return same


def _take(here: Here, group: Gathered, by: User | None) -> str:
    details = _details(here, group)
    known = Order.objects.filter(company=here.company, source_reference=group.reference).first()
    if known is None:
        record_order(here.company, details, by=by)
        return NEW
    return keep_changes(known, details, by)


def keep_changes(known: Order, details: OrderDetails, by: User | None) -> str:
    """Change an order that is here already to what a file says, its lines by their place; whether that changed any."""
    if not known.is_open:
        return SAME
    ids = list(known.lines.values_list("pk", flat=True))
    lines = [
        replace(line, line_id=ids[place] if place < len(ids) else None) for place, line in enumerate(details.lines)
    ]
    changed = change_order(known.pk, replace(details, lines=lines), version=known.version, reason=WHY, by=by)
    return SAME if changed.version == known.version else CHANGED


def _details(here: Here, group: Gathered) -> OrderDetails:
    return OrderDetails(
        customer_id=here.customer_of(group),
        lines=[_line(here, row) for row in group.rows if _is_line(row)],
        **_head(group),
    )


def _head(group: Gathered) -> dict[str, Any]:
    return {
        "number": _own_number(group.reference),
        "source_reference": group.reference,
        "po_number": group.head("po_number"),
        "ordered_on": group.head("ordered_on"),
        "valid_from": group.head("valid_from", None),
        "valid_until": group.head("valid_until", None),
        "blanket_amount": group.head("blanket_amount", None),
        "currency": str(group.head("currency")).upper(),
        "note": group.head("note"),
    }


def _own_number(reference: str) -> str:
    """The file's number is ours, as far as it fits."""
    return reference[: Order._meta.get_field("number").max_length]


def _is_line(row: ReadRow) -> bool:
    """A row of a blanket order may say nothing of a line."""
    return any(row.values.get(name) for name in ("item_code", "description", "quantity", "unit_price"))


def _line(here: Here, row: ReadRow) -> OrderLineDetails:
    values: Mapping[str, Any] = row.values
    product_id, tax_id = here.product_of(row), here.tax_of(row)
    if product_id is None and values.get("unit_price") is None:
        raise RowRefused(row, "Give the unit price: no list has one of what is no product.", "no_price")
    price = values.get("unit_price")
    return OrderLineDetails(
        description=values.get("description", ""),
        quantity=round_rate(values.get("quantity", Decimal(1))),
        unit=values.get("unit", ""),
        unit_price=None if price is None else round_rate(price),
        discount_percent=round_rate(values.get("discount_percent", Decimal(0))),
        product_id=product_id,
        tax_id=tax_id,
        usual_tax=product_id is not None and tax_id is None,
        item_code=values.get("item_code", ""),
        wanted_on=values.get("wanted_on"),
    )


RUN_KIND = RunKind("import_orders", whole_file(import_orders, "all_or_none"), page="billing:import_orders_mapping")
