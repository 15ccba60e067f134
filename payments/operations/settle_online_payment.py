"""What an online payment settles: exactly the items that it was begun for, each at most what is open now."""

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from billing.locking import lock_documents_of
from ledger.allocating import Pair, lock_items
from ledger.models import OpenItem
from ledger.money import format_money
from office.models import TaskKind, User
from office.operations.make_task import make_task
from office.talk.topics import About
from payments.models import OnlinePayment, OnlinePaymentPart, Receipt
from payments.online.own_credit import ZERO, spread, usable_credits
from payments.operations.apply_credits import apply_credits
from payments.operations.receive_payment import first_day_to_apply


def lock_for_online_payment(payment: OnlinePayment) -> dict[int, OpenItem]:
    """Lock the documents and items of a payment, and the credit that it uses, in the order of all locks."""
    ids = list(payment.parts.values_list("item", flat=True))
    lock_documents_of(ids)
    credits = usable_credits(payment.customer_id, payment.currency) if payment.from_credit else OpenItem.objects.none()
    return lock_items([*ids, *credits.values_list("pk", flat=True)])


@transaction.atomic
def settle_online_payment(
    payment: OnlinePayment, items: dict[int, OpenItem], receipt: Receipt | None, *, by: User | None
) -> None:
    """Apply the customer's credit, as much of it as the payment was begun with, and then its receipt.

    `items` were locked before the receipt was numbered. What finds nothing open stays on account, and a task says why.
    """
    parts = list(payment.parts.select_related("item"))
    wanted = {part.item_id: min(part.amount, items[part.item_id].balance) for part in _by_due(parts)}
    credits = [item for item in items.values() if item.balance < 0]
    credits.sort(key=lambda item: (item.dated_on, item.pk))
    pairs = spread(wanted, credits, payment.from_credit)
    own = receipt.entry.items.get() if receipt else None
    if own and own.currency == payment.currency:
        for pair in pairs:
            wanted[pair.debit_id] -= pair.amount
        pairs += spread(wanted, [own], -own.balance)
    if pairs:
        _apply(payment, pairs, items | ({own.pk: own} if own else {}), receipt, by)
    _say_what_stays(payment, receipt, parts, pairs)


def _by_due(parts: Sequence[OnlinePaymentPart]) -> list[OnlinePaymentPart]:
    return sorted(parts, key=lambda part: (part.item.due_on, part.item_id))


def _apply(
    payment: OnlinePayment, pairs: Sequence[Pair], items: dict[int, OpenItem], receipt: Receipt | None, by: User | None
) -> None:
    debits = [items[pair.debit_id] for pair in pairs]
    days = [items[pair.credit_id].dated_on for pair in pairs] + [payment.company.today()]
    if receipt:
        days.append(first_day_to_apply(receipt, debits))
    made = apply_credits(payment.customer, pairs, dated_on=max(days), by=by, reason=str(payment))
    payment.made.add(*made)


def _say_what_stays(
    payment: OnlinePayment, receipt: Receipt | None, parts: Sequence[OnlinePaymentPart], pairs: Sequence[Pair]
) -> None:
    """Make a task where more stays on account than the customer meant to leave there."""
    if receipt is None or receipt.currency != payment.currency:
        return
    own = receipt.entry.items.get()
    meant = payment.amount + payment.from_credit - sum((part.amount for part in parts), ZERO)
    stays = -own.balance
    if stays <= max(meant - (payment.amount - receipt.amount), ZERO):
        return
    settled: dict[int, Decimal] = {}
    for pair in pairs:
        settled[pair.debit_id] = settled.get(pair.debit_id, ZERO) + pair.amount
    why = [
        f"{part.item.reference}: {format_money(part.amount, part.currency)} was paid for, "
        f"{format_money(settled.get(part.item_id, ZERO), part.currency)} was still open."
        for part in parts
        if settled.get(part.item_id, ZERO) < part.amount
    ]
    make_task(
        payment.company,
        TaskKind.OTHER,
        f"{format_money(stays, own.currency)} of an online payment stays on account: {receipt.number}",
        key=f"online_rest:{payment.pk}",
        by=None,
        about=About.of(receipt),
        note="\n".join(why),
    )
