"""The office's own rules in words: what needs a second person, and what leaves without anybody looking."""

from django.contrib.auth.models import Group

from ledger.money import format_money
from office.approvals.asking import ACTS, Act, amount_words
from office.models import ApprovalRule, Company
from office.policies.registry import ROLES, Policy, Rule, settings_as_rules

DAYS = ("mail_off_days", "mail_daily_limit", "debit_notice_days")


def approval_rules(company: Company) -> list[Rule]:
    """Of each act that can be put under approval, from which amount it is, and who decides."""
    kept = {rule.action: rule for rule in company.approval_rules.select_related("role").prefetch_related("role_limits")}
    days = company.approval_days
    waits = "A request waits for its role until somebody decides it."
    goes_on = f"A request that waits {days} working days may be decided by all who decide anything."
    acts = [Rule(name, f"{act.title}: {_says(act, kept.get(name), company)}") for name, act in ACTS.items()]
    return [*acts, Rule("escalation", waits if days is None else goes_on)]


def _says(act: Act, rule: ApprovalRule | None, company: Company) -> str:
    if act.is_always:
        return "always needs a second person, a manager."
    if act.alone:
        return f"who may not decide it alone needs a second person, a manager; for others {_above(rule, company)}"
    return _above(rule, company)


def _above(rule: ApprovalRule | None, company: Company) -> str:
    if rule is None:
        return "nobody else is asked."
    limits = "".join(
        f" A {limit.role} does it alone up to {amount_words(rule.action, limit.above, company)}."
        for limit in rule.role_limits.select_related("role").order_by("role__name")
    )
    return f"above {amount_words(rule.action, rule.above, company)} it needs the approval of a {rule.role}.{limits}"


def unattended_rules(company: Company) -> list[Rule]:
    """What leaves without a person, and when."""
    most = company.most_issued_unseen
    words = "however large it is" if most is None else f"up to {format_money(most, company.currency)}"
    return [
        Rule("most_issued_unseen", f"A recurring invoice is issued without a person {words}."),
        Rule(
            "hours",
            f"Reminders and statements leave from {company.mail_from_hour}:00 to {company.mail_until_hour}:00.",
        ),
        *settings_as_rules(company, DAYS),
    ]


def role_rules(company: Company) -> list[Rule]:
    """What each role may do, the same in every company."""
    roles = Group.objects.prefetch_related("permissions").order_by("name")
    return [Rule(role.name, f"A {role.name} may: {_named(role)}.") for role in roles]


def _named(role: Group) -> str:
    said = (permission.name.removeprefix("Can ") for permission in role.permissions.all())
    names = sorted(name[:1].lower() + name[1:] for name in said)
    return "; ".join(names) or "nothing"


def factor_rules(company: Company) -> list[Rule]:
    """Of which roles a second factor is asked at log-in."""
    rules = company.factor_rules.select_related("role").order_by("role__name")
    return [Rule(rule.role.name, f"A {rule.role.name} logs in with a second factor.") for rule in rules]


POLICIES = (
    Policy("approvals", "A second person's word", "office:approval_rules", approval_rules),
    Policy("factors", "Second factors", "office:factor_rules", factor_rules),
    Policy("unattended", "What leaves by itself", "office:company_settings", unattended_rules),
    Policy(ROLES, "Who may do what", "office:role_list", role_rules),
)
