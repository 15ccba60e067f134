"""What of items is not late because another day was agreed on: told to the rooms that may not ask here."""

from datetime import date
from decimal import Decimal

from django.db import connection

from credit_control.models import DueDayChange, PaymentPlan, PlanStatus
from credit_control.plans.sql import parts_sql


def excuses(on: date) -> dict[int, Decimal]:
    """Of items that are late by their documents, what of each was put off to a day, or is due with an instalment, that
    is not past."""
    plans = PaymentPlan.objects.filter(status=PlanStatus.ACCEPTED).order_by()
    put_off = DueDayChange.objects.filter(item__balance__gt=0, due_on__gte=on).order_by()
    companies = plans.values_list("company").union(put_off.values_list("item__company_id"))
    return {item_id: amount for (company_id,) in companies for item_id, amount in _of_company(company_id, on).items()}


def _of_company(company_id: int, on: date) -> dict[int, Decimal]:
    sql = f"""
        WITH opened AS MATERIALIZED (
            SELECT id, due_on, balance AS open FROM ledger_openitem
            WHERE company_id = %(company_id)s AND balance > 0 AND id IN (
                SELECT item_id FROM credit_control_duedaychange
                UNION SELECT item_id FROM credit_control_planneditem WHERE released_at IS NULL)
        ),
        {parts_sql(None)}
        SELECT parts.id, sum(parts.open) FROM parts JOIN opened ON opened.id = parts.id
        WHERE opened.due_on < %(on)s AND parts.due_on >= %(on)s GROUP BY parts.id
    """  # noqa: S608  our own texts
    with connection.cursor() as cursor:
        cursor.execute(sql, {"company_id": company_id, "on": on})
        return dict(cursor.fetchall())
