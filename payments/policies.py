"""The rules of money that comes in, in words: what may be missing, and what is matched without a person."""

from ledger.money import format_money
from office.models import Company
from office.policies.registry import Policy, Rule, settings_as_rules
from payments.models import MatchPolicy, policy_of
from payments.operations.set_match_policy import PolicyDetails

MATCHED = tuple(PolicyDetails.__dataclass_fields__)


def short_payment_rules(company: Company) -> list[Rule]:
    """What of a document may be missing, and what becomes of tax on a bad debt."""
    policy = policy_of(company)
    amount, percent = format_money(policy.tolerance_amount, company.currency), policy.tolerance_percent.normalize()
    lets_pass = policy.tolerance_amount and policy.tolerance_percent
    tax = "is taken off what is payable." if policy.relieves_tax else "stays payable."
    return [
        Rule(
            "tolerance",
            f"Of a document up to {amount}, and no more than {percent:f} %, may be missing."
            if lets_pass
            else "Nothing may be missing of a document.",
        ),
        Rule("bad_debt_tax", f"The tax of a debt that is written off {tax}"),
    ]


def match_rules(company: Company) -> list[Rule]:
    """What of a bank file is matched without a person."""
    policy = MatchPolicy.objects.filter(company=company).first() or MatchPolicy(company=company)
    return settings_as_rules(policy, MATCHED)


POLICIES = (
    Policy("short_payments", "Short payments", "payments:payment_policy", short_payment_rules),
    Policy("matching", "Matched without a person", "payments:match_policy", match_rules),
)
