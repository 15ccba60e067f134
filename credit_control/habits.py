"""How a customer pays: the papers they settled in the last year, by how late."""

from datetime import date
from typing import Any

from django.db import connection
from django.urls import reverse

from credit_control.worklist import LOOKS_BACK
from customers.models import Customer

STEPS = ((0, "In time"), (7, "1 to 7 days late"), (30, "8 to 30"), (60, "31 to 60"), (None, "Over 60"))
SETTLED = """
    SELECT greatest(coalesce(upper(open_during), dated_on) - due_on, 0) FROM ledger_openitem
    WHERE customer_id = %(customer)s AND amount > 0 AND balance = 0 AND due_on BETWEEN %(since)s AND %(today)s
        AND NOT upper_inf(open_during)
"""


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
