from datetime import date

from django.db import transaction
from django.db.models import Sum

from credit_control.models import LateCharge
from customers.models import Customer
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_approval, said_yes
from office.audit import record
from office.days import require_bookable_day
from office.models import ApprovalRequest, User
from office.reasons import required_reason
from office.written import plain_day
from payments.taking_back import take_back


@transaction.atomic
def waive_late_charge(
    charge_id: int, *, on: date, by: User | None, reason: str, approved: ApprovalRequest | None = None
) -> LateCharge:
    """Give up interest and fees by their mirror; what was paid of them is free again, and the days stay charged.

    Raises Refused without a reason, the second time, before its own day or in a closed month; and ApprovalNeeded above
    the amount from which somebody else has to say yes first.
    """
    reason = required_reason(reason, "Say why it is waived.")
    charge = _locked(charge_id)
    _check(charge, on)
    worth = charge.entry.items.aggregate(sum=Sum("company_amount"))["sum"]
    asked = Asked("waive_late_charge", charge.company, charge, worth, {"reason": reason}, reason)
    require_approval(asked, by, approved)
    charge.reversal_entry = take_back(
        charge.entry,
        key=f"waive_late_charge:{charge.pk}",
        kind="waive_late_charge",
        dated_on=on,
        by_id=by.pk if by else None,
        reason=reason,
    )
    charge.waived_on, charge.waived_by, charge.waive_reason = on, by, reason
    charge.save(update_fields=["waived_on", "waived_by", "waive_reason", "reversal_entry"])
    after = {"amount": charge.total, "currency": charge.currency} | said_yes(approved)
    record(by, "waive_late_charge", charge, after=after, reason=reason)
    return charge


def _locked(charge_id: int) -> LateCharge:
    """The charge, with its customer's row and its own held."""
    charges = LateCharge.objects.select_related("company", "entry")
    customer_id = charges.get(pk=charge_id).customer_id
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    return charges.select_for_update(no_key=True, of=("self",)).get(pk=charge_id)


def _check(charge: LateCharge, on: date) -> None:
    if charge.waived_on:
        raise Refused(f"{charge} is waived already.", code="invalid_move")
    if on < charge.claimed_on:
        raise Refused(f"It was charged on {plain_day(charge.claimed_on)}; not before.", code="before_it_was_made")
    require_bookable_day(charge.company, on)
