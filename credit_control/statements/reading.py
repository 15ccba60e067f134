"""The accounts of many customers as of a day, from the book alone, in as many queries as for one.

A document comes before what is paid on the same day; after that, what was entered first. A payment is one line however
many documents it settled. What a declared payer paid for somebody else moves both accounts on the day it was applied.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from credit_control.plans.sql import companies_with_other_days, parts_sql
from credit_control.statements.figures import ZERO, Movement, OpenLine, Part, aged
from customers.models import DeclaredPayer
from ledger.balances import open_on_day_sql
from ledger.models import ItemKind
from ledger.snapshot import snapshot

PAID_FOR, USED_FOR = "paid_for", "used_for"
"""Kinds of movements that are no items: another paid for this customer, or this customer's money paid for another."""

DOCUMENTS = [
    ItemKind.OPENING,
    ItemKind.INVOICE,
    ItemKind.DEBIT_NOTE,
    ItemKind.FEE,
    ItemKind.INTEREST,
    ItemKind.CREDIT_MEMO,
]

Key = tuple[int, str]
"""A customer's id and a currency."""

ITEMS = f"""
    SELECT customer_id, currency, id, entry_id, kind, reference, dated_on, due_on, amount, open,
        least(greatest(open, 0), coalesce((
            SELECT sum(d.amount) FROM billing_disputedamount d
            WHERE d.item_id = items.id AND d.held_on <= %(on)s AND (d.released_on IS NULL OR d.released_on > %(on)s)
        ), 0)) AS disputed
    FROM ({open_on_day_sql(None)}) AS items
    WHERE customer_id = ANY (%(customer_ids)s)
    ORDER BY customer_id, currency, due_on, dated_on, id
"""  # noqa: S608  our own texts

OTHER_DAYS = f"""
    WITH opened AS MATERIALIZED (
        SELECT id, due_on, open FROM ({open_on_day_sql(None)}) AS items
        WHERE customer_id = ANY (%(customer_ids)s) AND open > 0
    ), {parts_sql(None)}
    SELECT id, parts.due_on, parts.open FROM parts JOIN opened USING (id)
    WHERE parts.is_planned OR parts.due_on <> opened.due_on OR id IN (SELECT item_id FROM lying)
    ORDER BY parts.due_on
"""  # noqa: S608  our own texts

OWN = """
    SELECT customer_id, currency, entry_id, kind, reference, dated_on, amount, recorded_at, id AS place
    FROM ledger_openitem
    WHERE company_id = %(company_id)s AND customer_id = ANY (%(customer_ids)s) AND dated_on <= %(on)s
"""

FOR_OTHERS = """
    UNION ALL
    SELECT d.customer_id, d.currency, c.entry_id, 'paid_for', c.reference, a.dated_on, -a.amount, a.recorded_at, a.id
    FROM ledger_openitem d JOIN ledger_allocation a ON a.debit_id = d.id JOIN ledger_openitem c ON c.id = a.credit_id
    WHERE d.customer_id = ANY (%(with_payers)s) AND c.customer_id <> d.customer_id AND a.dated_on <= %(on)s
        AND d.company_id = %(company_id)s
    UNION ALL
    SELECT c.customer_id, c.currency, d.entry_id, 'used_for', d.reference, a.dated_on, a.amount, a.recorded_at, a.id
    FROM ledger_openitem c JOIN ledger_allocation a ON a.credit_id = c.id JOIN ledger_openitem d ON d.id = a.debit_id
    WHERE c.customer_id = ANY (%(with_payers)s) AND c.customer_id <> d.customer_id AND a.dated_on <= %(on)s
        AND c.company_id = %(company_id)s
"""

MOVEMENTS = """
    WITH moved AS MATERIALIZED (
        SELECT moved.*, dated_on < %(from_on)s AND (known_at IS NULL OR recorded_at <= known_at) AS is_before
        FROM ({moved}) AS moved
        LEFT JOIN unnest(%(told)s::bigint[], %(told_at)s::timestamptz[]) AS told (customer_id, known_at)
            USING (customer_id)
    )
    SELECT customer_id, currency, NULL::bigint, '', '', NULL::date, sum(amount), -1 AS rank, 0 AS place
    FROM moved WHERE is_before GROUP BY customer_id, currency
    UNION ALL
    SELECT customer_id, currency, entry_id, kind, reference, dated_on, sum(amount),
        CASE WHEN kind = ANY (%(documents)s) THEN 0 ELSE 1 END, min(place)
    FROM moved WHERE NOT is_before GROUP BY customer_id, currency, entry_id, kind, reference, dated_on
        HAVING sum(amount) <> 0
    ORDER BY 1, 2, 6 NULLS FIRST, 8, 9
"""


def parts_of(
    company_id: int,
    customer_ids: Collection[int],
    *,
    from_on: date,
    on: date,
    known_at: Mapping[int, datetime] | None = None,
) -> dict[int, list[Part]]:
    """Each customer's account by currency, of the days from one to another.

    `known_at` says when a customer was told of the days before: what was entered later is a movement of this period.
    """
    ids, known_at = list(customer_ids), known_at or {}
    parameters = {
        "company_id": company_id,
        "customer_ids": ids,
        "from_on": from_on,
        "on": on,
        "with_payers": with_payers(ids),
        "told": list(known_at),
        "told_at": list(known_at.values()),
        "documents": [str(kind) for kind in DOCUMENTS],
    }
    moved = OWN + FOR_OTHERS if parameters["with_payers"] else OWN
    with snapshot():
        movements = _rows(MOVEMENTS.format(moved=moved), parameters)
        items = _rows(ITEMS, parameters)
        other_days = _rows(OTHER_DAYS, parameters) if company_id in companies_with_other_days(on) else []
    parts: dict[Key, Part] = {}
    _read_movements(parts, movements)
    _read_items(parts, items, on, _days_of(other_days))
    found: dict[int, list[Part]] = {customer_id: [] for customer_id in ids}
    for customer_id, currency in sorted(parts):
        part = parts[customer_id, currency]
        if not part.is_idle:
            found[customer_id].append(part)
    return found


def with_payers(customer_ids: Collection[int]) -> list[int]:
    """Of these customers those for whom another pays or paid, or who pay or paid for others."""
    ids = set(customer_ids)
    pairs = DeclaredPayer.objects.filter(customer__in=ids).values_list("customer", "payer")
    return sorted(ids & {pk for pair in pairs.union(_as_payers(ids)) for pk in pair})


def _as_payers(ids: Collection[int]) -> Any:
    return DeclaredPayer.objects.filter(payer__in=ids).values_list("customer", "payer")


def _read_movements(parts: dict[Key, Part], rows: list[tuple[Any, ...]]) -> None:
    balance: dict[Key, Decimal] = {}
    for customer_id, currency, entry_id, kind, reference, dated_on, amount, rank, _ in rows:
        key = (customer_id, currency)
        part = parts.setdefault(key, Part(currency))
        balance[key] = balance.get(key, ZERO) + amount
        if rank < 0:
            part.opening = amount
        else:
            part.movements.append(Movement(entry_id, kind, reference, dated_on, amount, balance[key]))


Days = tuple[tuple[date, Decimal], ...]
"""What of an item is to be paid when."""


def _days_of(rows: list[tuple[Any, ...]]) -> dict[int, Days]:
    """The days of the items that are not to be paid on their due day, by item."""
    found: dict[int, Days] = {}
    for item_id, pay_on, amount in rows:
        found[item_id] = (*found.get(item_id, ()), (pay_on, amount))
    return found


def _read_items(parts: dict[Key, Part], rows: list[tuple[Any, ...]], on: date, days: Mapping[int, Days]) -> None:
    for customer_id, currency, item_id, *line in rows:
        key = (customer_id, currency)
        part = parts.get(key)
        if part is None:
            part = parts[key] = Part(currency)
        part.items.append(OpenLine._make((*line, days.get(item_id, ()))))
    for part in parts.values():
        part.buckets = aged(part.items, on)


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
