"""The rules of reminders, promises and plans, in words."""

from credit_control.models import policy_of
from credit_control.operations.set_credit_policy import FIELDS
from office.models import Company
from office.policies.registry import Policy, Rule, settings_as_rules


def credit_rules(company: Company) -> list[Rule]:
    """How promises, plans and reminders are treated."""
    return settings_as_rules(policy_of(company), FIELDS)


POLICY = Policy("credit", "Reminders, promises and plans", "credit_control:credit_policy", credit_rules)
