"""The days on which open items are to be paid, to the database: as agreed by the end of a day, and known at a moment.

`parts_sql` adds common table expressions to one that is named `opened` and has the columns id, due_on (as the document
says) and open. Parameters: company_id, on, and known_at where given. What it says of a plan is what `spread.py` says.
"""

from datetime import date, datetime

from django.db import connection


def companies_with_other_days(on: date, known_at: datetime | None = None) -> set[int]:
    """The companies where anything that was open on a day was put off, or in a plan: of all others the documents' own
    days say it all.

    One quick question before the long ones; of items each is looked up by its id, as few were ever put off.
    """
    unknown = " OR closed_at > %(known_at)s" if known_at else ""
    was_open = "" if known_at else " AND i.open_during @> %(on)s::date"
    sql = f"""
        SELECT company_id FROM credit_control_paymentplan
        WHERE accepted_on <= %(on)s AND (closed_on IS NULL OR closed_on > %(on)s{unknown})
        UNION
        SELECT (SELECT i.company_id FROM ledger_openitem i WHERE i.id = c.item_id{was_open})
        FROM credit_control_duedaychange c
    """  # noqa: S608  our own texts
    with connection.cursor() as cursor:
        cursor.execute(sql, {"on": on, "known_at": known_at})
        return {company_id for (company_id,) in cursor.fetchall() if company_id}


def parts_sql(known_at: datetime | None) -> str:
    """The common table expressions `lying` (item_id, amount: what of items is in a plan) and `parts` (id, due_on, open,
    is_planned: what of each item is to be paid when)."""
    put_off = " AND created_at <= %(known_at)s" if known_at else ""
    agreed = " AND accepted_at <= %(known_at)s" if known_at else ""
    unknown = " OR closed_at > %(known_at)s" if known_at else ""
    return f"""
        changed AS MATERIALIZED (
            SELECT DISTINCT ON (item_id) item_id, c.due_on
            FROM credit_control_duedaychange c JOIN opened ON opened.id = c.item_id
            WHERE (created_at AT TIME ZONE (SELECT time_zone FROM office_company WHERE id = %(company_id)s))::date
                <= %(on)s{put_off}
            ORDER BY item_id, c.id DESC
        ),
        standing AS MATERIALIZED (
            SELECT id, amount FROM credit_control_paymentplan
            WHERE company_id = %(company_id)s AND accepted_on <= %(on)s{agreed}
                AND (closed_on IS NULL OR closed_on > %(on)s{unknown})
        ),
        lying AS MATERIALIZED (
            SELECT s.id AS plan_id, o.id AS item_id, least(o.open, i.amount) AS amount,
                s.amount - sum(least(o.open, i.amount)) OVER (PARTITION BY s.id)
                    + sum(least(o.open, i.amount)) OVER (PARTITION BY s.id ORDER BY o.due_on, o.id) AS upto
            FROM standing s JOIN credit_control_planneditem i ON i.plan_id = s.id JOIN opened o ON o.id = i.item_id
            WHERE o.open > 0
        ),
        laid AS (
            SELECT plan_id, due_on, amount, sum(amount) OVER (PARTITION BY plan_id ORDER BY position) AS upto
            FROM credit_control_planinstalment WHERE plan_id IN (SELECT plan_id FROM lying)
        ),
        parts AS MATERIALIZED (
            SELECT l.item_id AS id, k.due_on, true AS is_planned,
                least(l.upto, k.upto) - greatest(l.upto - l.amount, k.upto - k.amount) AS open
            FROM lying l JOIN laid k USING (plan_id)
            WHERE least(l.upto, k.upto) > greatest(l.upto - l.amount, k.upto - k.amount)
            UNION ALL
            SELECT o.id, coalesce(c.due_on, o.due_on), false, o.open - coalesce(l.amount, 0)
            FROM opened o LEFT JOIN lying l ON l.item_id = o.id LEFT JOIN changed c ON c.item_id = o.id
            WHERE o.open <> coalesce(l.amount, 0)
        )
    """  # noqa: S608  our own texts
