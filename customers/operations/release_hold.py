from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from customers.exposure import exposure_of
from customers.models import BY_RULE, CreditHold, Customer, hold_policy_of
from ledger.refusals import Refused
from office.approvals.asking import Asked, has_rule, require_approval, said_yes
from office.audit import record
from office.models import ApprovalRequest, User
from office.reasons import required_reason

LONGEST_QUIET = 366


@transaction.atomic
def release_hold(
    hold_id: int,
    *,
    reason: str,
    on: date,
    by: User | None,
    quiet_days: int | None = None,
    approved: ApprovalRequest | None = None,
) -> CreditHold:
    """Let a customer be billed again, as far as this hold is concerned; other holds stand.

    For so many days no rule places it again; left out, as many as the company says. Raises Refused without a reason,
    the second time, or for too many days, and ApprovalNeeded where all they would owe is above a rule's amount, or by
    whoever may only ask for it.
    """
    reason = required_reason(reason, "Say why they are billed again.")
    hold = _locked(hold_id)
    if hold.released_on:
        raise Refused("It is released already.", code="invalid_move")
    quiet_days = _quiet_days(hold, quiet_days, by)
    arguments = {"reason": reason, "quiet_days": quiet_days}
    require_approval(Asked("release_hold", hold.company, hold, _worth(hold, on), arguments, reason), by, approved)
    hold.released_on, hold.released_by, hold.released_at = on, by, timezone.now()
    hold.release_reason, hold.approved_by = reason, approved.decided_by if approved else None
    hold.quiet_until = on + timedelta(days=quiet_days) if quiet_days else None
    hold.save()
    after = {"released": hold.words} | said_yes(approved)
    record(by, "release_hold", hold.customer, after=after, reason=reason)
    return hold


def _locked(hold_id: int) -> CreditHold:
    """The hold, with its customer's row held."""
    holds = CreditHold.objects.select_related("company", "customer__company")
    Customer.objects.select_for_update(no_key=True).get(holds__pk=hold_id)
    return holds.select_for_update(no_key=True, of=("self",)).get(pk=hold_id)


def _worth(hold: CreditHold, on: date) -> Decimal:
    """What they would owe in the company's currency. Raises Refused where a rule asks for it and a rate is missing."""
    worth = exposure_of(hold.customer, on).worth
    if worth is None and has_rule("release_hold", hold.company):
        raise Refused("What they owe has a currency without a rate. Keep one of today first.", code="no_exchange_rate")
    return worth or Decimal(0)


def _quiet_days(hold: CreditHold, wanted: int | None, by: User | None) -> int:
    """For how many days no rule places it again: none for what only people place, or the office released itself."""
    if by is None or hold.cause not in BY_RULE:
        return 0
    days = hold_policy_of(hold.company).quiet_days if wanted is None else wanted
    if not 0 <= days <= LONGEST_QUIET:
        raise Refused(f"The days without a new hold are from 0 to {LONGEST_QUIET}.", code="bad_quiet_days")
    return days
