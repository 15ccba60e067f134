"""What of items is late where another day was agreed on: told to the rooms that may not ask here."""

from datetime import date

from django.db import connection

from credit_control.plans.sql import companies_with_other_days, parts_sql
from ledger.agreed_days import Late


def late_by_agreement(on: date, last: date) -> dict[int, Late]:
    """By what holds on a day: what of items that were put off, or are in a plan, was to be paid by a last day; of those
    that are late by the agreement, or by their documents."""
    found: dict[int, Late] = {}
    for company_id in companies_with_other_days(on):
        found |= _of_company(company_id, on, last)
    return found


def _of_company(company_id: int, on: date, last: date) -> dict[int, Late]:
    sql = f"""
        WITH opened AS MATERIALIZED (
            SELECT id, due_on, balance AS open FROM ledger_openitem
            WHERE company_id = %(company_id)s AND balance > 0 AND id IN (
                SELECT item_id FROM credit_control_duedaychange
                UNION SELECT item_id FROM credit_control_planneditem WHERE released_at IS NULL)
        ),
        {parts_sql(None)}
        SELECT parts.id, coalesce(sum(parts.open) FILTER (WHERE parts.due_on <= %(last)s), 0),
            min(parts.due_on) FILTER (WHERE parts.due_on <= %(last)s)
        FROM parts JOIN opened ON opened.id = parts.id
        GROUP BY parts.id, opened.due_on HAVING least(opened.due_on, min(parts.due_on)) <= %(last)s
    """  # noqa: S608  our own texts
    with connection.cursor() as cursor:
        cursor.execute(sql, {"company_id": company_id, "on": on, "last": last})
        return {item: Late(amount, since) for item, amount, since in cursor.fetchall()}
