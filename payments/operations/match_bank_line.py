"""What a line of money in is: a customer's payment, or nothing of ours to apply."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.locking import lock_documents_of
from billing.models import Invoice
from billing.operations.grant_discount import grant_discount
from customers.models import Customer
from ledger.allocating import lock_items
from ledger.refusals import Refused
from office.audit import record
from office.models import BankAccount, User
from office.reasons import required_reason
from payments.bank import left_of
from payments.booked_banks import book_account_of
from payments.models import BankLine, BankMatch, Receipt, SetAside
from payments.operations.learn_payer import learn_payers
from payments.operations.receive_payment import Plan, first_day_to_apply, receive_payment
from payments.operations.record_receipt import ReceiptDetails
from payments.operations.settle_items import SettlementDetails, Settling, settle_items


@transaction.atomic
def match_bank_line(
    line_id: int,
    customer: Customer,
    amount: Decimal,
    plan: Plan,
    *,
    by: User | None,
    exchange_rate: Decimal | None = None,
    seen_left: Decimal | None = None,
    reasons: Sequence[str] = (),
    rule: str = "",
    discounts: Collection[int] = (),
    settling: Sequence[Settling] = (),
    bank_fee: Decimal = Decimal(0),
) -> Receipt:
    """Record so much of a line as a customer's receipt, on the line's day, and apply it as planned; keep why.

    `discounts` are items of which the payment leaves the early-payment discount: that is granted with it. `settling`
    says of items instead what becomes of whatever the payment leaves of them, as on the allocation screen.
    What the bank kept of it on the way, its `bank_fee`, the customer has paid on top.

    `seen_left` is what a person saw left of it: a form that is sent twice, or after somebody else's, does nothing more.
    Raises Refused where that has changed, for money out, more than is left of the line, one that is set aside, another
    company's customer, and for what receive_payment, settle_items and grant_discount refuse.
    """
    line = _locked(line_id)
    if customer.company_id != line.company_id:
        raise Refused("That customer is not one of this company's.", code="unknown_customer")
    if line.amount <= 0:
        raise Refused("Money went out on this line; no customer paid it.", code="money_out")
    if aside := line.set_asides.filter(withdrawn_at=None).first():
        raise Refused(f"The line is set aside: {aside.reason}. Take that back first.", code="set_aside")
    left = left_of(line)
    if seen_left is not None and seen_left != left:
        raise Refused("Part of the line was matched after you opened it. Look at it again.", code="stale")
    if amount > left:
        raise Refused(f"{left.normalize():f} {line.currency} is left of the line.", code="more_than_left")
    details = ReceiptDetails(
        customer.pk,
        line.booked_on,
        amount + bank_fee,
        line.currency,
        exchange_rate,
        reference=line.text[:200],
        bank_account_id=book_account_of(line.bank_account).pk,
        bank_line_id=line.pk,
        bank_fee=bank_fee,
    )
    discounted = {share.item_id for share in plan.shares} & set(discounts)
    lock_documents_of({*discounted, *(each.item_id for each in settling)})
    items = lock_items(each.item_id for each in settling)
    receipt = receive_payment(customer, details, replace(plan, keep_excess=True), by=by)
    if settling:
        on = first_day_to_apply(receipt, items.values())
        settle_items(customer, SettlementDetails(receipt.entry.items.get().pk, settling, on), by=by)
    granted = grant_discounts(customer.pk, discounted, by=by, on=line.booked_on)
    BankMatch.objects.create(line=line, receipt=receipt, rule=rule, reasons=list(reasons), granted=granted, by=by)
    learn_payers([(line, customer.pk)])
    record(by, "match_bank_line", line, after={"receipt": receipt, "customer": customer, "amount": amount})
    return receipt


def grant_discounts(customer_id: int, item_ids: Collection[int], *, by: User | None, on: date) -> list[int]:
    """Grant the early-payment discounts on a customer's items that a payment left; the ids of the credit memos."""
    if not item_ids:
        return []
    invoices = Invoice.objects.filter(customer=customer_id, entry__items__in=item_ids)
    return [grant_discount(pk, by=by, on=on).pk for pk in sorted(set(invoices.values_list("pk", flat=True)))]


@transaction.atomic
def set_aside_bank_line(line_id: int, *, reason: str, by: User | None) -> SetAside:
    """Say that what is left of a line is no customer's payment. Raises Refused without a reason, or said before."""
    reason = required_reason(reason, "Say what the line is.")
    line = _locked(line_id)
    if line.set_asides.filter(withdrawn_at=None).exists():
        raise Refused("The line is set aside already.", code="invalid_move")
    if not left_of(line):
        raise Refused("Nothing is left of the line.", code="nothing_left")
    aside = SetAside.objects.create(line=line, reason=reason, by=by)
    record(by, "set_aside_bank_line", line, reason=reason)
    return aside


@transaction.atomic
def take_back_set_aside(line_id: int, *, by: User | None) -> SetAside:
    """Let a line be matched after all. Raises Refused where it is not set aside."""
    line = _locked(line_id)
    aside = line.set_asides.filter(withdrawn_at=None).first()
    if aside is None:
        raise Refused("The line is not set aside.", code="invalid_move")
    aside.withdrawn_by, aside.withdrawn_at = by, timezone.now()
    aside.save(update_fields=["withdrawn_by", "withdrawn_at"])
    record(by, "take_back_set_aside", line, before={"reason": aside.reason})
    return aside


def _locked(line_id: int) -> BankLine:
    """The line, its account's row held: what banks said is locked by nobody, as nobody may change it."""
    account_id = BankLine.objects.values_list("bank_account", flat=True).get(pk=line_id)
    BankAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    return BankLine.objects.select_related("bank_account").get(pk=line_id)
