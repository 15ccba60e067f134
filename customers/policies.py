"""The rules by which accounts are opened, customers are put on hold, and of the terms they get, in words."""

from customers.models import PaymentTerms, PointKey, application_policy_of, hold_policy_of
from office.models import Company
from office.policies.registry import Policy, Rule


def hold_rules(company: Company) -> list[Rule]:
    """When a customer is held, and when a hold ends by itself."""
    policy = hold_policy_of(company)
    over, late = policy.over_percent, policy.late_days
    least = f"{policy.late_amount.normalize():f} or more" if policy.late_amount else "anything"
    is_over = f"Who is over the limit by more than {over} % is held."
    is_late = f"Who is {late} days late with {least} is held."
    return [
        Rule("over", "Nobody is held for being over the limit." if over is None else is_over),
        Rule("late", "Nobody is held for paying late." if late is None else is_late),
        Rule("promise", f"{'Who' if policy.broken_promise else 'Nobody who'} breaks a promise is held."),
        Rule("lifts", "A hold by rule ends when its cause is gone." if policy.lifts else "Only people end holds."),
        Rule(
            "orders",
            f"What is ordered and not billed counts {'' if policy.counts_orders else 'not '}against a credit limit.",
        ),
        Rule("quiet", f"After staff released somebody, no rule holds them for {policy.quiet_days} days."),
    ]


def terms_rules(company: Company) -> list[Rule]:
    """Which payment terms nobody chooses alone."""
    named = ", ".join(
        PaymentTerms.objects.filter(company=company, needs_second_person=True).values_list("name", flat=True)
    )
    words = f"Who chooses one of these asks a second person, a manager: {named}." if named else ""
    return [Rule("second_person", words or "All payment terms may be chosen without a second person.")]


def application_rules(company: Company) -> list[Rule]:
    """What is settled before an account is opened."""
    labels = [PointKey(key).label for key in application_policy_of(company).required]
    words = f"Before an account is opened on application: {'; '.join(labels)}."
    return [Rule("required", words if labels else "An account is opened on application without any point settled.")]


POLICIES = (
    Policy("applications", "Opening accounts", "customers:application_policy", application_rules),
    Policy("holds", "Holds", "credit_control:hold_policy", hold_rules),
    Policy("terms", "Payment terms", "customers:terms_list", terms_rules),
)
