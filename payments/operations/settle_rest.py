"""What becomes of the rest of an open item that was paid short: one function for each word that can be said of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from billing.disputes import disputes_of, undisputed
from billing.early_payment import REASON, WORDS, discount_earned
from billing.models import Dispute, DisputeSource, DocumentStatus, Invoice, ReasonCode, ReasonPurpose
from billing.operations.credit_invoice import credit_invoice
from billing.operations.grant_discount import grant_discount
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.reason_codes import chosen_reason
from customers.models import Customer
from ledger.allocating import company_amounts
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_approval
from office.models import User
from payments.models import Rest, SettledItem, WriteOffKind
from payments.operations.enter_write_off import Why, enter_write_off
from payments.operations.set_payment_policy import allowed_difference
from payments.written_off import require_share


def settle_rest(row: SettledItem, customer: Customer, reason_code_id: int | None, *, on: date, by: User | None) -> None:
    """Do what the row says of its item's rest, which is open and locked, and keep on the row what was made.

    Raises Refused, and ApprovalNeeded, where that may not be.
    """
    row.item = OpenItem.objects.select_related("entry").get(pk=row.item_id)
    if row.rest == Rest.DISPUTE:
        row.dispute = _dispute(row, customer, reason_code_id, on, by)
        return
    SETTLE[Rest(row.rest)](row, customer, on, by)
    row.item.refresh_from_db()
    if row.item.balance:
        left = format_money(row.item.balance, row.item.currency)
        raise Refused(f"{left} of {row.item.reference} would stay open. Look at it on its own page.", code="rest_stays")


def require_may(by: User | None, permission: str) -> None:
    """Raise Refused for someone who may not do by itself what is done here on the way."""
    if by and not by.has_perm(permission):
        raise Refused("That is not yours to do. Let it stay open, or ask a manager.", code="may_not")


def _discount(row: SettledItem, customer: Customer, on: date, by: User | None) -> None:
    """The discount that was earned, credited with its tax."""
    require_may(by, "billing.credit_invoice")
    invoice = _invoice_of(row.item)
    if discount_earned(invoice) != row.rest_amount:
        words = f"{row.item.reference} has no discount earned of that amount: it was paid too late, or short of it."
        raise Refused(words, code="discount_not_earned")
    row.credit_memo = grant_discount(invoice.pk, by=by, on=on)


def _late_discount(row: SettledItem, customer: Customer, on: date, by: User | None) -> None:
    """A discount that was taken and not earned, credited all the same with its tax."""
    require_may(by, "billing.credit_invoice")
    invoice = _invoice_of(row.item)
    code = ReasonCode.objects.filter(company=customer.company, code=REASON, is_active=True).first()
    row.credit_memo = credit_invoice(
        invoice.pk,
        row.rest_amount,
        reason="" if code else WORDS,
        reason_code_id=code.pk if code else None,
        by=by,
        on=on,
    )


def _bank_fee(row: SettledItem, customer: Customer, on: date, by: User | None) -> None:
    """What banks took on the way goes to bank charges, under the limits of write-offs."""
    require_may(by, "payments.write_off")
    shares = [(row.item, row.rest_amount)]
    asked = Asked("write_off", customer.company, customer, sum(company_amounts(shares), Decimal(0)), {}, "Bank fee")
    require_approval(asked, by, None)
    require_share(asked, shares, by, None)
    row.write_off = enter_write_off(customer, shares, Why(WriteOffKind.BANK_FEE, "Bank fee"), on=on, by=by)


def _tolerance(row: SettledItem, customer: Customer, on: date, by: User | None) -> None:
    """A difference that the company's policy lets pass."""
    shares = [(row.item, row.rest_amount)]
    rate = row.item.company_amount / row.item.amount
    if sum(company_amounts(shares), Decimal(0)) > allowed_difference(customer.company, row.item.amount, rate):
        words = f"{format_money(row.rest_amount, row.item.currency)} is more than the company lets pass."
        raise Refused(words, code="above_tolerance")
    row.write_off = enter_write_off(customer, shares, Why(WriteOffKind.TOLERANCE, "Small difference"), on=on, by=by)


def _dispute(row: SettledItem, customer: Customer, reason_code_id: int | None, on: date, by: User | None) -> Dispute:
    """The dispute that holds the rest: a new one of what none holds yet, else the one that holds it already."""
    item = row.item
    if free := undisputed([item])[item.pk]:
        details = DisputeDetails(reason_code_id, amount=min(free, row.rest_amount), item_id=item.pk)
        return open_dispute(item.entry_id, details, on=on, by=by, source=DisputeSource.SHORT_PAYMENT)
    if chosen_reason(customer.company, reason_code_id, ReasonPurpose.DISPUTE) is None:
        raise Refused("Say why it is disputed.", code="reason_missing")
    return disputes_of([item.pk])[item.pk]


def _invoice_of(item: OpenItem) -> Invoice:
    invoice = Invoice.objects.filter(entry=item.entry_id, status=DocumentStatus.ISSUED).first()
    if invoice is None:
        raise Refused(f"{item.reference} is no invoice, so it has no discount.", code="no_invoice")
    return invoice


SETTLE: dict[Rest, Callable[[SettledItem, Customer, date, User | None], None]] = {
    Rest.DISCOUNT: _discount,
    Rest.LATE_DISCOUNT: _late_discount,
    Rest.BANK_FEE: _bank_fee,
    Rest.TOLERANCE: _tolerance,
}
