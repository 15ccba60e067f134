"""Reading the book: what is open and what is owed, now, on any past day, and as known at any moment."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, Sum

from ledger.day_sums import balances_on
from ledger.models import Account, AccountRole, Allocation, Line, OpenItem


class OpenOnDay(NamedTuple):
    """An open item as it stood on a day; `open` is what was left of `amount` then, with its sign."""

    id: int
    customer_id: int
    entry_id: int
    kind: str
    reference: str
    dated_on: date
    due_on: date
    currency: str
    amount: Decimal
    open: Decimal


# After the last day of all allocations each item's kept balance says the same: the database asks one branch, and skips
# the other. In the second the side's condition stands inside: an item's allocations are one look into one index.
OPEN_ON_DAY = """
    SELECT i.id, i.customer_id, i.entry_id, i.kind, i.reference, i.dated_on, i.due_on, i.currency, i.amount,
           i.balance AS open
    FROM ledger_openitem i
    WHERE i.company_id = %(company_id)s AND i.balance <> 0 AND i.dated_on <= %(on)s
      AND NOT EXISTS (SELECT FROM ledger_allocation WHERE dated_on > %(on)s)
    UNION ALL
    SELECT i.id, i.customer_id, i.entry_id, i.kind, i.reference, i.dated_on, i.due_on, i.currency, i.amount,
           i.amount - coalesce(settled.amount, 0) AS open
    FROM ledger_openitem i
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount FROM (
            SELECT a.amount FROM ledger_allocation a
                WHERE i.amount > 0 AND a.debit_id = i.id AND a.dated_on <= %(on)s
            UNION ALL
            SELECT -a.amount FROM ledger_allocation a
                WHERE i.amount < 0 AND a.credit_id = i.id AND a.dated_on <= %(on)s
        ) AS sides
    ) AS settled ON true
    WHERE i.company_id = %(company_id)s AND i.open_during @> %(on)s::date
      AND i.amount <> coalesce(settled.amount, 0)
      AND EXISTS (SELECT FROM ledger_allocation WHERE dated_on > %(on)s)
"""

OPEN_ON_DAY_AS_KNOWN = """
    SELECT i.id, i.customer_id, i.entry_id, i.kind, i.reference, i.dated_on, i.due_on, i.currency, i.amount,
           i.amount - coalesce(settled.amount, 0) AS open
    FROM ledger_openitem i
    LEFT JOIN (
        SELECT item_id, sum(amount) AS amount FROM (
            SELECT debit_id AS item_id, amount FROM ledger_allocation
                WHERE dated_on <= %(on)s AND recorded_at <= %(known_at)s
            UNION ALL
            SELECT credit_id, -amount FROM ledger_allocation
                WHERE dated_on <= %(on)s AND recorded_at <= %(known_at)s
        ) AS sides GROUP BY item_id
    ) AS settled ON settled.item_id = i.id
    WHERE i.company_id = %(company_id)s AND i.dated_on <= %(on)s AND i.recorded_at <= %(known_at)s
      AND i.amount <> coalesce(settled.amount, 0)
"""


def open_on_day_sql(known_at: datetime | None) -> str:
    """The query of every figure that is owed on a day. Parameters: company_id, on, and known_at where given."""
    return OPEN_ON_DAY_AS_KNOWN if known_at else OPEN_ON_DAY


def carried_on_day_sql(known_at: datetime | None) -> str:
    """The same items with `company_amount` and `carried`, what they stand for in the company's currency.

    That is the amount that was entered, less what allocations took of it. Parameters: as above, and own, the company's
    currency.
    """
    known = " AND a.recorded_at <= %(known_at)s" if known_at else ""
    return f"""
        SELECT items.*, coalesce(i.company_amount, items.amount) AS company_amount,
            CASE WHEN i.id IS NULL OR i.company_amount = i.amount THEN items.open
                ELSE i.company_amount - coalesce(settled.amount, 0) END AS carried
        FROM ({open_on_day_sql(known_at)}) AS items
        LEFT JOIN ledger_openitem i ON i.id = items.id AND items.currency <> %(own)s
        LEFT JOIN LATERAL (
            SELECT sum(amount) AS amount FROM (
                SELECT a.debit_company_amount AS amount FROM ledger_allocation a
                    WHERE i.amount > 0 AND a.debit_id = i.id AND a.dated_on <= %(on)s{known}
                UNION ALL
                SELECT -a.credit_company_amount FROM ledger_allocation a
                    WHERE i.amount < 0 AND a.credit_id = i.id AND a.dated_on <= %(on)s{known}
            ) AS sides
        ) AS settled ON i.company_amount <> i.amount
    """  # noqa: S608


def open_items_on(
    company_id: int,
    on: date,
    *,
    customer_id: int | None = None,
    known_at: datetime | None = None,
) -> list[OpenOnDay]:
    """What stood open on a day, by due day; with `known_at`, as the book knew it at that moment."""
    only = "" if customer_id is None else "WHERE customer_id = %(customer_id)s"
    sql = f"SELECT * FROM ({open_on_day_sql(known_at)}) AS open_items {only} ORDER BY due_on, dated_on, id"  # noqa: S608
    parameters = {
        "company_id": company_id,
        "on": on,
        "known_at": known_at,
        "customer_id": customer_id,
    }
    return [OpenOnDay(*row) for row in _rows(sql, parameters)]


def allocations_of(entry_id: int | None) -> list[Allocation]:
    """What the open items of an entry were applied to and what was applied to them, in order; undone ones with their
    undoing. Asked for by the items' ids: each side has an index, which a join over both could not use.
    """
    items = list(OpenItem.objects.filter(entry=entry_id)) if entry_id else []
    rows = Allocation.objects.filter(Q(debit__in=items) | Q(credit__in=items))
    return list(rows.select_related("debit", "credit", "reverses", "reversed_by").order_by("dated_on", "id"))


def owed_on(company_id: int, on: date, *, customer_id: int, known_at: datetime | None = None) -> dict[str, Decimal]:
    """What a customer owed on a day, by currency; negative where we owed them."""
    owed: dict[str, Decimal] = {}
    for item in open_items_on(company_id, on, customer_id=customer_id, known_at=known_at):
        owed[item.currency] = owed.get(item.currency, Decimal(0)) + item.open
    return owed


def control_balance(
    company_id: int, on: date, *, known_at: datetime | None = None
) -> dict[str, tuple[Decimal, Decimal]]:
    """The receivable account's balance at the end of a day: per currency, in it and in the company's."""
    receivable = Account.objects.filter(company_id=company_id, role=AccountRole.RECEIVABLE)
    if not known_at:
        balances = balances_on([account.pk for account in receivable], on)
        return {row.currency: (row.amount, row.company_amount) for row in balances}
    lines = Line.objects.filter(account__in=receivable, dated_on__lte=on, entry__recorded_at__lte=known_at)
    sums = lines.values_list("currency").annotate(Sum("amount"), Sum("company_amount"))
    return {currency: (amount, company_amount) for currency, amount, company_amount in sums}


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
