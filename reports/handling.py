"""Handling: how quickly documents are issued and mailed, and what had to be corrected, by who issued them."""

from decimal import Decimal
from typing import Any

from office.written import plain_day
from reports.corrections import CORRECTIONS_SQL, OFFICE, WHAT
from reports.frame import Answer, Asked, Column, DaysForm, Report, Row, Table
from reports.frame.question import address
from reports.frame.reading import fetched
from reports.measures import share
from reports.movements import Days

TENTH = Decimal("0.1")
TOGETHER = -1
"""What stands for the clerk where all are together."""
HANDLED = """
    WITH issued AS MATERIALIZED (
        SELECT i.id, coalesce(i.issued_by_id, 0) AS clerk, i.issued_at - i.created_at AS to_issue, i.issued_at
        FROM billing_invoice i
        WHERE i.company_id = %(company_id)s AND i.kind IN ('invoice', 'debit_note', 'credit_memo')
            AND i.status <> 'draft' AND i.dated_on BETWEEN %(first_day)s AND %(last_day)s
            AND (%(owner_ids)s::bigint[] IS NULL
                OR i.customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))
    ),
    mailed AS MATERIALIZED (
        SELECT m.about_id AS id, min(m.finished_at) AS at FROM office_outgoingmail m
        WHERE m.about_type = 'billing.invoice' AND m.kind = 'invoice' AND m.status = 'sent'
            AND m.about_id IN (SELECT id FROM issued)
        GROUP BY m.about_id
    ),
    each AS MATERIALIZED (
        SELECT clerk, to_issue, mailed.at - issued_at AS to_mail
        FROM issued LEFT JOIN mailed USING (id)
    )
    SELECT coalesce(clerk, -1), count(*),
        extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY to_issue))::numeric / 3600,
        extract(epoch FROM percentile_disc(0.9) WITHIN GROUP (ORDER BY to_issue))::numeric / 3600,
        count(to_mail),
        extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY to_mail))::numeric / 3600,
        extract(epoch FROM percentile_disc(0.9) WITHIN GROUP (ORDER BY to_mail))::numeric / 3600
    FROM each GROUP BY GROUPING SETS ((clerk), ())
"""
CORRECTED = f"""
    SELECT coalesce(clerk_id, 0), coalesce(code_id, 0), coalesce(r.words, 'No usual reason'), what, found.currency,
        count(*), sum(amount)
    FROM ({CORRECTIONS_SQL}) AS found LEFT JOIN billing_reasoncode r ON r.id = code_id
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608  our own text
CLERKS = (
    Column("clerk", "Issued by"),
    Column("issued", "Issued", "number", adds=True),
    Column("to_issue", "Hours to issue, half", "number"),
    Column("to_issue_most", "Nine of ten", "number"),
    Column("mailed", "Mailed", "number", adds=True),
    Column("to_mail", "Hours to mail, half", "number"),
    Column("to_mail_most", "Nine of ten mailed", "number"),
    *(Column(what, words, "number", adds=True) for what, words in WHAT.items()),
    Column("share", "Corrected of 100", "number"),
)
CAUSES = (
    Column("cause", "Cause"),
    Column("clerk", "Issued by"),
    *(Column(what, words, "number", adds=True) for what, words in WHAT.items()),
    Column("amount", "Amount", "money", adds=True),
)


def answer(asked: Asked) -> Answer:
    """A row for each clerk, and one for each cause, clerk and currency."""
    days = Days.of(asked)
    handled = {clerk: figures for clerk, *figures in fetched(HANDLED, days.parameters)}
    corrected = fetched(CORRECTED, days.parameters)
    together = handled.pop(TOGETHER)
    names = _names({*handled, *(clerk for clerk, *_ in corrected)})
    clerks = [_clerk(asked, clerk, names[clerk], handled.get(clerk), corrected) for clerk in names]
    foot = [_clerk(asked, None, "Together", together, corrected)] if clerks else []
    about = (
        f"Documents dated from {plain_day(days.first_day)} to {plain_day(days.last_day)}, the hours within "
        "which half of them, and nine of ten, were issued and then mailed; and what was voided, credited or objected "
        "to in these days, counted for who had issued it."
    )
    causes, sums = _causes(asked, names, corrected)
    return Answer(about, [Table("By person", CLERKS, clerks, foot), Table("By cause", CAUSES, causes, sums)])


def _names(clerks: set[int]) -> dict[int, str]:
    """The names of these people, by name; documents that nobody issued by hand come last."""
    sql = "SELECT id, coalesce(nullif(name, ''), email) FROM office_user WHERE id = ANY(%(ids)s) ORDER BY 2, 1"
    names = dict(fetched(sql, {"ids": list(clerks)}))
    return names | ({0: OFFICE} if 0 in clerks else {})


def _clerk(
    asked: Asked, clerk: int | None, name: str, handled: list[Any] | None, corrected: list[tuple[Any, ...]]
) -> Row:
    issued, to_issue, to_issue_most, mailed, to_mail, to_mail_most = handled or [0, None, None, 0, None, None]
    counts = dict.fromkeys(WHAT, 0)
    for whose, _, _, what, _, count, _ in corrected:
        if clerk in (None, whose):
            counts[what] += count
    values = {
        "clerk": name,
        "issued": issued,
        "to_issue": _hours(to_issue),
        "to_issue_most": _hours(to_issue_most),
        "mailed": mailed,
        "to_mail": _hours(to_mail),
        "to_mail_most": _hours(to_mail_most),
        "share": share(sum(counts.values()), issued),
        **counts,
    }
    urls = {what: _register(asked, what=what, clerk=clerk) for what, count in counts.items() if count}
    return Row(values, urls=urls)


def _hours(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(TENTH)


def _causes(asked: Asked, names: dict[int, str], corrected: list[tuple[Any, ...]]) -> tuple[list[Row], list[Row]]:
    """A row for each cause, clerk and currency, and the sums of each currency."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    sums: dict[str, dict[str, Any]] = {}
    for clerk, code, words, what, currency, count, amount in corrected:
        row = rows.setdefault((words, names[clerk], currency, code, clerk), dict.fromkeys(WHAT, 0) | {"amount": 0})
        for each in (row, sums.setdefault(currency, dict.fromkeys(WHAT, 0) | {"amount": 0})):
            each[what] += count
            each["amount"] += amount
    found = [
        Row(
            {"cause": words, "clerk": name, **values},
            currency,
            {what: _register(asked, what=what, clerk=clerk, cause=code) for what in WHAT if values[what]},
        )
        for (words, name, currency, code, clerk), values in sorted(rows.items())
    ]
    return found, [Row({"cause": "Together", **values}, currency) for currency, values in sorted(sums.items())]


def _register(asked: Asked, **chosen: Any) -> str:
    """Where the corrections of one figure are listed."""
    days = {name: asked.values[name] for name in ("first_day", "last_day")}
    return address("corrections", {**days, **chosen})


HANDLING = Report(
    "handling",
    "Speed and corrections",
    "How long drafts wait to be issued and documents to be mailed, and what was corrected, by person and cause.",
    "Billing activity",
    DaysForm,
    answer,
    "clock",
)
