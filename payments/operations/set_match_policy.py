from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies
from payments.models import MatchPolicy


@dataclass(frozen=True)
class PolicyDetails:
    """What a company lets apply without a person; see MatchPolicy."""

    is_automatic: bool = True
    reference: bool = True
    number_and_payer: bool = True
    payer_and_amount: bool = False
    advice: bool = False
    part_payments: bool = False
    discounts: bool = True
    most: Decimal | None = None


@transaction.atomic
@changes_policies
def set_match_policy(company: Company, details: PolicyDetails, *, by: User | None) -> MatchPolicy:
    """Say which bank lines need no person. Raises Refused for a greatest amount that is not above zero."""
    if details.most is not None and details.most <= 0:
        raise Refused("The greatest amount is above zero, or empty for any.", code="amount_not_positive")
    policy, _ = MatchPolicy.objects.select_for_update(no_key=True).get_or_create(company=company)
    wanted = asdict(details)
    before = {name: getattr(policy, name) for name in wanted}
    for name, value in wanted.items():
        setattr(policy, name, value)
    policy.save()
    changed = [name for name in wanted if before[name] != wanted[name]]
    record(
        by,
        "set_match_policy",
        company,
        before={name: before[name] for name in changed},
        after={name: wanted[name] for name in changed},
    )
    return policy
