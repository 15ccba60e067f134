"""Whether the book is as it must be. Each check is one query that names what is wrong; a sound book answers none.

Everything is worked out anew from lines, items and allocations, so it also finds what was done with the guards off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.db import connection

ALL_IDS = (0, 2**63 - 1)
MOST = 10_000
"""So many findings of one check say enough."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: which promise, what it is about, and the figures that differ."""

    check: str
    subject: str
    detail: str


@dataclass(frozen=True)
class Check:
    """A promise and the query that finds who breaks it, as rows of company, subject and detail.

    `over` names the table of a check that reads much of each row: its query is of the ids above `after`, up to `until`.
    """

    name: str
    sql: str = ""
    over: str = ""

    OF_ONE: ClassVar[str] = """
        SELECT subject, detail FROM ({sql}) AS found (company_id, subject, detail)
        WHERE %(company)s::bigint IS NULL OR company_id = %(company)s LIMIT %(most)s"""

    def find(self, company_id: int | None = None, ids: tuple[int, int] = ALL_IDS) -> list[Finding]:
        """What it finds, of one company or of all, over some ids of its table or over everything."""
        asked = {"company": company_id, "after": ids[0], "until": ids[1], "most": MOST}
        with connection.cursor() as cursor:
            cursor.execute(self.OF_ONE.format(sql=self.sql), asked)
            return [Finding(self.name, subject, str(detail)) for subject, detail in cursor.fetchall()]

    def last_id(self) -> int:
        """Up to which id its table goes."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {self.over}")  # noqa: S608  our own names
            return int(cursor.fetchone()[0])


def kept_files(table: str, subject: str, company: str, owner: str = "") -> Check:
    """The check that files of a table, which is `f` beside its `owner`, match the hash kept with them."""
    return Check(
        "the file kept matches the hash kept",
        f"""
        SELECT {company}, {subject}, 'kept ' || f.sha256 || ', its content has ' || encode(sha256(f.content), 'hex')
        FROM {table} f {owner}
        WHERE f.id > %(after)s AND f.id <= %(until)s AND f.sha256 <> encode(sha256(f.content), 'hex')
        """,  # noqa: S608  our own names
        over=table,
    )


def missing_papers(papers: Mapping[str, str]) -> Check:
    """The check that entries have what made them: by their kind, the query of the entries that papers of it name."""
    named = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, named.* FROM ({sql}) AS named (id)"  # noqa: S608  our own texts
        for kind, sql in papers.items()
    )
    return Check(
        "an entry has the document that made it",
        f"""
        SELECT e.company_id, 'entry ' || e.key, e.kind || ' of ' || e.dated_on || ', its document is not there'
        FROM ledger_entry e LEFT JOIN ({named}) AS papers ON papers.id = e.id AND papers.kind = e.kind
        WHERE papers.id IS NULL AND e.kind IN ({", ".join(f"'{kind}'" for kind in papers)})
        """,  # noqa: S608  our own texts
    )


PAPERS = {
    "exchange": "SELECT e.id FROM ledger_allocation a JOIN ledger_entry e ON e.key = 'exchange:' || a.id",
}
CHECKS = [
    missing_papers(PAPERS),
    Check(
        "the lines of an entry add to zero",
        """
        SELECT e.company_id, 'entry ' || e.key, 'lines add to ' || coalesce(sum(l.amount), 0)
            || ' and, in company currency, '
            || coalesce(sum(l.company_amount), 0) || ' over ' || count(l.id) || ' lines'
        FROM ledger_entry e LEFT JOIN ledger_line l ON l.entry_id = e.id
        GROUP BY e.id HAVING count(l.id) < 2 OR sum(l.amount) <> 0 OR sum(l.company_amount) <> 0
        """,
    ),
    Check(
        "a line has its entry's company, day and currency",
        """
        SELECT e.company_id, 'line ' || l.id || ' on account ' || a.code, 'differs from entry ' || e.key
        FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id JOIN ledger_account a ON a.id = l.account_id
        WHERE a.company_id <> e.company_id OR l.dated_on <> e.dated_on OR l.currency <> e.currency
        """,
    ),
    Check(
        "open items say what the receivable lines say",
        """
        SELECT e.company_id, 'entry ' || e.key, 'customer ' || coalesce(sides.customer_id::text, 'missing')
            || ': items '
            || sum(sides.item) || ', receivable ' || sum(sides.line)
        FROM (
            SELECT entry_id, customer_id, amount AS item, 0 AS line FROM ledger_openitem
            UNION ALL SELECT l.entry_id, coalesce(m.into_id, l.customer_id), 0, l.amount
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
            LEFT JOIN ledger_merged() m ON m.customer_id = l.customer_id WHERE a.role = 'receivable'
        ) AS sides JOIN ledger_entry e ON e.id = sides.entry_id
        GROUP BY e.id, sides.customer_id HAVING sum(sides.item) <> sum(sides.line) OR sides.customer_id IS NULL
        """,
    ),
    Check(
        "an item has its entry's company, day and currency",
        """
        SELECT i.company_id, 'item ' || i.id || ' ' || i.reference, 'differs from entry ' || e.key
        FROM ledger_openitem i JOIN ledger_entry e ON e.id = i.entry_id
        WHERE i.company_id <> e.company_id OR i.dated_on <> e.dated_on OR i.currency <> e.currency
        """,
    ),
    Check(
        "the receivable account equals the open items, on every day",
        """
        SELECT company_id, 'company ' || company_id || ', ' || currency || ', ' || dated_on,
            'receivable moved by ' || sum(line) || ' (' || sum(company_line) || '), items by ' || sum(item) || ' ('
            || sum(company_item) || ')'
        FROM (
            SELECT e.company_id, e.currency, e.dated_on, l.amount AS line, l.company_amount AS company_line,
                0 AS item, 0 AS company_item
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id AND a.role = 'receivable'
            JOIN ledger_entry e ON e.id = l.entry_id
            UNION ALL SELECT company_id, currency, dated_on, 0, 0, amount, company_amount FROM ledger_openitem
            UNION ALL SELECT d.company_id, d.currency, a.dated_on, 0, 0, 0,
                a.credit_company_amount - a.debit_company_amount
            FROM ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id
        ) AS movements
        GROUP BY company_id, currency, dated_on
        HAVING sum(line) <> sum(item) OR sum(company_line) <> sum(company_item)
        """,
    ),
    Check(
        "the day sums kept are those of the lines",
        """
        SELECT a.company_id, 'account ' || a.code || ', ' || sides.currency || ', ' || sides.dated_on,
            'kept ' || sum(kept) || ' (' || sum(company_kept) || '), lines ' || sum(line) || ' (' || sum(company_line)
            || ')'
        FROM (
            SELECT account_id, currency, dated_on, amount AS kept, company_amount AS company_kept, 0 AS line,
                0 AS company_line FROM ledger_daysum
            UNION ALL SELECT account_id, currency, dated_on, 0, 0, amount, company_amount FROM ledger_line
            WHERE id <= (SELECT max(line_id) FROM ledger_summeduntil)
        ) AS sides JOIN ledger_account a ON a.id = sides.account_id
        GROUP BY a.company_id, a.code, sides.currency, sides.dated_on
        HAVING sum(kept) <> sum(line) OR sum(company_kept) <> sum(company_line)
        """,
    ),
    Check(
        "an item's balance is its amount less its allocations",
        """
        SELECT i.company_id, 'item ' || i.id || ' ' || i.reference, 'balance ' || i.balance || ', by its allocations '
            || i.amount - coalesce(settled.amount, 0)
        FROM ledger_openitem i LEFT JOIN (
            SELECT item_id, sum(amount) AS amount FROM (
                SELECT debit_id AS item_id, amount FROM ledger_allocation
                UNION ALL SELECT credit_id, -amount FROM ledger_allocation) AS sides GROUP BY item_id
        ) AS settled ON settled.item_id = i.id
        WHERE i.balance <> i.amount - coalesce(settled.amount, 0)
        """,
    ),
    Check(
        "an item is never settled beyond its amount, on any day",
        """
        SELECT DISTINCT company_id, 'item ' || id || ' ' || reference, 'stood at ' || open || ' of ' || amount
            || ' on ' || dated_on
        FROM (
            SELECT i.company_id, i.id, i.reference, i.amount, sides.dated_on, i.amount - sum(sides.amount) OVER (
                PARTITION BY i.id ORDER BY sides.dated_on RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS open
            FROM ledger_openitem i JOIN (
                SELECT debit_id AS item_id, dated_on, amount FROM ledger_allocation
                UNION ALL SELECT credit_id, dated_on, -amount FROM ledger_allocation
            ) AS sides ON sides.item_id = i.id
        ) AS running
        WHERE open * sign(amount) < 0 OR abs(open) > abs(amount)
        """,
    ),
    Check(
        "an item's days are from its own to that of its last allocation",
        """
        SELECT i.company_id, 'item ' || i.id || ' ' || i.reference, 'open during ' || i.open_during || ', last settled '
            || coalesce(last.day::text, 'never') || ', balance ' || i.balance
        FROM ledger_openitem i LEFT JOIN (
            SELECT item_id, max(dated_on) AS day FROM (
                SELECT debit_id AS item_id, dated_on FROM ledger_allocation
                UNION ALL SELECT credit_id, dated_on FROM ledger_allocation) AS sides GROUP BY item_id
        ) AS last ON last.item_id = i.id
        WHERE i.open_during <> daterange(i.dated_on, CASE WHEN i.balance = 0 THEN greatest(last.day, i.dated_on) END)
        """,
    ),
    Check(
        "an allocation joins what belongs together, when both exist",
        """
        SELECT d.company_id, 'allocation ' || a.id, d.reference || ' and ' || c.reference || ' on ' || a.dated_on
        FROM ledger_allocation a
        JOIN ledger_openitem d ON d.id = a.debit_id JOIN ledger_openitem c ON c.id = a.credit_id
        WHERE d.amount < 0 OR c.amount > 0 OR d.company_id <> c.company_id
            OR (d.customer_id <> c.customer_id AND NOT ledger_ever_paid_for(c.customer_id, d.customer_id))
            OR d.currency <> c.currency OR a.dated_on < greatest(d.dated_on, c.dated_on)
        """,
    ),
    Check(
        "an allocation is undone by its exact opposite",
        """
        SELECT o.company_id, 'allocation ' || u.id, 'undoes ' || a.id || ' (' || a.amount || ') by ' || u.amount
        FROM ledger_allocation u JOIN ledger_allocation a ON a.id = u.reverses_id
        JOIN ledger_openitem o ON o.id = u.debit_id
        WHERE a.reverses_id IS NOT NULL OR a.debit_id <> u.debit_id OR a.credit_id <> u.credit_id
            OR a.amount <> -u.amount OR u.dated_on < a.dated_on
        """,
    ),
    Check(
        "a closed item has used up its company-currency amount",
        """
        SELECT i.company_id, 'item ' || i.id || ' ' || i.reference, 'stands for ' || abs(i.company_amount)
            || ', used ' || used.amount
        FROM ledger_openitem i JOIN (
            SELECT item_id, sum(amount) AS amount FROM (
                SELECT debit_id AS item_id, debit_company_amount AS amount FROM ledger_allocation
                UNION ALL SELECT credit_id, credit_company_amount FROM ledger_allocation) AS sides GROUP BY item_id
        ) AS used ON used.item_id = i.id
        WHERE used.amount < 0 OR used.amount > abs(i.company_amount)
            OR (i.balance = 0 AND used.amount <> abs(i.company_amount))
        """,
    ),
    Check(
        "a mirror is the exact opposite of what it reverses",
        """
        SELECT m.company_id, 'entry ' || m.key, 'account ' || sides.account_id || ' keeps ' || sum(sides.amount)
        FROM ledger_entry m JOIN (
            SELECT e.id AS mirror_id, l.account_id, coalesce(m.into_id, l.customer_id) AS customer_id, l.amount,
                l.company_amount
            FROM ledger_entry e JOIN ledger_line l ON l.entry_id IN (e.id, e.reverses_id)
            LEFT JOIN ledger_merged() m ON m.customer_id = l.customer_id
        ) AS sides ON sides.mirror_id = m.id
        WHERE m.reverses_id IS NOT NULL
        GROUP BY m.id, sides.account_id, sides.customer_id
        HAVING sum(sides.amount) <> 0 OR sum(sides.company_amount) <> 0
        """,
    ),
    Check(
        "nothing was entered into a month after it was closed",
        """
        SELECT e.company_id, 'entry ' || e.key,
            'dated ' || e.dated_on || ', recorded ' || e.recorded_at || ', month closed ' || p.closed_at
        FROM ledger_entry e JOIN ledger_period p
            ON p.company_id = e.company_id AND p.month = date_trunc('month', e.dated_on)::date
        WHERE e.recorded_at > p.closed_at
        """,
    ),
    Check(
        "nothing was applied in a month after it was closed",
        """
        SELECT d.company_id, 'allocation ' || a.id,
            'dated ' || a.dated_on || ', recorded ' || a.recorded_at || ', month closed ' || p.closed_at
        FROM ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id JOIN ledger_period p
            ON p.company_id = d.company_id AND p.month = date_trunc('month', a.dated_on)::date
        WHERE a.recorded_at > p.closed_at
        """,
    ),
]


def run_checks(checks: list[Check]) -> list[Finding]:
    """What the checks find, in their order."""
    return [finding for check in checks for finding in check.find()]
