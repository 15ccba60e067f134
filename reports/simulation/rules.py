"""The rules that are tried: as the company has them, and as somebody proposes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from billing.ceilings import CEILINGS
from billing.issue_checks import severities_of
from billing.models import IssueCheck, Severity
from billing.orders.tolerances import Percents, percents_of
from office.approvals.asking import ACTS, Act
from office.models import ApprovalRule, Company, User, limit_of
from payments.written_off import WRITE_OFF_SHARE

TRIED = (*CEILINGS, "credit_invoice", "write_off", WRITE_OFF_SHARE, "refund_credit")
"""The acts whose ceilings are tried."""
Roles = Mapping[int, Iterable[int]]
"""By person, their roles."""


class Ceiling(NamedTuple):
    """Up to which amount an act is done alone, and what some roles have instead; None: nobody else is ever asked."""

    above: Decimal | None
    limits: Mapping[int, Decimal]

    def asks(self, amount: Decimal, roles: Iterable[int]) -> bool:
        """Whether a person of these roles asks a second one."""
        if self.above is None:
            return False
        return amount > limit_of([self.limits[role] for role in roles if role in self.limits], self.above)


@dataclass(frozen=True)
class Rules:
    """How severe each check is, what may be passed, and which ceilings acts have."""

    severities: Mapping[IssueCheck, Severity]
    tolerances: Percents
    ceilings: Mapping[str, Ceiling]


def rules_of(company: Company) -> Rules:
    """As the company has them."""
    kept = ApprovalRule.objects.filter(company=company, action__in=TRIED).prefetch_related("role_limits")
    ceilings = {
        rule.action: Ceiling(rule.above, {limit.role_id: limit.above for limit in rule.role_limits.all()})
        for rule in kept
    }
    nobody = dict.fromkeys(TRIED, Ceiling(None, {}))
    return Rules(severities_of(company), percents_of(company), nobody | ceilings)


def tried_acts() -> list[Act]:
    """The acts whose ceilings are tried, as the office knows them."""
    return [ACTS[name] for name in TRIED]


def roles_of(people: Iterable[int]) -> Roles:
    """The roles that people have now."""
    found: dict[int, list[int]] = {}
    rows = User.groups.through.objects.filter(user__in=set(people)).values_list("user", "group")
    for person_id, role_id in rows:
        found.setdefault(person_id, []).append(role_id)
    return found
