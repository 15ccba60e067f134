from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction

from ledger.refusals import Refused
from office.approvals.asking import ACTS, acts_with_rules, amount_fits
from office.audit import record
from office.models import ApprovalRule, Company, User
from office.operations.keep_policies import changes_policies

Wanted = Mapping[str, tuple[Decimal, str] | None]


@transaction.atomic
@changes_policies
def set_approval_rules(company: Company, wanted: Wanted, *, by: User | None) -> None:
    """By action, the amount above which a role has to approve it, or None for never; what is not named stays.

    Raises Refused for an unknown action, an amount that is none, or a role that may not decide.
    """
    deciders = {group.name: group for group in deciding_roles()}
    for action, rule in wanted.items():
        if action not in acts_with_rules():
            raise Refused("There is no such action.", code="unknown_action")
        before = ApprovalRule.objects.filter(company=company, action=action).first()
        if rule is None:
            ApprovalRule.objects.filter(company=company, action=action).delete()
        else:
            above, role = rule
            require_fits(action, above, company)
            if role not in deciders:
                raise Refused("That role may not approve. Choose another.", code="unknown_role")
            values = {"above": above, "role": deciders[role]}
            ApprovalRule.objects.update_or_create(company=company, action=action, defaults=values)
        after = ApprovalRule.objects.filter(company=company, action=action).first()
        if str(before) != str(after):
            record(by, "set_approval_rules", company, before={action: before}, after={action: after})


def deciding_roles() -> list[Group]:
    """The roles that may decide requests."""
    return list(Group.objects.filter(permissions__codename="decide_approval").order_by("name"))


def require_fits(action: str, above: Decimal, company: Company) -> None:
    """Raise Refused for what is no amount in the action's unit."""
    if not amount_fits(action, above, company):
        raise Refused(f"{above} is no amount of {ACTS[action].unit or company.currency}.", code="bad_amounts")
