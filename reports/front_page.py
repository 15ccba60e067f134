"""What the front page says: what is owed and late now, what came in this month, and what to do next."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse

from billing.access import disputes_for, invoices_for
from billing.disputes import in_state as in_dispute_state
from billing.disputes import with_state as disputes_with_state
from billing.models import DocumentKind, DocumentStatus
from billing.queries import with_state
from customers.access import accounts_for, customers_for
from customers.bounces import with_bounced_address
from customers.queries import in_account_state
from ledger.agreed_days import late_items
from ledger.models import ItemKind, OpenItem
from office.approvals import waiting_for
from office.models import Company, MailStatus, OutgoingMail, User
from office.todo import waiting_tasks
from payments.access import bank_accounts_for, chargebacks_for, online_payments_for, receipts_for, refunds_for
from payments.bank import with_left
from payments.models import BankLine, ChargebackStatus, OnlineStatus, PaymentMethod, UnreadLine, UnreadOutcome
from payments.repayment_choice import with_repayment

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Task:
    """Something to do, how often, and where."""

    words: str
    count: int
    icon: str
    url: str


def came_in(user: User, company: Company, today: date) -> dict[str, Decimal]:
    """What was received since the first of the month, less what was returned, in each currency."""
    receipts = receipts_for(user).filter(company=company, received_on__gte=today.replace(day=1), status="recorded")
    receipts = receipts.exclude(method=PaymentMethod.WITHHELD)
    return dict(receipts.order_by("currency").values_list("currency").annotate(Sum("amount")))


def tasks(user: User, company: Company, today: date) -> list[Task]:
    """What waits for this person, only what is there."""
    invoices = invoices_for(user).filter(company=company)
    drafts = invoices.filter(status=DocumentStatus.DRAFT).count()
    overdue = _overdue(user, company, today)
    unapplied = _unapplied(user, company)
    uncertain = OutgoingMail.objects.filter(
        company=company,
        status__in=[MailStatus.UNCERTAIN, MailStatus.FAILED],
        customer_id__in=customers_for(user).values("pk"),
    ).count()
    unread_lines = reverse("payments:unread_line_list")
    bounced = with_bounced_address(customers_for(user).filter(company=company)).count()
    found = [
        Task(
            "Requests to approve", waiting_for(user, company).count(), "clipboard-list", reverse("office:approval_list")
        ),
        Task("Tasks for you", waiting_tasks(user, company), "list-check", reverse("office:task_list") + "?show=mine"),
        Task("Drafts to finish and issue", drafts, "pencil", reverse("billing:invoice_list") + "?state=draft"),
        Task("Invoices overdue", overdue, "clock-exclamation", reverse("billing:invoice_list") + "?state=overdue"),
        Task(
            "Customers' bank accounts that are blocked",
            _blocked(user, company),
            "lock",
            reverse("customers:account_list") + "?state=blocked",
        ),
        Task(
            "Refunds to pay by file",
            _to_repay(user, company),
            "receipt-refund",
            reverse("payments:refund_list") + "?state=to_pay",
        ),
        Task("Bank lines to match", _to_match(user, company), "building-bank", reverse("payments:bank_queue")),
        Task("Bank lines for you to look at", _unread(user, company), "file-x", f"{unread_lines}?outcome=waiting"),
        Task(
            "Online payments held for review",
            online_payments_for(user).filter(company=company, status=OnlineStatus.HELD).count(),
            "credit-card",
            reverse("payments:online_payment_list") + "?state=held",
        ),
        Task(
            f"Chargebacks to answer within {SOON.days} days",
            _to_answer(user, company, today),
            "gavel",
            reverse("payments:chargeback_list") + "?state=open&sort=respond_by",
        ),
        Task(
            "Disputes past their day for an answer",
            _disputed(user, company, today, "billing.open_dispute", "overdue"),
            "message-exclamation",
            reverse("billing:dispute_list") + "?state=overdue",
        ),
        Task(
            "Disputes raised to you",
            _disputed(user, company, today, "billing.take_escalation", "escalated"),
            "bell",
            reverse("billing:dispute_list") + "?state=escalated",
        ),
        Task("Payments to apply", unapplied, "cash", reverse("payments:receipt_list") + "?sort=-free"),
        Task(
            "Customers whose address bounced",
            bounced,
            "mail-exclamation",
            reverse("customers:customer_list") + "?bounced=1",
        ),
        Task("Mails that need a look", uncertain, "mail", reverse("office:mail_list")),
    ]
    return [task for task in found if task.count]


def latest_invoices(user: User, company: Company, today: date) -> list:
    """The documents issued last, with their state."""
    issued = invoices_for(user).filter(company=company, status=DocumentStatus.ISSUED, kind=DocumentKind.INVOICE)
    return list(with_state(issued.select_related("customer"), today).order_by("-id")[:6])


def _to_repay(user: User, company: Company) -> int:
    """The refunds that no file has taken to the bank yet, for those who make one."""
    if not user.has_perm("payments.manage_repayments"):
        return 0
    return with_repayment(refunds_for(user).filter(company=company)).filter(state="to_pay").count()


def _blocked(user: User, company: Company) -> int:
    """The accounts with which no money is moved until somebody has looked at them, for those who may."""
    if not user.has_perm("customers.manage_accounts"):
        return 0
    return in_account_state(accounts_for(user).filter(company=company), "blocked").count()


def _to_answer(user: User, company: Company, today: date) -> int:
    """The chargebacks whose last day for an answer is near or past, for those who answer."""
    if not user.has_perm("payments.manage_chargebacks"):
        return 0
    unanswered = chargebacks_for(user).filter(company=company, status=ChargebackStatus.OPEN)
    return unanswered.filter(respond_by__lte=today + SOON).count()


def _disputed(user: User, company: Company, today: date, permission: str, state: str) -> int:
    """The disputes in a state, for who may do something about them."""
    if not user.has_perm(permission):
        return 0
    return in_dispute_state(disputes_with_state(disputes_for(user).filter(company=company), today), state).count()


def _to_match(user: User, company: Company) -> int:
    """The bank lines with money on them that nobody is said to have paid, for those who match."""
    if not user.has_perm("payments.match_bank_line"):
        return 0
    accounts = bank_accounts_for(user).filter(company=company)
    return with_left(BankLine.objects.filter(bank_account__in=accounts)).filter(left__gt=Decimal(0)).count()


def _unread(user: User, company: Company) -> int:
    """The bank lines that wait for somebody who can read them."""
    if not user.has_perm("payments.settle_unread_line"):
        return 0
    accounts = bank_accounts_for(user).filter(company=company)
    return UnreadLine.objects.filter(bank_account__in=accounts, outcome=UnreadOutcome.WAITING).count()


def _overdue(user: User, company: Company, today: date) -> int:
    papers = OpenItem.objects.filter(company_id=company.pk, kind__in=[ItemKind.INVOICE, ItemKind.DEBIT_NOTE])
    late = late_items(papers, today)
    return late.filter(customer_id__in=customers_for(user).values("pk")).values("entry").distinct().count()


def _unapplied(user: User, company: Company) -> int:
    free = OpenItem.objects.filter(company_id=company.pk, balance__lt=0, kind="payment")
    return free.filter(customer_id__in=customers_for(user).values("pk")).count()
