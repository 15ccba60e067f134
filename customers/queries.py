"""Reading customers with what they owe."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from customers.models import Customer, CustomerAccount
from ledger.agreed_days import ItemWithLate, late_items, late_part
from ledger.fields import AmountField
from ledger.models import OpenItem


def with_owed(customers: QuerySet[Customer], on: date) -> QuerySet[Customer]:
    """Add `balance`, `overdue` (both in the customer's own currency) and `oldest_due`, as they read on a day."""
    items = OpenItem.objects.filter(
        company_id=OuterRef("company_id"), customer_id=OuterRef("pk"), currency=OuterRef("currency")
    )
    open_now = items.exclude(balance=0).order_by().values("customer_id")
    late = late_items(open_now, on)
    return customers.annotate(
        balance=_amount(open_now.annotate(sum=Sum("balance")).values("sum")),
        overdue=_amount(late.annotate(sum=Sum("late")).values("sum")),
        oldest_due=Subquery(late.annotate(first=Min("late_since")).values("first")),
    )


def with_owed_elsewhere(customers: QuerySet[Customer], on: date) -> QuerySet[Customer]:
    """Add `elsewhere`, the currencies besides their own in which customers owe something; and, for filters alone,
    whether they owe any there and whether some of it is late on a day."""
    open_now = OpenItem.objects.filter(company_id=OuterRef("company_id"), customer_id=OuterRef("pk"))
    others = open_now.exclude(Q(balance=0) | Q(currency=OuterRef("currency"))).order_by()
    owed = others.values("currency").annotate(sum=Sum("balance")).filter(sum__gt=0)
    return customers.annotate(elsewhere=ArraySubquery(owed.order_by("currency").values("currency"))).alias(
        owes_elsewhere=Exists(owed), late_elsewhere=Exists(late_items(others, on))
    )


def owing(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Of customers with what they owe, also elsewhere, those who owe something in any currency."""
    return customers.filter(Q(balance__gt=0) | Q(owes_elsewhere=True))


def owing_late(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Of these, those of whom something is late in any currency."""
    return customers.filter(Q(overdue__gt=0) | Q(late_elsewhere=True))


def elsewhere_words(customer: Any) -> str:
    """In which other currencies they owe something, beside an amount in their own."""
    return f"and in {', '.join(customer.elsewhere)}" if customer.elsewhere else ""


def free_credits(customer_ids: Collection[int]) -> dict[int, dict[str, Decimal]]:
    """What each of these customers could still use of receipts and credit memos, by currency, without sign."""
    items = OpenItem.objects.filter(customer_id__in=list(customer_ids), balance__lt=0).order_by()
    found: dict[int, dict[str, Decimal]] = {}
    for customer_id, currency, sum_ in items.values_list("customer_id", "currency").annotate(Sum("balance")):
        found.setdefault(customer_id, {})[currency] = -sum_
    return found


def free_credit(customer: Customer) -> dict[str, Decimal]:
    """The same of one customer."""
    return free_credits([customer.pk]).get(customer.pk, {})


def owed_in(items: Iterable[ItemWithLate]) -> list[dict[str, Any]]:
    """The same as `owed_now` of a customer's open items that were read with what of them is late."""
    sums: dict[str, list[Decimal]] = {}
    for item in items:
        owed, late = sums.get(item.currency, [Decimal(0), Decimal(0)])
        sums[item.currency] = [owed + item.balance, late + item.late]
    return [{"currency": currency, "owed": owed, "late": late} for currency, (owed, late) in sorted(sums.items())]


def owed_now(customer: Customer, on: date) -> list[dict[str, Any]]:
    """Balance and overdue amount by currency, as they read on a day."""
    items = OpenItem.objects.filter(customer_id=customer.pk).exclude(balance=0).alias(late_part=late_part(on))
    sums = items.order_by().values("currency")
    rows = sums.annotate(
        owed=Coalesce(Sum("balance"), Decimal(0)),
        late=Coalesce(Sum("late_part"), Decimal(0)),
    ).order_by("currency")
    return [dict(row) for row in rows]


def _amount(sums: QuerySet[OpenItem, Any]) -> Coalesce:
    return Coalesce(Subquery(sums), Decimal(0), output_field=AmountField())


def in_account_state(accounts: QuerySet[CustomerAccount], state: str) -> QuerySet[CustomerAccount]:
    """Of bank accounts those in a state, as `CustomerAccount.state` says it."""
    wanted = {
        "closed": Q(closed_at__isnull=False),
        "waiting": Q(closed_at=None, confirmed_at=None),
        "blocked": Q(closed_at=None, confirmed_at__isnull=False, blocked_at__isnull=False),
        "usable": Q(closed_at=None, confirmed_at__isnull=False, blocked_at=None),
    }
    return accounts.filter(wanted.get(state, Q(pk=None)))
