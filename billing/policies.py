"""Billing's rules in words: what is looked at before a document is issued."""

from billing.issue_checks import severities_of
from billing.models import Severity
from office.models import Company
from office.policies import Policy, Rule

WORDS = {
    Severity.IGNORE: "it is issued, and nothing is said.",
    Severity.WARN: "whoever issues it is warned.",
    Severity.STOP: "it is stopped, unless a manager issues it all the same and says why.",
}


def check_rules(company: Company) -> list[Rule]:
    """What each check does when it finds something in a draft."""
    severities = severities_of(company)
    return [Rule(check.value, f"{check.label}: {WORDS[severity]}") for check, severity in severities.items()]


POLICY = Policy("checks", "Checks before issue", "billing:check_policies", check_rules)
