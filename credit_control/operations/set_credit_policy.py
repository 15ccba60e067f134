from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from credit_control.models import CreditPolicy, ReminderMode
from ledger.fields import label_of
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies

FIELDS: tuple[str, ...] = ("reminders", "reminder_hour", "most_unattended", "smallest_reminder", "waits_for_bank")
FIELDS += ("promise_days", "promise_grace_days", "own_promise_days", "paid_notice_days")
FIELDS += ("plan_months", "plan_offer_days", "plan_is_interest_free", "plan_notice_days", "plan_grace_days")
FIELDS += ("plan_cancel_days", "own_plan_parts")
LIMITS = {"reminder_hour": 23, "most_unattended": 50_000, "promise_days": 366, "promise_grace_days": 31}
LIMITS |= {"plan_months": 60, "plan_offer_days": 90, "plan_notice_days": 31, "plan_grace_days": 31}
LIMITS |= {"own_promise_days": 90, "paid_notice_days": 90, "own_plan_parts": 60}
LEAST = {"plan_months": 1, "plan_offer_days": 1}
LONGEST_WAIT = 366
LARGEST = Decimal(10) ** 12


@transaction.atomic
@changes_policies
def set_credit_policy(company: Company, wanted: Mapping[str, Any], *, by: User | None) -> CreditPolicy:
    """Say how promises, plans and reminders are treated; what is not named stays. Raises Refused for what cannot be."""
    CreditPolicy.objects.get_or_create(company=company)
    policy = CreditPolicy.objects.select_for_update(no_key=True).get(company=company)
    before = {name: getattr(policy, name) for name in FIELDS}
    for name in FIELDS:
        setattr(policy, name, wanted.get(name, before[name]))
    _check(policy)
    policy.save()
    changed = [name for name in FIELDS if before[name] != getattr(policy, name)]
    if changed:
        was = {name: before[name] for name in changed}
        record(by, "set_credit_policy", company, before=was, after={name: getattr(policy, name) for name in changed})
    return policy


def _check(policy: CreditPolicy) -> None:
    if policy.reminders not in set(ReminderMode):
        raise Refused("Choose how reminders go out.", code="bad_mode")
    for name, most in LIMITS.items():
        least = LEAST.get(name, 0)
        if not least <= getattr(policy, name) <= most:
            raise Refused(f"{label_of(CreditPolicy, name)}: between {least} and {most}.", code="bad_number")
    if policy.plan_cancel_days is not None and not policy.plan_grace_days <= policy.plan_cancel_days <= LONGEST_WAIT:
        raise Refused(
            f"An unpaid instalment ends its plan after the days of grace, at most {LONGEST_WAIT} days after its day.",
            code="bad_number",
        )
    if not 0 <= policy.smallest_reminder < LARGEST:
        raise Refused("The smallest reminder is zero or more.", code="bad_amounts")
