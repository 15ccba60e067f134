"""Why customers object, and the disputes behind each figure, as reports."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.urls import reverse

from ledger.calendar import month_start
from office.models import Company
from office.written import counted, plain_day
from reports.causes.reading import DIMENSIONS, OUTCOMES, Cause, CauseQuestion, Part, cause_report, parts
from reports.frame import Act, Answer, Asked, Column, DaysForm, Report, Row, Table
from reports.frame.question import CurrencyField, address
from reports.frame.spec import Kind

Shown = TypeVar("Shown")


class CausesForm(DaysForm):
    """Opened on which days, told apart by what: this year so far, where nobody says."""

    by = forms.ChoiceField(label="By", required=False, choices=list(DIMENSIONS.items()))

    def usual(self, company: Company) -> dict[str, Any]:
        usual = super().usual(company)
        return usual | {"first_day": month_start(company.today()).replace(month=1), "by": "reason"}


class DisputesForm(CausesForm):
    """And of which cause, in which currency, and how they ended."""

    outcome = forms.ChoiceField(label="Outcome", required=False, choices=[("", "Any"), *OUTCOMES])
    currency = CurrencyField(label="Currency", required=False, max_length=3)
    key = forms.CharField(label="Key of the cause", required=False, max_length=100, widget=forms.HiddenInput)


def _question(asked: Asked) -> CauseQuestion:
    values = asked.values
    return CauseQuestion(asked.company, values["first_day"], values["last_day"], values["by"], asked.owner_ids)


def _days(question: CauseQuestion) -> str:
    return f"opened from {plain_day(question.first_day)} to {plain_day(question.last_day)}"


def _page(asked: Asked, rows: Sequence[Shown]) -> tuple[Sequence[Shown], str]:
    """The rows of the page that is asked for, and the mark of the next: how many came before it."""
    begin = int(asked.after) if asked.after.isascii() and asked.after.isdigit() and len(asked.after) < 10 else 0
    end = None if asked.limit is None else begin + asked.limit
    return rows[begin:end], str(end) if end is not None and end < len(rows) else ""


def answer_causes(asked: Asked) -> Answer:
    """A row for each cause and currency: how many, how much, how long, and how they ended."""
    question = _question(asked)
    report = cause_report(question)
    causes, following = _page(asked, report.causes)
    heading = DIMENSIONS[question.by]
    is_split = question.by == "product"
    kind: Kind = "period" if question.by == "month" else "text"
    columns = (
        Column("label", heading, kind),
        Column("count", "Disputes", "number", adds=not is_split),
        Column("amount", "Disputed", "money", adds=True),
        Column("days", "Days to close", "number"),
        *(Column(outcome, label, "number", adds=not is_split, dash=True) for outcome, label in OUTCOMES),
    )
    shares = (
        Column("label", heading, kind),
        Column("currency", "Currency"),
        *(Column(outcome, label, "percent", dash=True) for outcome, label in OUTCOMES),
    )
    return Answer(
        f"Disputes {_days(question)}, how long they took and how they ended.",
        [
            Table(
                f"Disputes by {heading.lower()}",
                columns,
                [_row(asked, row) for row in causes],
                [_row(asked, row) for row in report.totals],
                following,
                empty="Nothing was disputed then.",
            ),
            Table(
                "How they ended, in percent",
                shares,
                [_share_row(row) for row in causes],
                [_share_row(row) for row in report.totals],
                empty="Nothing was disputed then.",
            ),
        ],
    )


def _row(asked: Asked, row: Cause) -> Row:
    counts = {share.outcome: share.count for share in row.shares}
    values = {"label": row.label, "count": row.count, "amount": row.amount, "days": row.days, **counts}
    behind = {name: asked.values[name] for name in ("first_day", "last_day", "by")}
    disputes = address("disputes", behind | {"key": row.key, "currency": row.currency})
    urls = {outcome: f"{disputes}&outcome={outcome}" for outcome, count in counts.items() if count}
    return Row(values, row.currency, urls | {"count": disputes, "amount": disputes})


def _share_row(row: Cause) -> Row:
    shares = {share.outcome: Decimal(share.percent) for share in row.shares}
    return Row({"label": row.label, "currency": row.currency, **shares})


DISPUTE_COLUMNS = (
    Column("dispute", "Dispute"),
    Column("customer", "Customer"),
    Column("about", "About"),
    Column("reason", "Reason"),
    Column("opened_on", "Opened", "day"),
    Column("closed_on", "Closed", "day"),
    Column("outcome", "Outcome"),
    Column("amount", "Disputed", "money", adds=True),
)


def answer_disputes(asked: Asked) -> Answer:
    """The disputes of some days, or their parts of one product, that one figure adds up."""
    question, values = _question(asked), asked.values
    found = parts(question, key=values["key"] or "", currency=values["currency"] or "", outcome=values["outcome"] or "")
    shown, following = _page(asked, found)
    cause = f", {DIMENSIONS[question.by].lower()} {found[0].label}" if found and values["key"] else ""
    causes = {name: values[name] for name in ("first_day", "last_day", "by")}
    return Answer(
        f"Disputes {_days(question)}{cause}.",
        [Table("Disputes", DISPUTE_COLUMNS, [_dispute(part) for part in shown], _sums(found), following)],
        acts=[Act(CAUSES.title, address(CAUSES.name, causes))],
    )


def _dispute(part: Part) -> Row:
    dispute = part.dispute
    values = {
        "dispute": str(dispute),
        "customer": dispute.customer.name,
        "about": dispute.entry.reference,
        "reason": str(dispute.reason_code),
        "opened_on": dispute.opened_on,
        "closed_on": dispute.closed_on,
        "outcome": dict(OUTCOMES)[part.outcome],
        "amount": part.amount,
    }
    urls = {
        "dispute": reverse("billing:dispute", args=[dispute.pk]),
        "customer": reverse("customers:customer", args=[dispute.customer_id]),
        "about": reverse("paper", args=[dispute.entry_id]),
    }
    return Row(values, dispute.currency, urls)


def _sums(found: list[Part]) -> list[Row]:
    """What they come to in each currency, and how many disputes these are."""
    of: dict[str, list[Part]] = {}
    for part in found:
        of.setdefault(part.dispute.currency, []).append(part)
    sums = [Cause("", "", currency, theirs) for currency, theirs in sorted(of.items())]
    return [Row({"dispute": counted(each.count, "dispute"), "amount": each.amount}, each.currency) for each in sums]


CAUSES = Report(
    "causes",
    "Why customers object",
    "Disputes by reason, product, department, owner or month, how long they take and how they end.",
    "Billing activity",
    CausesForm,
    answer_causes,
    "message-exclamation",
)
DISPUTES = Report(
    "disputes",
    "Register of disputes",
    "Every dispute by the day it was opened, with its cause and its outcome.",
    "Registers",
    DisputesForm,
    answer_disputes,
    "list",
)
