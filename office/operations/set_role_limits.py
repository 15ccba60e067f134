from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction

from ledger.refusals import Refused
from office.approvals.asking import ACTS
from office.audit import record
from office.models import ApprovalRule, Company, RoleLimit, User
from office.operations.keep_policies import changes_policies
from office.operations.set_approval_rules import require_fits


@transaction.atomic
@changes_policies
def set_role_limits(company: Company, action: str, limits: Mapping[str, Decimal], *, by: User | None) -> None:
    """Up to which amount each role does an action alone; a role that is not named has the rule's own amount.

    Raises Refused where nobody approves the action yet, the role may not do it, or the amount is none.
    """
    rule = ApprovalRule.objects.select_for_update(no_key=True).filter(company=company, action=action).first()
    if rule is None:
        if limits:
            raise Refused("Say first above which amount the action needs approval at all.", code="no_rule")
        return
    doers = {role.name: role for role in doing_roles(action)}
    for role, above in limits.items():
        if role not in doers:
            raise Refused(f"A {role} may not do this at all.", code="unknown_role")
        require_fits(action, above, company)
    before = limits_of(rule)
    rule.role_limits.all().delete()
    RoleLimit.objects.bulk_create(RoleLimit(rule=rule, role=doers[role], above=above) for role, above in limits.items())
    if before != dict(limits):
        record(by, "set_role_limits", company, before={action: before}, after={action: limits_of(rule)})


def doing_roles(action: str) -> list[Group]:
    """The roles that may do an action at all."""
    app_label, codename = ACTS[action].permission.split(".")
    holding = Group.objects.filter(permissions__codename=codename, permissions__content_type__app_label=app_label)
    return list(holding.order_by("name"))


def limits_of(rule: ApprovalRule) -> dict[str, Decimal]:
    """The limit of each role that has one of its own."""
    return dict(rule.role_limits.order_by("role__name").values_list("role__name", "above"))
