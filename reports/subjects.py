"""From what a finding of the book check is about to its page: a document, a payment, a customer, an entry, a day."""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from billing.access import disputes_for, invoices_for
from credit_control.access import hand_overs_for, late_charges_for, plans_for, promises_for, reminders_for
from credit_control.models import Statement
from customers.access import customers_for, holds_for, items_for, mandates_for
from ledger.models import Allocation, Entry, Line
from office.audit.search import records_of
from office.models import Company, OutgoingMail, User
from payments.access import (
    bank_accounts_for,
    batches_for,
    chargebacks_for,
    online_payments_for,
    receipts_for,
    refunds_for,
    write_offs_for,
)
from payments.models import BankLine, DebitCollection
from reports.access import close_packs_for, journal_batches_for


class Target(NamedTuple):
    """A kind of thing with a page: whose rows somebody sees, what names one, and the page with its argument."""

    rows: Callable[[User, Company], QuerySet[Any]]
    name: str
    page: str
    argument: str = "pk"


def _of(rows_for: Callable[[User], QuerySet[Any]]) -> Callable[[User, Company], QuerySet[Any]]:
    return lambda user, company: rows_for(user).filter(company=company.pk)


def _of_book(rows: QuerySet[Any], path: str) -> Callable[[User, Company], QuerySet[Any]]:
    """What belongs to the whole book; who sees some customers only is told nothing of it."""
    return lambda user, company: rows.none() if user.only_own_customers else rows.filter(**{path: company.pk})


def _bank_lines(user: User, company: Company) -> QuerySet[Any]:
    return BankLine.objects.filter(bank_account__in=bank_accounts_for(user).filter(company=company))


INVOICE = Target(_of(invoices_for), "number", "billing:invoice")
RECEIPT = Target(_of(receipts_for), "number", "payments:receipt")
DISPUTE = Target(_of(disputes_for), "number", "billing:dispute")
CHARGEBACK = Target(_of(chargebacks_for), "number", "payments:chargeback")
STATEMENT = Target(_of_book(Statement.objects.all(), "company"), "pk", "credit_control:statement")
PATTERNS: tuple[tuple[str, Target], ...] = (
    (r"attachment .* of document (\d+)", INVOICE._replace(name="pk")),
    (r"PDF of receipt (.+), edition .+", RECEIPT),
    (r"PDF of statement (\d+)", STATEMENT),
    (r"statement (\d+) of .*", STATEMENT),
    (r"PDF of (.+), edition .+", INVOICE),
    (r"e-invoice of (.+), [^,]+", INVOICE),
    (r"line (\d+) on account .*", Target(_of_book(Line.objects.all(), "entry__company_id"), "pk", "paper", "entry_id")),
    (r"line \d+ of (.+)", INVOICE),
    (r"document (.+)", INVOICE),
    (r"entry (.+)", Target(_of_book(Entry.objects.all(), "company_id"), "key", "paper")),
    (
        r"item (\d+)(?: .*)?",
        Target(lambda user, company: items_for(user).filter(company_id=company.pk), "pk", "paper", "entry_id"),
    ),
    (
        r"allocation (\d+)",
        Target(_of_book(Allocation.objects.all(), "debit__company_id"), "pk", "paper", "debit__entry_id"),
    ),
    (r"receipt (.+)", RECEIPT),
    (r"refund (.+)", Target(_of(refunds_for), "number", "payments:refund")),
    (r"write-off (.+)", Target(_of(write_offs_for), "number", "payments:write_off")),
    (r"late charge (.+)", Target(_of(late_charges_for), "number", "credit_control:late_charge")),
    (r"chargeback (.+)", CHARGEBACK),
    (r"evidence .* of (\S+)", CHARGEBACK),
    (r"dispute (.+)", DISPUTE),
    (r"file .* of (\S+)", DISPUTE),
    (r"batch (.+)", Target(_of(batches_for), "number", "payments:receipt_batch")),
    (r"bank line (\d+)", Target(_bank_lines, "pk", "payments:bank_line")),
    (r"online payment (\d+)", Target(_of(online_payments_for), "pk", "payments:online_payment")),
    (
        r"debit (.+)",
        Target(_of_book(DebitCollection.objects.all(), "company"), "end_to_end_id", "payments:debit_run", "run_id"),
    ),
    (r"(?:agreement of )?plan (\d+)", Target(_of(plans_for), "pk", "credit_control:plan")),
    (r"promise (\d+)", Target(_of(promises_for), "pk", "customers:customer", "customer_id")),
    (r"(?:letter of )?reminder (\d+)", Target(_of(reminders_for), "pk", "credit_control:reminder")),
    (r"hand-over (\d+)", Target(_of(hand_overs_for), "pk", "credit_control:hand_over")),
    (r"hold (\d+)", Target(_of(holds_for), "pk", "customers:hold")),
    (r"audit record (\d+)", Target(lambda user, company: records_of(company), "pk", "office:audit_record")),
    (r"mail (\d+)", Target(_of_book(OutgoingMail.objects.all(), "company"), "pk", "office:mail")),
    (r"journal (\d+)", Target(_of(journal_batches_for), "number", "reports:journal")),
    (r"(?:\S+ of )?pack (\d+)", Target(_of(close_packs_for), "pk", "reports:close_pack")),
    (r"mandate (.+)", Target(_of(mandates_for), "reference", "customers:mandate")),
    (r"customer (.+)", Target(_of(customers_for), "number", "customers:customer")),
)
"""How checks name what they are about, each with what it is; the first that fits counts."""
DAY = re.compile(r"(?:company|account) \S+, [A-Z]{3}, (\d{4}-\d\d-\d\d)")


def pages_of(subjects: Iterable[str], user: User, company: Company) -> dict[str, str]:
    """The page of each subject that has one and that somebody may see, in one query for each kind of thing."""
    pages: dict[str, str] = {}
    asked: dict[Target, dict[str, list[str]]] = {}
    for subject in set(subjects):
        if page := _page_of_many(subject):
            pages[subject] = page
        elif known := _target_of(subject):
            asked.setdefault(known[0], {}).setdefault(known[1], []).append(subject)
    for target, named in asked.items():
        for name, argument in _arguments(target, list(named), user, company):
            pages |= dict.fromkeys(named[str(name)], reverse(target.page, args=[argument]))
    return pages


def _page_of_many(subject: str) -> str:
    """The page of a whole day, of a series or of the refunds that wait."""
    if day := DAY.fullmatch(subject):
        return f"{reverse('reports:book_checks')}?{urlencode({'on': day[1], 'whole': 1})}"
    if subject.startswith("series "):
        return reverse("reports:findings", args=["number-gaps"])
    return reverse("payments:refund_list") if subject.startswith("refunds of company ") else ""


def _target_of(subject: str) -> tuple[Target, str] | None:
    for pattern, target in PATTERNS:
        if found := re.fullmatch(pattern, subject, re.DOTALL):
            return target, found[1]
    return None


def _arguments(target: Target, names: list[str], user: User, company: Company) -> list[tuple[Any, int]]:
    rows = target.rows(user, company).filter(**{f"{target.name}__in": names})
    return [(name, argument) for name, argument in rows.values_list(target.name, target.argument) if argument]
