"""The sums of accounts on any day: from those of past days that the database keeps, and the lines that came since."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

AT_ONCE = 200_000
"""Lines that are summed at once, while which nothing is posted: well below a second."""
UP_TO = """
    SELECT account_id, currency, sum(amount), sum(company_amount) FROM (
        SELECT account_id, currency, amount, company_amount FROM ledger_daysum
        WHERE account_id = ANY(%(accounts)s) AND dated_on <= %(on)s
        UNION ALL
        SELECT account_id, currency, amount, company_amount FROM ledger_line
        WHERE id BETWEEN (SELECT coalesce(max(line_id), 0) + 1 FROM ledger_summeduntil) AND (SELECT 9223372036854775807)
            AND account_id = ANY(%(accounts)s) AND dated_on <= %(on)s
    ) AS sums GROUP BY account_id, currency
"""
# Two bounds that the planner does not know make it expect few lines, as there are, and go by their ids.


class Balance(NamedTuple):
    """What an account's lines add up to in a currency, in it and in the company's."""

    account_id: int
    currency: str
    amount: Decimal
    company_amount: Decimal


def balances_on(account_ids: Iterable[int], on: date) -> list[Balance]:
    """The accounts' balances at the end of a day, as the book knows them now."""
    with connection.cursor() as cursor:
        cursor.execute(UP_TO, {"accounts": list(account_ids), "on": on})
        return list(map(Balance._make, cursor.fetchall()))


def keep_day_sums() -> int:
    """Sum up the lines that came since, and say how many ids were gone over; may run twice, or at the same time."""
    done = 0
    while summed := _sum_some():
        done += summed
    return done


def _sum_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_keep_day_sums(%s)", [AT_ONCE])
        return int(cursor.fetchone()[0])
