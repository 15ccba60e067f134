"""What waits for somebody: each kind of it, where it is done, and how it is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from billing.access import disputes_for, findings_for, invoices_for
from billing.accuracy.findings import open_findings
from billing.disputes import in_state as in_dispute_state
from billing.disputes import with_state as disputes_with_state
from billing.models import DocumentStatus
from billing.queries import overdue_items
from credit_control.access import missed_payments_for, plan_requests_for
from credit_control.missed.reading import LATELY, lately
from credit_control.missed.reading import with_state as with_missed_state
from credit_control.models import AskedStatus
from customers.access import accounts_for, applications_for, change_requests_for, customers_for, items_for, mandates_for
from customers.bounces import with_bounced_address
from customers.duplicates import count_certain
from customers.models import ApplicationStatus, ChangeStatus, GivenStatus
from customers.queries import in_account_state
from ledger.models import ItemKind
from office.approvals.asking import waiting_for
from office.models import Company, MailStatus, OutgoingMail, User
from office.talk.todo import waiting_tasks
from office.web.lists.totals import capped_count, count_words
from payments.access import bank_accounts_for, chargebacks_for, online_payments_for, paid_notices_for, refunds_for
from payments.bank import with_left
from payments.models import BankLine, ChargebackStatus, OnlineStatus, UnreadLine, UnreadOutcome
from payments.paid_notices import with_state as with_notice_state
from payments.repayment_choice import with_repayment
from reports.whole_check import found_count

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Task:
    """Something to do, how often as far as it was counted, and where."""

    words: str
    count: int
    icon: str
    url: str
    is_bad: bool = False

    @property
    def count_words(self) -> str:
        """How often, as it is shown."""
        return count_words(self.count)


class Reader(NamedTuple):
    """Who asks, in which company, on which day."""

    user: User
    company: Company
    today: date


class Kind(NamedTuple):
    """One kind of thing to do: its words, its list, what waits or how often, and the rights of which one suffices.

    Without rights it is told to all who work here. What is bad is told in red.
    """

    words: str
    icon: str
    page: str
    waiting: Callable[[Reader], QuerySet[Any] | int]
    query: str = ""
    rights: tuple[str, ...] = ()
    is_bad: bool = False


def tasks(user: User, company: Company, today: date) -> list[Task]:
    """What waits for this person, only what is there."""
    reader = Reader(user, company, today)
    theirs = [kind for kind in KINDS if not kind.rights or any(map(user.has_perm, kind.rights))]
    found = [
        Task(kind.words, _count(kind.waiting(reader)), kind.icon, reverse(kind.page) + kind.query, kind.is_bad)
        for kind in theirs
    ]
    return [task for task in found if task.count]


def _count(waiting: QuerySet[Any] | int) -> int:
    return waiting if isinstance(waiting, int) else capped_count(waiting)


def _drafts(reader: Reader) -> QuerySet[Any]:
    return invoices_for(reader.user).filter(company=reader.company, status=DocumentStatus.DRAFT)


def _found(reader: Reader) -> QuerySet[Any]:
    return open_findings(findings_for(reader.user).filter(company=reader.company))


def _overdue(reader: Reader) -> QuerySet[Any]:
    """The invoices that their list shows as overdue, by their entries in the book: there are fewer than invoices."""
    items = items_for(reader.user).filter(company_id=reader.company.pk, kind=ItemKind.INVOICE)
    return overdue_items(items, reader.today).values("entry").distinct()


def _blocked(reader: Reader) -> QuerySet[Any]:
    """The accounts with which no money is moved until somebody has looked at them."""
    return in_account_state(accounts_for(reader.user).filter(company=reader.company), "blocked")


def _asked_changes(reader: Reader) -> QuerySet[Any]:
    return change_requests_for(reader.user).filter(company=reader.company, status=ChangeStatus.OPEN)


def _applied(reader: Reader) -> QuerySet[Any]:
    return applications_for(reader.user).filter(company=reader.company, status=ApplicationStatus.OPEN)


def _asked_plans(reader: Reader) -> QuerySet[Any]:
    return plan_requests_for(reader.user).filter(company=reader.company, status=AskedStatus.OPEN)


def _given_mandates(reader: Reader) -> QuerySet[Any]:
    return mandates_for(reader.user).filter(company=reader.company, given__status=GivenStatus.OPEN)


def _to_repay(reader: Reader) -> QuerySet[Any]:
    """The refunds that no file has taken to the bank yet."""
    return with_repayment(refunds_for(reader.user).filter(company=reader.company)).filter(state="to_pay")


def _to_match(reader: Reader) -> QuerySet[Any]:
    """The bank lines with money on them that nobody is said to have paid."""
    accounts = bank_accounts_for(reader.user).filter(company=reader.company)
    return with_left(BankLine.objects.filter(bank_account__in=accounts)).filter(left__gt=Decimal(0))


def _unread(reader: Reader) -> QuerySet[Any]:
    """The bank lines that wait for somebody who can read them."""
    accounts = bank_accounts_for(reader.user).filter(company=reader.company)
    return UnreadLine.objects.filter(bank_account__in=accounts, outcome=UnreadOutcome.WAITING)


def _held_online(reader: Reader) -> QuerySet[Any]:
    return online_payments_for(reader.user).filter(company=reader.company, status=OnlineStatus.HELD)


def _told_of(reader: Reader) -> QuerySet[Any]:
    """What customers say they paid, and nobody has looked for."""
    return with_notice_state(paid_notices_for(reader.user).filter(company=reader.company)).filter(state="open")


def _missed(reader: Reader) -> QuerySet[Any]:
    """What was missed in the last days and is still open."""
    rows = lately(missed_payments_for(reader.user).filter(company=reader.company), reader.today)
    return with_missed_state(rows, reader.today).filter(state="open")


def _to_answer(reader: Reader) -> QuerySet[Any]:
    """The chargebacks whose last day for an answer is near or past."""
    unanswered = chargebacks_for(reader.user).filter(company=reader.company, status=ChargebackStatus.OPEN)
    return unanswered.filter(respond_by__lte=reader.today + SOON)


def _disputed(reader: Reader, state: str) -> QuerySet[Any]:
    disputes = disputes_with_state(disputes_for(reader.user).filter(company=reader.company), reader.today)
    return in_dispute_state(disputes, state)


def _unapplied(reader: Reader) -> QuerySet[Any]:
    return items_for(reader.user).filter(company_id=reader.company.pk, balance__lt=0, kind=ItemKind.PAYMENT)


def _bounced(reader: Reader) -> QuerySet[Any]:
    return with_bounced_address(customers_for(reader.user).filter(company=reader.company))


def _mail_to_look_at(reader: Reader) -> QuerySet[Any]:
    unclear = OutgoingMail.objects.filter(company=reader.company, status__in=[MailStatus.UNCERTAIN, MailStatus.FAILED])
    return unclear.filter(customer_id__in=customers_for(reader.user).values("pk"))


KINDS = (
    Kind(
        "Findings in the book",
        "alert-triangle",
        "reports:book_checks",
        lambda reader: found_count(reader.user, reader.company),
        "#whole-check",
        ("office.view_reports",),
        is_bad=True,
    ),
    Kind(
        "Requests to approve",
        "clipboard-list",
        "office:approval_list",
        lambda reader: waiting_for(reader.user, reader.company),
        rights=("office.ask_approval",),
    ),
    Kind(
        "Tasks for you",
        "list-check",
        "office:task_list",
        lambda reader: waiting_tasks(reader.user, reader.company),
        "?show=mine",
    ),
    Kind(
        "Drafts to finish and issue",
        "pencil",
        "billing:invoice_list",
        _drafts,
        "?state=draft",
        ("billing.draft_invoice",),
    ),
    Kind(
        "Findings of the accuracy checks",
        "shield-check",
        "billing:finding_list",
        _found,
        "?state=open",
        ("billing.work_findings",),
    ),
    Kind("Invoices overdue", "clock-exclamation", "billing:invoice_list", _overdue, "?state=overdue"),
    Kind(
        f"Payments missed in the last {LATELY.days} days",
        "clock-exclamation",
        "credit_control:missed_payment_list",
        _missed,
        "?state=open&lately=1",
        ("credit_control.view_missedpayment",),
    ),
    Kind(
        "Customers' bank accounts that are blocked",
        "lock",
        "customers:account_list",
        _blocked,
        "?state=blocked",
        ("customers.manage_accounts",),
    ),
    Kind(
        "Changes that customers ask for",
        "edit",
        "customers:change_request_list",
        _asked_changes,
        "?state=open",
        ("customers.decide_changes",),
    ),
    Kind(
        "Applications for an account",
        "clipboard-list",
        "customers:application_list",
        _applied,
        "?state=open",
        ("customers.manage_applications",),
    ),
    Kind(
        "Customers who are there twice, it seems",
        "users",
        "customers:duplicates",
        lambda reader: count_certain(reader.company, reader.user),
        rights=("customers.update_customer",),
    ),
    Kind(
        "Payment plans that customers ask for",
        "calendar",
        "credit_control:plan_request_list",
        _asked_plans,
        "?state=open",
        ("credit_control.manage_plans",),
    ),
    Kind(
        "Mandates that customers gave online",
        "file-check",
        "customers:mandate_list",
        _given_mandates,
        "?state=waiting",
        ("customers.decide_mandates",),
    ),
    Kind(
        "Refunds to pay by file",
        "receipt-refund",
        "payments:refund_list",
        _to_repay,
        "?state=to_pay",
        ("payments.manage_repayments",),
    ),
    Kind(
        "Bank lines to match",
        "building-bank",
        "payments:bank_queue",
        _to_match,
        rights=("payments.match_bank_line",),
    ),
    Kind(
        "Bank lines for you to look at",
        "file-x",
        "payments:unread_line_list",
        _unread,
        "?outcome=waiting",
        ("payments.settle_unread_line",),
    ),
    Kind(
        "Online payments held for review",
        "credit-card",
        "payments:online_payment_list",
        _held_online,
        "?state=held",
        ("payments.settle_online_payment",),
    ),
    Kind(
        "Payments that customers told of",
        "circle-check",
        "payments:paid_notice_list",
        _told_of,
        "?state=open",
        ("payments.close_paid_notice",),
    ),
    Kind(
        f"Chargebacks to answer within {SOON.days} days",
        "gavel",
        "payments:chargeback_list",
        _to_answer,
        "?state=open&sort=respond_by",
        ("payments.manage_chargebacks",),
    ),
    Kind(
        "Disputes past their day for an answer",
        "message-exclamation",
        "billing:dispute_list",
        lambda reader: _disputed(reader, "overdue"),
        "?state=overdue",
        ("billing.open_dispute",),
    ),
    Kind(
        "Disputes raised to you",
        "bell",
        "billing:dispute_list",
        lambda reader: _disputed(reader, "escalated"),
        "?state=escalated",
        ("billing.take_escalation",),
    ),
    Kind("Payments to apply", "cash", "payments:receipt_list", _unapplied, "?sort=-free", ("payments.allocate",)),
    Kind(
        "Customers whose address bounced",
        "mail-exclamation",
        "customers:customer_list",
        _bounced,
        "?bounced=1",
        ("customers.update_customer",),
    ),
    Kind(
        "Mails that need a look",
        "mail",
        "office:mail_list",
        _mail_to_look_at,
        rights=("billing.send_invoice", "office.settle_mail"),
    ),
)
