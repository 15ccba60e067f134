"""The steps of a month's end, in their order. To add one, write what counts how much is open, and name it in STEPS."""

from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef

from billing.models import Dispute, DisputeStatus, Invoice, Occurrence, UsageRecord
from billing.models.recurring import Outcome
from credit_control.providing import provided_until, provision_on
from ledger.balances import open_on_day_sql
from ledger.models import Entry, ItemKind, OpenItem, Period
from ledger.snapshot import snapshot
from office.web.lists.totals import capped_count
from payments.bank import with_left
from payments.models import BankLine
from payments.revaluing import worth_on
from reports.closing.step import CloseStep, MonthEnd
from reports.findings.documents import gaps_of
from reports.models import JournalBatch, JournalBatchEntry
from reports.tie_out import tie_out
from reports.whole_check import whole_check


def _earlier_months(month: MonthEnd) -> int:
    earlier = Period.objects.filter(company_id=month.company.pk, month__lt=month.first_day, closed_at=None)
    return capped_count(earlier)


def _drafts(month: MonthEnd) -> int:
    drafts = Invoice.objects.filter(company=month.company, status="draft")
    return capped_count(drafts.filter(dated_on__range=(month.first_day, month.last_day)))


def _recurring(month: MonthEnd) -> int:
    """The periods of recurring invoices that were due and have no document."""
    due = Occurrence.objects.filter(recurring__company=month.company, due_on__lte=month.last_day, invoice=None)
    return capped_count(due.filter(outcome=Outcome.PARKED))


def _usage(month: MonthEnd) -> int:
    used = UsageRecord.objects.filter(company=month.company, occurrence=None, used_on__lte=month.last_day)
    return capped_count(used)


def _bank_lines(month: MonthEnd) -> int:
    lines = BankLine.objects.filter(bank_account__company=month.company, booked_on__lte=month.last_day)
    return capped_count(with_left(lines).filter(left__gt=Decimal(0)))


def _unapplied(month: MonthEnd) -> int:
    """The payments up to the month's end of which something is free now."""
    items = OpenItem.objects.filter(company_id=month.company.pk, kind=ItemKind.PAYMENT, balance__lt=0)
    return capped_count(items.filter(dated_on__lte=month.last_day))


def _disputes(month: MonthEnd) -> int:
    disputes = Dispute.objects.filter(company=month.company, status=DisputeStatus.OPEN)
    return capped_count(disputes.filter(opened_on__lte=month.last_day))


def _foreign_money(month: MonthEnd) -> int:
    """The currencies that have no rate of the month's end, or of which a difference is still to be entered."""
    return sum(each.missing is None or bool(each.missing) for each in worth_on(month.company, month.last_day))


def _expected_loss(month: MonthEnd) -> int:
    """One, where the provision account is not what the table of rates asks for, or that cannot be worked out."""
    found = provision_on(month.company, month.last_day)
    return int(found.table is not None and found.required != provided_until(month.company, month.last_day))


OWING = f"""
    SELECT count(*) FROM (
        SELECT DISTINCT customer_id FROM ({open_on_day_sql(None)}) AS items
        JOIN customers_customer c ON c.id = items.customer_id
        WHERE NOT EXISTS (
            SELECT FROM credit_control_statement s
            WHERE s."on" >= %(on)s AND (s.customer_id = c.id OR s.is_combined AND s.customer_id = c.parent_id)
        )
    ) AS owing
"""  # noqa: S608  our own names


def _statements(month: MonthEnd) -> int:
    """The customers with something open at the month's end who were sent no statement that reaches it."""
    with snapshot(), connection.cursor() as cursor:
        cursor.execute(OWING, {"company_id": month.company.pk, "on": month.last_day})
        return int(cursor.fetchone()[0])


def _tie_out(month: MonthEnd) -> int:
    """The currencies in which the ways to what is owed are not one figure."""
    return sum(not tied.is_tied for tied in tie_out(month.company.pk, month.last_day))


def _whole_check(month: MonthEnd) -> int:
    """What the last whole check of the book found; one, where none was made."""
    check = whole_check(month.company)
    return check.count if check.last else 1


def _numbers(month: MonthEnd) -> int:
    return gaps_of(month.company).filter(year=month.first_day.year).count()


def _journal(month: MonthEnd) -> int:
    """The entries up to the month's end that no export holds; none, where nothing was ever exported."""
    if not JournalBatch.objects.filter(company=month.company).exists():
        return 0
    exported = JournalBatchEntry.objects.filter(entry=OuterRef("pk"), stands=True)
    entries = Entry.objects.filter(company_id=month.company.pk, dated_on__lte=month.last_day)
    return capped_count(entries.filter(~Exists(exported)))


def _days(name: str, month: MonthEnd) -> dict[str, str]:
    return {f"{name}_from": str(month.first_day), f"{name}_to": str(month.last_day)}


STEPS: tuple[CloseStep, ...] = (
    CloseStep(
        "earlier_months",
        "Earlier months are closed",
        "Something dated into an open month before changes what this one ends with.",
        _earlier_months,
        "Close them first",
        "reports:month_list",
        lambda month: {"state": "open"},
    ),
    CloseStep(
        "drafts",
        "Drafts dated in the month are issued",
        "A draft owes nothing and is in no report; dated into a closed month, it cannot be issued any more.",
        _drafts,
        "Issue them, date them later, or throw them away",
        "billing:invoice_list",
        lambda month: {"state": "draft"} | _days("dated", month),
    ),
    CloseStep(
        "recurring",
        "Recurring invoices are made",
        "Periods due by the month's end that were parked: what they bill is missing.",
        _recurring,
        "See why, and make them",
        "billing:recurring_list",
        lambda month: {"state": "parked"},
    ),
    CloseStep(
        "usage",
        "Usage is billed",
        "What was used by the month's end and stands on no document.",
        _usage,
        "See what is not billed",
        "billing:usage_list",
        lambda month: {"waiting": "1", "used_to": str(month.last_day)},
    ),
    CloseStep(
        "bank_lines",
        "Bank lines are matched",
        "Money that is on the bank's statement, and in the book with no customer.",
        _bank_lines,
        "Match them",
        "payments:bank_line_list",
        lambda month: {"to_match": "1", "booked_to": str(month.last_day)},
    ),
    CloseStep(
        "unapplied",
        "Money is applied",
        "Payments received by the month's end of which something is still free: customers look later than they are.",
        _unapplied,
        "Apply them",
        "payments:receipt_list",
        lambda month: {"received_to": str(month.last_day), "sort": "-free"},
    ),
    CloseStep(
        "disputes",
        "Disputes were looked at",
        "What customers object to: credit what is right in this month, and judge the rest.",
        _disputes,
        "Answer them",
        "billing:dispute_list",
        lambda month: {"state": "open", "opened_to": str(month.last_day)},
    ),
    CloseStep(
        "foreign_money",
        "Foreign money is revalued",
        "What is owed and banked in other currencies, at the rate of the month's last day.",
        _foreign_money,
        "Enter the difference",
        "payments:revalue_month",
        lambda month: {"month": f"{month.first_day:%Y-%m}"},
    ),
    CloseStep(
        "expected_loss",
        "Expected loss is provided for",
        "What the provision account lacks at the month's end of what is expected to be lost, where rates are set.",
        _expected_loss,
        "Post what it lacks",
        "reports:provision",
        lambda month: {"on": str(month.last_day)},
    ),
    CloseStep(
        "statements",
        "Statements are sent",
        "Customers who owed something at the month's end and got no statement that reaches it.",
        _statements,
        "Send them",
        "credit_control:statement_run_list",
    ),
    CloseStep(
        "tie_out",
        "The tie-out agrees",
        "Papers, open items, allocations and the receivable account are one figure at the end of the month's last day.",
        _tie_out,
        "See what differs",
        "reports:book_checks",
        lambda month: {"on": str(month.last_day), "whole": "1"},
        required=True,
    ),
    CloseStep(
        "whole_check",
        "The book is checked",
        "What the last check of the whole book found.",
        _whole_check,
        "See what was found, or check it now",
        "reports:book_checks",
    ),
    CloseStep(
        "numbers",
        "Numbers have no gaps",
        "Series of the year in which a number is missing.",
        _numbers,
        "See which",
        "reports:book_checks",
        lambda month: {"whole": "1"},
    ),
    CloseStep(
        "journal",
        "The journal is exported",
        "Entries up to the month's end that the other books do not have yet, where the journal is exported at all.",
        _journal,
        "Export them",
        "reports:journal_new",
    ),
)
