from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import groupby
from random import Random

from django.db import transaction

from customers.models import Customer
from ledger.allocating import Pair
from ledger.models import ItemKind, OpenItem
from office.models import Company, User
from payments.habits import Debt, Payment, payments_of
from payments.models import Receipt
from payments.operations.apply_credits import apply_in_bulk
from payments.operations.record_receipt import ReceiptDetails, record_receipts

Planned = tuple[int, str, Payment]
"""A customer's id, the payment's own id, and the payment."""


def simulate_receipts(
    company: Company,
    *,
    seed: int,
    until: date,
    by: User | None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Counter[str]:
    """Pay what is open as real customers do, up to a day; returns figures by name.

    The same book and seed give the same receipts. A seed that was used before pays nothing twice.
    """
    planned = sorted(_plan(company, seed, until), key=lambda row: (row[2].paid_on, row[1]))
    known = set(
        Receipt.objects.filter(company=company, external_id__startswith=f"simulated-{seed}-").values_list(
            "external_id", flat=True
        )
    )
    planned = [row for row in planned if row[1] not in known]
    figures: Counter[str] = Counter()
    for day, rows in groupby(planned, key=lambda row: row[2].paid_on):
        figures += _receive(company, day, list(rows), by)
        progress(figures["Receipts"], len(planned))
    return figures


def _plan(company: Company, seed: int, until: date) -> list[Planned]:
    """Everything that every customer pays, each by habits drawn from the seed and their own number."""
    numbers = dict(Customer.objects.filter(company=company).values_list("pk", "number"))
    items = OpenItem.objects.filter(company_id=company.pk, kind=ItemKind.INVOICE).exclude(balance=0)
    columns = ("customer_id", "pk", "reference", "dated_on", "due_on", "balance", "currency")
    rows = items.order_by("customer_id", "dated_on", "pk").values_list(*columns)
    planned: list[Planned] = []
    for customer_id, theirs in groupby(rows, key=lambda row: row[0]):
        chance = Random(f"{seed}:{numbers[customer_id]}")  # noqa: S311  a play, no secret
        payments = payments_of([Debt(*row[1:]) for row in theirs], chance)
        seen: Counter[str] = Counter()
        for payment in payments:
            first = payment.debts[0].reference
            seen[first] += 1
            planned.append((customer_id, f"simulated-{seed}-{first}-{seen[first]}", payment))
    return [row for row in planned if row[2].paid_on <= until]


@transaction.atomic
def _receive(company: Company, day: date, rows: list[Planned], by: User | None) -> Counter[str]:
    """Record a day's receipts and apply them."""
    batch = [
        ReceiptDetails(
            customer_id, day, payment.amount, payment.currency, reference=payment.reference, external_id=external_id
        )
        for customer_id, external_id, payment in rows
    ]
    receipts = record_receipts(company, batch, by=by)
    credits = dict(OpenItem.objects.filter(entry__in=[r.entry_id for r in receipts]).values_list("entry_id", "pk"))
    pairs = [
        Pair(item_id, credits[receipt.entry_id], amount)
        for receipt, (_, _, payment) in zip(receipts, rows, strict=True)
        for item_id, amount in payment.shares
    ]
    if pairs:
        apply_in_bulk(company, pairs, dated_on=day, by=by, reason="Simulated")
    return _figures([payment for _, _, payment in rows])


def _figures(payments: list[Payment]) -> Counter[str]:
    return Counter(
        {
            "Receipts": len(payments),
            "Received after the due date": sum(p.paid_on > max(d.due_on for d in p.debts) for p in payments),
            "For several invoices": sum(len(p.debts) > 1 for p in payments),
            "Short": sum(p.amount < sum(d.amount for d in p.debts) for p in payments),
            "With something left on account": sum(p.amount > sum(share for _, share in p.shares) for p in payments),
            "Naming no invoice": sum(not p.names_invoices for p in payments),
            "Allocations": sum(len(p.shares) for p in payments),
        }
    )
