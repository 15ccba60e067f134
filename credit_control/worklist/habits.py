"""How customers pay: the papers they settled in the last year, by how late."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.urls import reverse

from customers.models import Customer

LOOKS_BACK = timedelta(days=365)
FEW = 3
"""Papers settled in a year from which somebody has a habit."""
STEPS = ((0, "In time"), (7, "1 to 7 days late"), (30, "8 to 30"), (60, "31 to 60"), (None, "Over 60"))
SETTLED = """
    SELECT greatest(coalesce(upper(open_during), dated_on) - due_on, 0) FROM ledger_openitem
    WHERE customer_id = %(customer)s AND amount > 0 AND balance = 0 AND due_on BETWEEN %(since)s AND %(today)s
        AND NOT upper_inf(open_during)
"""
USUAL = """
    SELECT customer_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(upper(open_during), dated_on) - due_on)
    FROM ledger_openitem
    WHERE customer_id = ANY (%(customers)s) AND amount > 0 AND balance = 0
        AND due_on BETWEEN %(since)s AND %(today)s AND NOT upper_inf(open_during)
    GROUP BY customer_id HAVING count(*) >= %(few)s
"""


def usual_days(customer_ids: Collection[int], today: date) -> dict[int, int]:
    """How many days late each of these customers usually pays, less than nothing if early; of who has a habit."""
    with connection.cursor() as cursor:
        cursor.execute(
            USUAL, {"customers": list(customer_ids), "since": today - LOOKS_BACK, "today": today, "few": FEW}
        )
        return {customer_id: round(days) for customer_id, days in cursor.fetchall()}


def habit_bars(customer: Customer, today: date) -> list[dict[str, Any]]:
    """How many papers were settled how late, as bars; none where nothing was."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, {"customer": customer.pk, "since": today - LOOKS_BACK, "today": today})
        days = [row[0] for row in cursor.fetchall()]
    counts = dict.fromkeys((words for _, words in STEPS), 0)
    for late in days:
        counts[next(words for most, words in STEPS if most is None or late <= most)] += 1
    url = f"{reverse('billing:invoice_list')}?q={customer.number}&state=paid"
    bars = [{"label": words, "amount": count, "text": str(count), "url": url} for words, count in counts.items()]
    return bars if days else []
