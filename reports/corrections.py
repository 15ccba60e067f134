"""Corrections: what had to be voided or credited, and what customers objected to, by whose document and for what cause.

A correction counts on the day it was made, for the person who issued the document that it corrects.
"""

from typing import Any

from django import forms
from django.urls import reverse

from billing.models import ReasonCode
from office.models import Company, User
from office.written import plain_day
from reports.frame import Answer, Asked, Column, DaysForm, Report, Row, Table
from reports.frame.reading import fetched
from reports.movements import Days
from reports.registers import Place, paged

WHAT = {"voided": "Voided", "credited": "Credited", "objected": "Objected to"}
OFFICE = "The office itself"
NOBODY, NO_CAUSE = "0", "0"
"""What stands for documents that nobody issued by hand, and for corrections without a usual reason."""
OWN = """(%(owner_ids)s::bigint[] IS NULL
    OR i.customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))"""
CORRECTED = "i.id AS document_id, i.number, i.issued_by_id AS clerk_id, i.customer_id"
CORRECTIONS_SQL = f"""
    SELECT 'voided' AS what, i.voided_on AS on_day, i.id, {CORRECTED}, i.void_reason_code_id AS code_id,
        i.void_reason AS words, e.by_id, i.currency, i.total AS amount
    FROM billing_invoice i LEFT JOIN ledger_entry e ON e.id = i.void_entry_id
    WHERE i.company_id = %(company_id)s AND i.status = 'void' AND i.voided_on BETWEEN %(first_day)s AND %(last_day)s
        AND {OWN}
    UNION ALL
    SELECT 'credited', m.dated_on, m.id, {CORRECTED}, m.reason_code_id, m.reason, m.issued_by_id, m.currency, m.total
    FROM billing_invoice m JOIN billing_invoice i ON i.id = m.credits_id
    WHERE m.company_id = %(company_id)s AND m.kind = 'credit_memo' AND m.status <> 'draft'
        AND m.dated_on BETWEEN %(first_day)s AND %(last_day)s AND {OWN}
    UNION ALL
    SELECT 'objected', d.opened_on, d.id, {CORRECTED}, d.reason_code_id, d.words, d.opened_by_id, d.currency, d.amount
    FROM billing_dispute d JOIN billing_invoice i ON i.id = d.invoice_id
    WHERE d.company_id = %(company_id)s AND d.opened_on BETWEEN %(first_day)s AND %(last_day)s AND {OWN}
"""  # noqa: S608  our own texts
CHOSEN = f"""
    SELECT * FROM ({CORRECTIONS_SQL}) AS found
    WHERE (%(what)s = '' OR what = %(what)s)
        AND (%(clerk)s::bigint IS NULL OR coalesce(clerk_id, 0) = %(clerk)s)
        AND (%(cause)s::bigint IS NULL OR coalesce(code_id, 0) = %(cause)s)
"""  # noqa: S608
PAGE_OF = f"""
    SELECT x.what, x.on_day, x.id, x.document_id, x.number, c.id, c.name, coalesce(r.words, ''), x.words,
        coalesce(nullif(u.name, ''), u.email, ''), coalesce(nullif(b.name, ''), b.email, ''), x.currency, x.amount,
        x.place
    FROM (SELECT found.*, id * 4 + CASE what WHEN 'voided' THEN 0 WHEN 'credited' THEN 1 ELSE 2 END AS place
          FROM ({CHOSEN}) AS found) AS x
    JOIN customers_customer c ON c.id = x.customer_id LEFT JOIN billing_reasoncode r ON r.id = x.code_id
    LEFT JOIN office_user u ON u.id = x.clerk_id LEFT JOIN office_user b ON b.id = x.by_id
    WHERE (x.on_day, x.place) > (%(after_day)s, %(after_id)s) ORDER BY x.on_day, x.place LIMIT %(limit)s
"""  # noqa: S608
SUMS = f"SELECT currency, count(*), sum(amount) FROM ({CHOSEN}) AS found GROUP BY currency ORDER BY currency"  # noqa: S608
COLUMNS = (
    Column("document", "Document"),
    Column("on_day", "Day", "day"),
    Column("what", "What"),
    Column("cause", "Cause"),
    Column("words", "In words"),
    Column("customer", "Customer"),
    Column("clerk", "Issued by"),
    Column("who", "Entered by"),
    Column("amount", "Amount", "money", adds=True),
)


class CorrectionsForm(DaysForm):
    """Which days, and whose, what and why."""

    what = forms.ChoiceField(label="What", required=False, choices=[("", "Everything"), *WHAT.items()])
    clerk = forms.ChoiceField(label="Issued by", required=False)
    cause = forms.ChoiceField(label="Cause", required=False)

    def offered(self, company: Company) -> dict[str, list[tuple[str, str]]]:
        clerks = [
            (str(user.pk), str(user)) for user in User.objects.filter(companies=company).order_by("name", "email")
        ]
        causes = [(str(code.pk), code.words) for code in ReasonCode.objects.filter(company=company)]
        return {
            "clerk": [("", "Everybody"), *clerks, (NOBODY, OFFICE)],
            "cause": [("", "Any"), *causes, (NO_CAUSE, "No usual reason")],
        }


def corrections(asked: Asked) -> Answer:
    """Each correction of the days, with the sums of all."""
    days = Days.of(asked)
    parameters = days.parameters | {
        "what": asked.values["what"] or "",
        "clerk": _chosen(asked.values["clerk"]),
        "cause": _chosen(asked.values["cause"]),
    }
    rows, following = paged(asked, PAGE_OF, parameters, _correction)
    foot = [
        Row({"document": f"{count} together", "amount": amount}, currency)
        for currency, count, amount in fetched(SUMS, parameters, few_groups=True)
    ]
    return Answer(
        f"What was voided, credited or objected to from {plain_day(days.first_day)} to {plain_day(days.last_day)}, "
        "by the document that it corrects.",
        [Table("Corrections", COLUMNS, rows, foot, following, "Nothing was corrected in these days.")],
    )


def _chosen(key: str | None) -> int | None:
    return int(key) if key else None


PAGES = {
    "voided": lambda _, document_id: reverse("billing:invoice", args=[document_id]),
    "credited": lambda own_id, _: reverse("billing:invoice", args=[own_id]),
    "objected": lambda own_id, _: reverse("billing:dispute", args=[own_id]),
}
"""Where a correction itself is shown."""


def _correction(values: tuple[Any, ...]) -> tuple[Row, Place]:
    what, day, own_id, document_id, number, customer_id, name, cause, words, clerk, who, currency, amount, place = (
        values
    )
    row = Row(
        {
            "document": number,
            "on_day": day,
            "what": WHAT[what],
            "cause": cause or None,
            "words": words,
            "customer": name,
            "clerk": clerk or OFFICE,
            "who": who or OFFICE,
            "amount": amount,
        },
        currency,
        {
            "document": reverse("billing:invoice", args=[document_id]),
            "what": PAGES[what](own_id, document_id),
            "customer": reverse("customers:customer", args=[customer_id]),
        },
    )
    return row, (day, place)


CORRECTIONS = Report(
    "corrections",
    "Register of corrections",
    "What was voided, credited or objected to, one by one: whose document it was, and the cause.",
    "Registers",
    CorrectionsForm,
    corrections,
    "file-x",
)
