from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from billing.models import ReasonPurpose
from billing.reason_codes import chosen_reason, printed_reason
from customers.models import Customer
from ledger.allocating import company_amounts, lock_items
from ledger.models import OpenItem
from ledger.money import round_money
from ledger.refusals import Refused
from office.approvals.asking import Asked, approved_for, require_approval, said_yes
from office.audit import record
from office.days import require_bookable_day
from office.models import ApprovalRequest, User
from payments.models import WriteOff, WriteOffKind
from payments.operations.enter_write_off import Shares, Why, enter_write_off
from payments.operations.receive_payment import Share
from payments.written_off import require_share


@dataclass(frozen=True)
class WriteOffDetails:
    """How much of which open items is written off, and why: a reason of the company's, words, or both."""

    shares: Sequence[Share]
    reason_code_id: int | None = None
    reason: str = ""


@transaction.atomic
def write_off(
    customer: Customer,
    details: WriteOffDetails,
    *,
    on: date,
    by: User | None,
    approved: ApprovalRequest | None = None,
) -> list[WriteOff]:
    """Take what will never be paid off a customer's open items; one write-off for each currency.

    Raises Refused without a reason, for another customer's items, or for more than is open of one; and ApprovalNeeded
    above the amount, or the share of a document, from which somebody else has to say yes first.
    """
    company = customer.company
    require_bookable_day(company, on)
    code = chosen_reason(company, details.reason_code_id, ReasonPurpose.WRITE_OFF)
    words = printed_reason(code, details.reason, "Say why it is written off.")
    shares = _locked(customer, details.shares)
    amount = sum(company_amounts(shares), Decimal(0))
    asked = Asked("write_off", company, customer, amount, _kept(details), words)
    require_approval(asked, by, approved_for("write_off", approved))
    require_share(asked, shares, by, approved)
    why = Why(WriteOffKind.BAD_DEBT, words, code)
    rows = [enter_write_off(customer, part, why, on=on, by=by) for part in _by_currency(shares).values()]
    for row in rows:
        after = {"customer": customer.name, "amount": row.amount, "currency": row.currency} | said_yes(approved)
        record(by, "write_off", row, after=after, reason=words)
    return rows


def details_from_kept(kept: Mapping[str, Any]) -> WriteOffDetails:
    """What was asked for, as an approval keeps it."""
    shares = [Share(int(item_id), Decimal(amount)) for item_id, amount in kept["shares"]]
    return WriteOffDetails(shares, kept["reason_code_id"], kept["reason"])


def _kept(details: WriteOffDetails) -> dict[str, Any]:
    shares = [[share.item_id, f"{share.amount.normalize():f}"] for share in details.shares]
    return {"shares": shares, "reason_code_id": details.reason_code_id, "reason": details.reason}


def _locked(customer: Customer, wanted: Sequence[Share]) -> Shares:
    """The open items with what is taken off each, locked. Raises Refused for what cannot be."""
    if not wanted:
        raise Refused("Choose at least one open item.", code="nothing_chosen")
    items = lock_items(share.item_id for share in wanted)
    if len(items) != len(wanted) or any(item.customer_id != customer.pk for item in items.values()):
        raise Refused("One of these items is not this customer's.", code="another_customer")
    shares = [(items[share.item_id], share.amount) for share in wanted]
    for item, amount in shares:
        _check(item, amount)
    return shares


def _check(item: OpenItem, amount: Decimal) -> None:
    if item.amount < 0:
        raise Refused(f"{item.reference} is a credit of theirs. Refund it instead.", code="not_a_debt")
    if amount <= 0:
        raise Refused("The amount to write off must be above zero.", code="amount_not_positive")
    if amount != round_money(amount, item.currency):
        raise Refused(f"{amount} has more places than {item.currency} has.", code="too_many_places")
    if amount > item.balance:
        left = round_money(item.balance, item.currency)
        raise Refused(f"{item.reference} has {left} {item.currency} open.", code="more_than_open")


def _by_currency(shares: Shares) -> dict[str, Shares]:
    parts: dict[str, list[tuple[OpenItem, Decimal]]] = {}
    for item, amount in shares:
        parts.setdefault(item.currency, []).append((item, amount))
    return dict(parts)
