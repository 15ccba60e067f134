"""Billing's rules in words: what is looked at before a document is issued, and each night."""

from billing.accuracy.registry import CHECKS
from billing.accuracy.required import required_of
from billing.issue_checks import milder, severities_of
from billing.models import IssueCheck, Severity, Tolerance
from office.models import Company
from office.policies.registry import Policy, Rule

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


MISSING = {
    Severity.IGNORE: "may be missing.",
    Severity.WARN: "whoever issues a document without it is warned.",
    Severity.STOP: "a document without it is stopped, unless a manager issues it all the same and says why.",
}


def fact_rules(company: Company) -> list[Rule]:
    """Which facts a document and its customer must have, as far as the check `required_facts` lets them count."""
    most = severities_of(company)[IssueCheck.REQUIRED_FACTS]
    facts = required_of(company).items()
    return [Rule(fact.value, f"{fact.label}: {MISSING[milder(most, severity)]}") for fact, severity in facts]


def tolerance_rules(company: Company) -> list[Rule]:
    """By how much what is billed may pass what was ordered."""
    rows = Tolerance.objects.filter(company=company).select_related("customer", "product")
    found = [Rule(f"{row.customer_id or 0}-{row.product_id or 0}", _allowed(row)) for row in rows.order_by("pk")]
    return found or [Rule("none", "Nothing may be billed beyond what was ordered, where an order does not say so.")]


def _allowed(row: Tolerance) -> str:
    percents = {
        "quantity": row.quantity_percent,
        "price": row.price_percent,
        "amount of an order": row.amount_percent,
    }
    said = ", ".join(f"{what} {percent.normalize():f} %" for what, percent in percents.items() if percent is not None)
    return f"{row.customer or 'All customers'}, {row.product or 'all products'}: {said} may be passed."


POLICIES = (
    Policy("checks", "Checks before issue", "billing:check_policies", check_rules),
    Policy("required_facts", "Required facts", "billing:required_facts", fact_rules),
    Policy("tolerances", "Tolerances", "billing:tolerance_list", tolerance_rules),
)
