from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from customers.models import HoldPolicy
from ledger.fields import label_of
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies

FIELDS = ("over_percent", "late_days", "late_amount", "broken_promise", "lifts", "quiet_days", "counts_orders")
LIMITS = {"over_percent": (0, 1000), "late_days": (1, 366), "quiet_days": (0, 366)}
LARGEST = Decimal(10) ** 12


@transaction.atomic
@changes_policies
def set_hold_policy(company: Company, wanted: Mapping[str, Any], *, by: User | None) -> HoldPolicy:
    """Say when customers are put on hold by rule; what is not named stays. Raises Refused for what cannot be."""
    HoldPolicy.objects.get_or_create(company=company)
    policy = HoldPolicy.objects.select_for_update(no_key=True).get(company=company)
    before = {name: getattr(policy, name) for name in FIELDS}
    for name in FIELDS:
        setattr(policy, name, wanted.get(name, before[name]))
    check_policy(policy)
    policy.looked_on = None  # the next round looks by the new policy
    policy.save()
    changed = [name for name in FIELDS if before[name] != getattr(policy, name)]
    if changed:
        was = {name: before[name] for name in changed}
        record(by, "set_hold_policy", company, before=was, after={name: getattr(policy, name) for name in changed})
    return policy


def check_policy(policy: HoldPolicy) -> None:
    """Raise Refused for what cannot be."""
    for name, (least, most) in LIMITS.items():
        number = getattr(policy, name)
        if number is None and HoldPolicy._meta.get_field(name).null:
            continue
        if number is None or not least <= number <= most:
            words = label_of(HoldPolicy, name).capitalize()
            raise Refused(f"{words}: between {least} and {most}.", code="bad_number")
    if not 0 <= policy.late_amount < LARGEST:
        raise Refused("The smallest late amount is zero or more.", code="bad_amounts")
