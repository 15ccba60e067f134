"""How much of each limit is used, for lists: the sums of `customers.exposure`, as the database says them."""

from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

from django.db.models import (
    Case,
    DecimalField,
    F,
    Field,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, NullIf, Round
from django_stubs_ext import WithAnnotations

from customers.exposure import Part, Rates, parts_of, rates_on
from customers.models import Customer, HoldPolicy, hold_policy_of
from ledger.fields import AmountField
from ledger.money import places
from office.models import Company

EXACT = DecimalField(max_digits=60, decimal_places=30)
NOTHING = Value(Decimal(0), output_field=AmountField())


class LimitUsed(TypedDict):
    limit_now: Decimal | None
    exposure: Decimal
    limit_used: Decimal


CustomerWithLimitUsed: TypeAlias = "WithAnnotations[Customer, LimitUsed]"


def with_limit_used(
    customers: QuerySet[Customer], company: Company, on: date, policy: HoldPolicy | None = None
) -> QuerySet[CustomerWithLimitUsed]:
    """Add `limit_now`; `exposure`, in the customer's currency; and `limit_used`, in percent. Zero without a limit.

    What counts is what the company's policy says, or another one that is tried.
    """
    rates = rates_on(company, on)
    counted = parts_of(policy or hold_policy_of(company))
    exposure = sum((_part(part, rates) for part in counted), NOTHING)
    rows = customers.annotate(limit_now=_limit(on)).annotate(
        exposure=Case(When(limit_now__isnull=False, then=exposure), default=NOTHING, output_field=AmountField())
    )
    share = Greatest(F("exposure"), NOTHING) * 100 / NullIf(F("limit_now"), NOTHING)
    return rows.annotate(limit_used=Coalesce(share, NOTHING, output_field=EXACT))


def over_limit(customers: QuerySet[CustomerWithLimitUsed]) -> QuerySet[CustomerWithLimitUsed]:
    """Of customers with their limit used those who passed it."""
    return customers.filter(exposure__gt=F("limit_now"))


def used_words(customer: CustomerWithLimitUsed) -> str:
    """How much is used, as "83 %"; nothing without a limit."""
    if customer.limit_now is None:
        return ""
    if not customer.limit_now:
        return "over" if customer.exposure > 0 else "0 %"
    return f"{int(customer.limit_used):,} %"


def _limit(on: date) -> Case:
    return Case(
        When(temporary_limit_until__gte=on, then=F("temporary_limit")),
        default=F("credit_limit"),
        output_field=AmountField(),
    )


def _part(part: Part, rates: Rates) -> Combinable:
    """One part of a customer's exposure: what is in their own currency, and the rest at the day's rates."""
    theirs = part.rows().filter(company_id=OuterRef("company_id"), customer_id=OuterRef("pk"))
    rows = theirs.order_by().values("customer_id")
    is_own = Q(currency=OuterRef("currency"))
    own = Coalesce(Subquery(rows.filter(is_own).annotate(sum=Sum(part.amount)).values("sum")), NOTHING)
    if len(rates) < 2:
        return own
    worth = Sum(part.amount * _by_currency(rates, EXACT), output_field=EXACT)
    others = rows.filter(~is_own, currency__in=list(rates)).annotate(sum=worth).values("sum")
    digits = _by_currency({currency: places(currency) for currency in rates}, IntegerField())
    exchanged = Round(Subquery(others, output_field=EXACT) / _by_currency(rates, EXACT), precision=digits)  # type: ignore[arg-type]  # it takes an expression
    return own + Coalesce(exchanged, NOTHING, output_field=AmountField())


def _by_currency(values: dict[str, Any], kind: Field) -> Case:
    """What stands for the row's currency; nothing where that is not among them."""
    return Case(
        *(When(currency=c, then=Value(value, output_field=kind)) for c, value in values.items()), output_field=kind
    )
