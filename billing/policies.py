"""Billing's rules in words: what is looked at before a document is issued, and each night."""

from billing.accuracy.registry import CHECKS
from billing.issue_checks import severities_of
from billing.models import Severity
from office.models import Company
from office.policies import Policy, Rule

WORDS = {
    Severity.IGNORE: "it is issued, and nothing is said.",
    Severity.WARN: "whoever issues it is warned.",
    Severity.STOP: "it is stopped, unless a manager issues it all the same and says why.",
}

AFTERWARDS = {
    Severity.IGNORE: "it is not looked for.",
    Severity.WARN: "it is looked for each night, and kept until it is mended or dismissed.",
}
"""Of what is looked for in issued documents and at customers alone."""


def check_rules(company: Company) -> list[Rule]:
    """What each check does when it finds something."""
    return [
        Rule(check.value, f"{check.label}: {(WORDS if CHECKS[check].before_issue else AFTERWARDS)[severity]}")
        for check, severity in severities_of(company).items()
    ]


POLICY = Policy("checks", "Checks before issue", "billing:check_policies", check_rules)
