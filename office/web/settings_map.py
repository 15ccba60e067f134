"""The pages of settings, by what they are about, as the page of settings leads to them."""

from office.models import Company, User
from office.web.ways import way_to

GROUPS: dict[str, tuple[tuple[str, str], ...]] = {
    "Documents": (
        ("Taxes", "billing:tax_list"),
        ("Payment terms", "customers:terms_list"),
        ("Numbers", "office:number_patterns"),
        ("Look of papers", "billing:paper_looks"),
        ("Reasons", "billing:reason_list"),
        ("Medical codes", "billing:medical_code_list"),
    ),
    "Before a document is issued": (
        ("Checks before issue", "billing:check_policies"),
        ("Required facts", "billing:required_facts"),
        ("Tolerances", "billing:tolerance_list"),
        ("Approvals", "office:approval_rules"),
        ("Opening accounts", "customers:application_policy"),
        ("Holds", "credit_control:hold_policy"),
    ),
    "Getting paid": (
        ("Bank accounts", "payments:bank_accounts"),
        ("Exchange rates", "office:rate_list"),
        ("Short payments", "payments:payment_policy"),
        ("Reminders", "credit_control:credit_policy"),
        ("Late charges", "credit_control:rule_list"),
        ("Statements", "credit_control:statement_schedule"),
    ),
    "Mail and customers' pages": (
        ("What customers see", "office:face"),
        ("Words of mails", "office:mail_texts"),
        ("When mail leaves", "office:sending_hours"),
        ("Sender's domain", "office:sender_domain"),
    ),
    "People and programs": (
        ("Staff", "office:staff_list"),
        ("Roles", "office:role_list"),
        ("Second factors", "office:factor_rules"),
        ("Unusual days", "office:unusual_list"),
        ("API keys", "office:key_list"),
        ("Webhooks", "office:webhook_list"),
    ),
    "The office": (
        ("Health", "health"),
        ("Opening", "billing:opening"),
        ("How long things are kept", "office:retention"),
        ("Privacy", "customers:privacy_request_list"),
        ("Take everything away", "reports:export_all"),
    ),
}
"""The words that lead to each page, and its name."""
HEALTHCARE = "billing:medical_code_list"


def settings_for(user: User, company: Company) -> list[tuple[str, list[tuple[str, str]]]]:
    """The groups of settings, each with the words and addresses of the pages that somebody may open."""
    unused = set() if company.bills_healthcare else {HEALTHCARE}
    found = []
    for title, pages in GROUPS.items():
        ways = [(words, way_to(user, name)) for words, name in pages if name not in unused]
        if links := [(words, address) for words, address in ways if address]:
            found.append((title, links))
    return found
