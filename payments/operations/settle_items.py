from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from billing.locking import lock_documents_of
from customers.models import Customer
from customers.payers import paid_for_by
from ledger.allocating import Pair, lock_items
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.audit import record
from office.models import User
from payments.models import Refund, Rest, SettledItem, Settlement
from payments.operations.apply_credits import apply_credits
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.settle_rest import require_may, settle_rest

ZERO = Decimal(0)


@dataclass(frozen=True)
class Settling:
    """So much of a credit for one open item, and what becomes of the item's rest; a dispute has its reason."""

    item_id: int
    amount: Decimal
    rest: Rest = Rest.OPEN
    reason_code_id: int | None = None


@dataclass(frozen=True)
class SettlementDetails:
    """What one credit settles; what is left of it stays on account or, with a reason, is paid back."""

    credit_id: int
    items: Sequence[Settling]
    settled_on: date
    refund_reason: str = ""


def settle_items(customer: Customer, details: SettlementDetails, *, by: User | None) -> Settlement:
    """Apply one credit to open items and say what becomes of each rest; all of it or nothing.

    Raises Refused as applying, crediting, writing off and refunding do, where a rest is coded and none is left, and for
    what would need another person's approval: it is asked for on its own page, while the rest stays open here.
    """
    try:
        return _settle(customer, details, by)
    except ApprovalNeeded as needed:
        words = f"{needed.message} Let the rest stay open here, and ask for that on the document's own page."
        raise Refused(words, code="approval_needed") from needed


@transaction.atomic
def _settle(customer: Customer, details: SettlementDetails, by: User | None) -> Settlement:
    credit, items = _locked(customer, details)
    pairs = [Pair(each.item_id, credit.pk, each.amount) for each in details.items if each.amount]
    made = apply_credits(customer, pairs, dated_on=details.settled_on, by=by) if pairs else []
    allocations = {allocation.debit_id: allocation for allocation in made}
    rows = [_settled_item(each, items[each.item_id], customer, details, by) for each in details.items]
    settlement = Settlement.objects.create(
        company=customer.company,
        customer=customer,
        credit=credit,
        settled_on=details.settled_on,
        refund=_refunded(customer, credit, details, by),
        settled_by=by,
    )
    for row in rows:
        row.settlement, row.allocation = settlement, allocations.get(row.item_id)
        row.save()
    coded = "; ".join(_words(rows, items))
    record(by, "settle_items", customer, after={"credit": credit.reference} | ({"rests": coded} if coded else {}))
    return settlement


def _locked(customer: Customer, details: SettlementDetails) -> tuple[OpenItem, dict[int, OpenItem]]:
    """The credit and the items, locked. Raises Refused where they are not all this customer's, or nothing is chosen."""
    if not details.items or not any(each.amount or each.rest != Rest.OPEN for each in details.items):
        raise Refused("Type an amount beside at least one open item.", code="nothing_chosen")
    wanted = [each.item_id for each in details.items]
    if len(set(wanted)) < len(wanted):
        raise Refused("Name each item once.", code="item_named_twice")
    lock_documents_of(wanted)
    items = lock_items([details.credit_id, *wanted])
    allowed = paid_for_by(customer)
    if len(items) != len(wanted) + 1 or any(item.customer_id not in allowed for item in items.values()):
        raise Refused("One of these items is not this customer's.", code="another_customer")
    credit = items.pop(details.credit_id)
    if credit.customer_id != customer.pk:
        raise Refused("One of these items is not this customer's.", code="another_customer")
    if credit.amount > 0 or any(item.amount < 0 for item in items.values()):
        raise Refused("A credit settles what is owed, not another credit.", code="does_not_belong_together")
    return credit, items


def _settled_item(
    each: Settling, item: OpenItem, customer: Customer, details: SettlementDetails, by: User | None
) -> SettledItem:
    rest = item.balance - each.amount
    row = SettledItem(item=item, rest=each.rest, rest_amount=max(rest, ZERO))
    if each.rest != Rest.OPEN:
        if rest <= 0:
            raise Refused(f"Nothing is left of {item.reference}: its rest needs no word.", code="nothing_left")
        owner = customer if item.customer_id == customer.pk else _owner(item)
        settle_rest(row, owner, each.reason_code_id, on=details.settled_on, by=by)
    return row


def _owner(item: OpenItem) -> Customer:
    """Who owes it: what becomes of the rest is theirs, whoever pays for them."""
    return Customer.objects.select_related("company").get(pk=item.customer_id)


def _refunded(customer: Customer, credit: OpenItem, details: SettlementDetails, by: User | None) -> Refund | None:
    """What is left of the credit, paid back where that is wanted. Raises Refused where nothing is left."""
    if not details.refund_reason.strip():
        return None
    require_may(by, "payments.refund_credit")
    left = -OpenItem.objects.get(pk=credit.pk).balance
    if not left:
        raise Refused("Nothing is left to pay back.", code="nothing_left")
    wanted = RefundDetails(credit.pk, left, details.settled_on, details.refund_reason)
    return refund_credit(customer, wanted, by=by)


def _words(rows: Sequence[SettledItem], items: dict[int, OpenItem]) -> Iterator[Any]:
    for row in rows:
        if row.rest != Rest.OPEN:
            item = items[row.item_id]
            yield f"{format_money(row.rest_amount, item.currency)} of {item.reference}: {Rest(row.rest).label}"
