"""What waits: money and credits that settle nothing yet, and drafts that are not issued."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from billing.models import DocumentKind
from ledger.balances import control_balance, open_on_day_sql
from ledger.models import ItemKind
from office.written import plain_day
from reports.corrections import OFFICE
from reports.frame import Answer, Asked, Column, DayForm, Proof, Report, ReportForm, Row, Table
from reports.frame.reading import fetched
from reports.movements import NOT_COMPARED
from reports.registers import Place, paged
from reports.shipped import SHIPPED, shipped_not_billed

OWN = "(%(owner_ids)s::bigint[] IS NULL OR c.sales_owner_id = ANY (%(owner_ids)s))"
ZERO = Decimal(0)
OPEN = f"""
    SELECT o.*, c.name FROM ({open_on_day_sql(None)}) AS o JOIN customers_customer c ON c.id = o.customer_id
    WHERE {OWN}
"""  # noqa: S608  our own texts
UNAPPLIED_PAGE = f"""
    SELECT id, entry_id, kind, reference, dated_on, %(on)s::date - dated_on, customer_id, name, currency, amount, open
    FROM ({OPEN}) AS o WHERE open < 0 AND (dated_on, id) > (%(after_day)s, %(after_id)s)
    ORDER BY dated_on, id LIMIT %(limit)s
"""  # noqa: S608
UNAPPLIED_SUMS = f"""
    SELECT currency, count(*) FILTER (WHERE open < 0), coalesce(sum(open) FILTER (WHERE open < 0), 0), sum(open)
    FROM ({OPEN}) AS o GROUP BY currency ORDER BY currency
"""  # noqa: S608
UNAPPLIED_COLUMNS = (
    Column("reference", "Number"),
    Column("what", "What"),
    Column("customer", "Customer"),
    Column("dated_on", "Day", "day"),
    Column("days", "Days since", "number"),
    Column("amount", "Amount", "money"),
    Column("open", "Not applied", "money", adds=True),
)


def unapplied(asked: Asked) -> Answer:
    """Every payment and credit that was free at the end of a day, the oldest first."""
    on = asked.values["on"]
    parameters = {"company_id": asked.company.pk, "on": on, "owner_ids": asked.owner_ids}
    rows, following = paged(asked, UNAPPLIED_PAGE, parameters, _free)
    sums = fetched(UNAPPLIED_SUMS, parameters, few_groups=True)
    is_whole = asked.owner_ids is None
    foot = [
        Row({"reference": f"{count} together", "open": free}, currency) for currency, count, free, _ in sums if count
    ]
    return Answer(
        f"Payments and credits that settled nothing, or not all they could, at the end of {plain_day(on)}.",
        [Table("Not applied", UNAPPLIED_COLUMNS, rows, foot, following, "All was applied on that day.")],
        _proofs(asked, on, {currency: owed for currency, _, _, owed in sums}) if is_whole else [],
        not_compared="" if is_whole else NOT_COMPARED,
    )


def _proofs(asked: Asked, on: date, owed: dict[str, Decimal]) -> list[Proof]:
    """Whether debts less what is free are the receivable account, in each currency."""
    booked = {currency: amount for currency, (amount, _) in control_balance(asked.company.pk, on).items()}
    words = "Open debts, less what is not applied, are the receivable account"
    return [
        Proof(words, booked.get(currency, ZERO) - owed.get(currency, ZERO), currency)
        for currency in sorted({*booked, *owed})
    ]


def _free(values: tuple[Any, ...]) -> tuple[Row, Place]:
    item_id, entry_id, kind, reference, day, days, customer_id, name, currency, amount, free = values
    row = Row(
        {
            "reference": reference or "Entry",
            "what": ItemKind(kind).label,
            "customer": name,
            "dated_on": day,
            "days": days,
            "amount": amount,
            "open": free,
        },
        currency,
        {"reference": reverse("paper", args=[entry_id]), "customer": reverse("customers:customer", args=[customer_id])},
    )
    return row, (day, item_id)


OF_DRAFTS = f"""
    FROM billing_invoice i JOIN customers_customer c ON c.id = i.customer_id
    LEFT JOIN office_user u ON u.id = i.created_by_id
    WHERE i.company_id = %(company_id)s AND i.status = 'draft' AND {OWN}
"""
BEGUN_ON = "(i.created_at AT TIME ZONE %(zone)s)::date"
SIGNED = "CASE i.kind WHEN 'credit_memo' THEN -1 ELSE 1 END"
DRAFTS_PAGE = f"""
    SELECT i.id, i.kind, {BEGUN_ON}, %(today)s::date - {BEGUN_ON}, i.customer_id, c.name,
        coalesce(nullif(u.name, ''), u.email, ''), i.currency, {SIGNED} * i.net, {SIGNED} * i.total
    {OF_DRAFTS} AND ({BEGUN_ON}, i.id) > (%(after_day)s, %(after_id)s)
    ORDER BY {BEGUN_ON}, i.id LIMIT %(limit)s
"""
DRAFT_SUMS = f"""
    SELECT i.currency, count(*), sum({SIGNED} * i.net), sum({SIGNED} * i.total) {OF_DRAFTS} GROUP BY 1 ORDER BY 1
"""
DRAFT_COLUMNS = (
    Column("what", "Draft"),
    Column("customer", "Customer"),
    Column("begun_on", "Begun", "day"),
    Column("days", "Days since", "number"),
    Column("who", "Drafted by"),
    Column("net", "Net", "money", adds=True),
    Column("total", "Total", "money", adds=True),
)


def drafts(asked: Asked) -> Answer:
    """Every draft, and every line that was shipped and is not billed, the oldest first."""
    parameters = {
        "company_id": asked.company.pk,
        "owner_ids": asked.owner_ids,
        "today": asked.company.today(),
        "zone": asked.company.time_zone,
    }
    of_drafts = replace(asked, after="") if asked.after.startswith(SHIPPED) else asked
    rows, following = paged(of_drafts, DRAFTS_PAGE, parameters, _draft)
    foot = [
        Row({"what": f"{count} together", "net": net, "total": total}, currency)
        for currency, count, net, total in fetched(DRAFT_SUMS, parameters)
    ]
    return Answer(
        "Invoices and credit memos that are drafted and not issued, credit memos below zero; and what was shipped and"
        " stands on no invoice and no draft, at the order's prices without tax. All as it stands now.",
        [
            Table("Drafts", DRAFT_COLUMNS, rows, foot, following, "Nothing waits to be issued."),
            shipped_not_billed(asked),
        ],
    )


def _draft(values: tuple[Any, ...]) -> tuple[Row, Place]:
    draft_id, kind, begun_on, days, customer_id, name, who, currency, net, total = values
    row = Row(
        {
            "what": DocumentKind(kind).label,
            "customer": name,
            "begun_on": begun_on,
            "days": days,
            "who": who or OFFICE,
            "net": net,
            "total": total,
        },
        currency,
        {
            "what": reverse("billing:invoice", args=[draft_id]),
            "customer": reverse("customers:customer", args=[customer_id]),
        },
    )
    return row, (begun_on, draft_id)


UNAPPLIED = Report(
    "unapplied",
    "Not applied",
    "Payments and credits that settle nothing yet, on any day, the oldest first.",
    "Registers",
    DayForm,
    unapplied,
    "coins",
)
UNBILLED = Report(
    "unbilled",
    "Not yet billed",
    "Drafts that wait to be issued, and what was shipped and is not drafted yet, the oldest first.",
    "Registers",
    ReportForm,
    drafts,
    "edit",
)
