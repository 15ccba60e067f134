from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction

from billing.models import BilledLine, Order, OrderLine, OrderVersion
from billing.operations.details import products_of
from billing.operations.order_details import (
    OrderDetails,
    OrderLineDetails,
    TakenNumbers,
    changed_facts,
    fill_order,
    order_facts,
)
from billing.order_figures import Figures, order_figures
from billing.tax_choice import taxes_of
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import optional_reason
from office.written import quantity


@transaction.atomic
def change_order(order_id: int, details: OrderDetails, *, version: int, reason: str = "", by: User | None) -> Order:
    """Save an order that was read at `version`, and keep the version before; without a change nothing is kept.

    Lines that name the id they had stay the same lines. Raises Refused where somebody saved meanwhile, for an order
    that has ended, another customer, a quantity below what was shipped or billed, and a line that is named by either
    and would go.
    """
    order, reason = locked_order(order_id), optional_reason(reason)
    if order.version != version:
        raise Refused("Somebody saved this order while you were editing. Load it again.", code="stale")
    require_open(order)
    if details.customer_id != order.customer_id:
        raise Refused("An order stays with its customer. Cancel it, and record another.", code="other_customer")
    before, currency = order_facts(order), order.currency
    known = {line.pk: line for line in order.lines.all()}
    figures = order_figures(list(known))
    company = order.company
    lines = fill_order(order, order.customer, details, taxes_of(company), products_of(company, [details]))
    order.number = details.number.strip() or order.number
    TakenNumbers([order]).take(order)
    _require_same_currency(order, currency)
    _keep_lines(lines, details.lines, known, figures)
    after = order_facts(order)
    if after == before:
        return order
    OrderVersion.objects.create(order=order, version=order.version, facts=before, reason=reason, changed_by=by)
    order.version += 1
    order.save()
    told = changed_facts(before, after)
    record(
        by,
        "change_order",
        order,
        before={name: was for name, (was, _) in told.items()} | {"version": version},
        after={name: now for name, (_, now) in told.items()} | {"version": order.version},
        reason=reason,
    )
    return order


def locked_order(order_id: int) -> Order:
    """The order, its row locked until the transaction ends."""
    rows = Order.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("company", "customer__terms").get(pk=order_id)


def require_open(order: Order) -> None:
    """Refuse where the order was closed or cancelled."""
    if not order.is_open:
        raise Refused(f"{order} is {order.status}. Open it again first.", code="order_ended")


def _require_same_currency(order: Order, before: str) -> None:
    if order.currency != before and BilledLine.objects.filter(order_line__order=order).exists():
        raise Refused(f"{order} is billed in {before} already, so its currency stays.", code="currency_fixed")


def _keep_lines(
    lines: Sequence[OrderLine],
    typed: Sequence[OrderLineDetails],
    known: Mapping[int, OrderLine],
    figures: Mapping[int, Figures],
) -> None:
    """Write the lines: those named by their id as what they are now, the others anew; those not named go."""
    kept = [each.line_id for each in typed if each.line_id]
    if len(kept) != len(set(kept)) or not known.keys() >= set(kept):
        raise Refused("A line named here is not one of this order's.", code="unknown_line")
    for pk in known.keys() - set(kept):
        _require_unused(known[pk], figures[pk])
        known[pk].delete()
    for line, each in zip(lines, typed, strict=True):
        if each.line_id:
            _require_enough(line, figures[each.line_id])
            line.pk = each.line_id
        line.save()


def _require_unused(line: OrderLine, figures: Figures) -> None:
    if line.shipment_lines.exists() or line.billed_lines.exists():
        done = "shipped" if figures.shipped else "billed"
        raise Refused(
            f"Line {line.position}, {line.description[:60]}, is {done} already, so it stays. Lower its quantity.",
            code="line_in_use",
        )


def _require_enough(line: OrderLine, figures: Figures) -> None:
    for done, so_much in (("shipped", figures.out), ("billed", figures.billed)):
        if line.quantity < max(so_much, Decimal(0)):
            raise Refused(
                f"Line {line.position}: {quantity(so_much)} of it were {done}, so it cannot go below that.",
                code="below_shipped",
            )
