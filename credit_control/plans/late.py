"""What of items is late where another day was agreed on: told to the rooms that may not ask here."""

from collections.abc import Collection
from datetime import date

from django.db import connection

from credit_control.plans.sql import companies_with_other_days, parts_sql
from ledger.agreed_days import Coming, Late


def late_by_agreement(on: date, last: date) -> dict[int, Late]:
    """By what holds on a day: what of items that were put off, or are in a plan, was to be paid by a last day; of those
    that are late by the agreement, or by their documents."""
    found: dict[int, Late] = {}
    for company_id in companies_with_other_days(on):
        found |= _of_company(company_id, on, last)
    return found


def coming_by_agreement(on: date, items: Collection[int]) -> dict[int, Coming]:
    """By what holds on a day: of these items those that were put off, or are in a plan, with their next part."""
    found: dict[int, Coming] = {}
    for company_id in companies_with_other_days(on) if items else ():
        found |= _coming_of_company(company_id, on, items)
    return found


AGREED_ITEMS = """opened AS MATERIALIZED (
            SELECT id, due_on, balance AS open FROM ledger_openitem
            WHERE company_id = %(company_id)s AND balance > 0 AND id IN (
                SELECT item_id FROM credit_control_duedaychange
                UNION SELECT item_id FROM credit_control_planneditem WHERE released_at IS NULL)
        )"""
"""What was put off or planned; a plan's items are all there, as its instalments lie on all of them."""


def _of_company(company_id: int, on: date, last: date) -> dict[int, Late]:
    sql = f"""
        WITH {AGREED_ITEMS},
        {parts_sql(None)}
        SELECT parts.id, coalesce(sum(parts.open) FILTER (WHERE parts.due_on <= %(last)s), 0),
            min(parts.due_on) FILTER (WHERE parts.due_on <= %(last)s)
        FROM parts JOIN opened ON opened.id = parts.id
        GROUP BY parts.id, opened.due_on HAVING least(opened.due_on, min(parts.due_on)) <= %(last)s
    """  # noqa: S608  our own texts
    with connection.cursor() as cursor:
        cursor.execute(sql, {"company_id": company_id, "on": on, "last": last})
        return {item: Late(amount, since) for item, amount, since in cursor.fetchall()}


def _coming_of_company(company_id: int, on: date, items: Collection[int]) -> dict[int, Coming]:
    sql = f"""
        WITH {AGREED_ITEMS},
        {parts_sql(None)}
        SELECT DISTINCT ON (id) id, due_on, sum(open) FROM parts WHERE due_on >= %(on)s AND id = ANY(%(items)s)
        GROUP BY id, due_on ORDER BY id, due_on
    """  # noqa: S608  our own texts
    with connection.cursor() as cursor:
        cursor.execute(sql, {"company_id": company_id, "on": on, "items": list(items)})
        return {item: Coming(due_on, amount) for item, due_on, amount in cursor.fetchall()}
