"""The side bar: one level, by task. A door that does not exist yet, or that someone may not use, is not shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from office.models import User


@dataclass(frozen=True)
class Entry:
    """A door in the side bar; `key` is pressed after g to go there. Pages at `holds` are reached through it too."""

    label: str
    url_name: str
    icon: str
    permission: str = ""
    key: str = ""
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An entry as someone sees it on a page."""

    entry: Entry
    url: str
    is_current: bool


BESIDE_RECEIPTS = (
    "/refunds/",
    "/write-offs/",
    "/chargebacks/",
    "/debit-runs/",
    "/mandates/",
    "/remittances/",
    "/online-payments/",
    "/paid-notices/",
)
DAILY = [
    Entry("Home", "home", "home", key="h"),
    Entry("Worklist", "credit_control:worklist", "list-check", "credit_control.work_list", "w"),
    Entry("My customers", "credit_control:my_customers", "users", "credit_control.sell"),
    Entry("Customers", "customers:customer_list", "users", "customers.view_customer", "c", ("/settlements/",)),
    Entry("Changes asked for", "customers:change_request_list", "edit", "customers.decide_changes"),
    Entry("Invoices", "billing:invoice_list", "file-invoice", "billing.view_invoice", "i"),
    Entry(
        "Credit memos",
        "billing:credit_memo_list",
        "receipt-refund",
        "billing.view_invoice",
        "m",
    ),
    Entry("Debit notes", "billing:debit_note_list", "file-plus", "billing.view_invoice"),
    Entry("Accuracy", "billing:finding_list", "shield-check", "billing.view_accuracyfinding"),
    Entry("Recurring", "billing:recurring_list", "refresh", "billing.view_invoice", "n", ("/usage/",)),
    Entry("Orders", "billing:order_list", "clipboard-list", "billing.view_order", "e"),
    Entry("Shipments", "billing:shipment_list", "truck", "billing.view_shipment", "j"),
    Entry("Products", "billing:product_list", "package", "billing.view_product"),
    Entry("Price lists", "billing:price_list_list", "tag", "billing.view_product"),
    Entry("Payments", "payments:receipt_list", "cash", "payments.view_receipt", "p", BESIDE_RECEIPTS),
    Entry("Bank", "payments:bank", "building-bank", "payments.view_bank", "b", ("/revaluation/",)),
]
GETTING_PAID = [
    Entry("Reminders", "credit_control:reminder_list", "bell", "credit_control.view_reminder", "d"),
    Entry(
        "Missed payments",
        "credit_control:missed_payment_list",
        "clock-exclamation",
        "credit_control.view_missedpayment",
    ),
    Entry("Promises", "credit_control:promise_list", "calendar", "credit_control.view_paymentpromise", "o"),
    Entry(
        "Payment plans",
        "credit_control:plan_list",
        "calendar",
        "credit_control.view_paymentplan",
        holds=("/plan-requests/",),
    ),
    Entry("Statements", "credit_control:statement_run_list", "file-text", "credit_control.view_statement", "s"),
    Entry(
        "Disputes", "billing:dispute_list", "message-exclamation", "billing.view_dispute", "t", ("/reports/causes/",)
    ),
    Entry("Late charges", "credit_control:late_charge_list", "percentage", "credit_control.view_latecharge", "l"),
    Entry("Holds", "customers:hold_list", "lock", "customers.view_customer"),
    Entry("Hand-overs", "credit_control:hand_over_list", "gavel", "credit_control.hand_over", holds=("/doubtful/",)),
]
REPORTS = [
    Entry("Ageing", "reports:ageing", "hourglass", "office.view_reports", "r"),
    Entry("Reports", "reports:index", "chart-bar", "office.view_reports", "x", ("/provisions/",)),
    Entry("Months", "reports:month_list", "calendar", "office.close_month", holds=("/reports/close-packs/",)),
    Entry("Journal exports", "reports:journal_list", "file-export", "reports.export_journal"),
]
OFFICE = [
    Entry("Saved views", "office:view_list", "filter", "customers.view_customer", holds=("/files/",)),
    Entry("Tasks", "office:task_list", "list-check", "office.view_task", "k", ("/talk/",)),
    Entry("Approvals", "office:approval_list", "clipboard-list", "office.ask_approval"),
    Entry("Rules", "office:policies", "list-check", "office.view_policyversion"),
    Entry("Mail", "office:mail_list", "mail", "office.read_mail"),
    Entry("Print queue", "billing:print_queue", "printer", "billing.send_invoice"),
    Entry("Billing runs", "billing:billing_run_list", "list-check", "billing.view_invoice"),
    Entry("Opening", "billing:opening", "file-import", "billing.manage_opening"),
    Entry("Runs", "office:run_list", "progress", "office.view_runs"),
    Entry("Audit trail", "office:audit_list", "shield-check", "office.read_audit"),
    Entry(
        "Settings",
        "office:company_settings",
        "settings",
        "office.change_company_settings",
        holds=("/office/health/",),
    ),
]
GROUPS = (DAILY, GETTING_PAID, REPORTS, OFFICE)


def navigation_for(user: User, path: str) -> list[list[Link]]:
    """The groups of links this person may use, with the one that holds this path marked."""
    groups = [[(entry, url_of(entry.url_name)) for entry in group if may_use(user, entry)] for group in GROUPS]
    found = [[(entry, url) for entry, url in group if url] for group in groups]
    reached = {address: url for group in found for entry, url in group for address in (url, *entry.holds)}
    current = reached.get(current_url(path, reached), "")
    return [[Link(entry, url, url == current) for entry, url in group] for group in found if group]


def may_use(user: User, entry: Entry) -> bool:
    """Whether this person holds the entry's permission, if it names one."""
    return not entry.permission or user.has_perm(entry.permission)


def url_of(url_name: str) -> str:
    """The address of a page, or nothing while it has none."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def current_url(path: str, urls: Iterable[str]) -> str:
    """The longest of the addresses that the path lies under; home holds only itself."""
    return max(
        (url for url in urls if path == url or (url != "/" and path.startswith(url))),
        key=len,
        default="",
    )
