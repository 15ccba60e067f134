from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from ledger.money import round_money
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies
from payments.models import PaymentPolicy, policy_of

FIELDS = ("relieves_tax", "tolerance_amount", "tolerance_percent")
LARGEST = Decimal(10) ** 12


@transaction.atomic
@changes_policies
def set_payment_policy(company: Company, wanted: Mapping[str, Any], *, by: User | None) -> PaymentPolicy:
    """Say what a company lets pass when money comes in short; what is not named stays. Raises Refused for no amount."""
    PaymentPolicy.objects.get_or_create(company=company)
    policy = PaymentPolicy.objects.select_for_update(no_key=True).get(company=company)
    before = {name: getattr(policy, name) for name in FIELDS}
    for name in FIELDS:
        setattr(policy, name, wanted.get(name, before[name]))
    _check(company, policy)
    policy.save()
    after = {name: getattr(policy, name) for name in FIELDS}
    changed = [name for name in FIELDS if before[name] != after[name]]
    if changed:
        was, now = ({name: values[name] for name in changed} for values in (before, after))
        record(by, "set_payment_policy", company, before=was, after=now)
    return policy


def allowed_difference(company: Company, total: Decimal, rate: Decimal) -> Decimal:
    """What of a document the company lets pass: its amount, and no more than its share, in company currency."""
    policy = policy_of(company)
    return min(policy.tolerance_amount, total * rate * policy.tolerance_percent / 100)


def _check(company: Company, policy: PaymentPolicy) -> None:
    amount = policy.tolerance_amount
    if not 0 <= amount < LARGEST or amount != round_money(amount, company.currency):
        raise Refused(f"{amount} is no amount of {company.currency}.", code="bad_amounts")
    if not 0 <= policy.tolerance_percent <= 100:
        raise Refused("A percentage lies between 0 and 100.", code="bad_percent")
