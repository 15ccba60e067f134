from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction

from ledger.money import round_money
from ledger.refusals import Refused
from office.approvals import acts_with_rules
from office.audit import record
from office.models import ApprovalRule, Company, User
from office.operations.keep_policies import changes_policies

LARGEST = Decimal(10) ** 12
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
            if not 0 <= above < LARGEST or round_money(above, company.currency) != above:
                raise Refused(f"{above} is no amount of {company.currency}.", code="bad_amounts")
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
