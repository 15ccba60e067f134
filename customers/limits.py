"""How much of each limit is used, for lists: the sums of `customers.exposure`, as the database says them."""

from datetime import date
from decimal import Decimal

from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, NullIf, Round

from customers.exposure import PARTS, Part, Rates, rates_on
from customers.models import Customer
from ledger.fields import AmountField
from ledger.money import places
from office.models import Company

EXACT = DecimalField(max_digits=60, decimal_places=30)


def with_limit_used(customers: QuerySet[Customer], company: Company, on: date) -> QuerySet[Customer]:
    """Add `limit_now`, `exposure` in the customer's currency, and `limit_used` in percent, zero without a limit."""
    rates = rates_on(company, on)
    rows = customers.annotate(
        limit_now=_limit(on), exposure=sum((_part(part, rates) for part in PARTS.values()), ZERO_)
    )
    share = Greatest(F("exposure"), ZERO_) * 100 / NullIf(F("limit_now"), ZERO_)
    return rows.annotate(limit_used=Coalesce(share, ZERO_, output_field=EXACT))


def over_limit(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Of customers with their limit used those who passed it."""
    return customers.filter(exposure__gt=F("limit_now"))


def used_words(customer: Customer) -> str:
    """How much is used, as "83 %"; nothing without a limit."""
    if customer.limit_now is None:
        return ""
    if not customer.limit_now:
        return "over" if customer.exposure > 0 else "0 %"
    return f"{int(customer.limit_used):,} %"


ZERO_ = Value(Decimal(0), output_field=AmountField())


def _limit(on: date) -> Case:
    return Case(
        When(temporary_limit_until__gte=on, then=F("temporary_limit")),
        default=F("credit_limit"),
        output_field=AmountField(),
    )


def _part(part: Part, rates: Rates) -> Coalesce:
    """One part of a customer's exposure: what is in their own currency, and the rest at the day's rates."""
    rows = part.rows().filter(customer_id=OuterRef("pk")).order_by().values("customer_id")
    is_own = Q(currency=OuterRef("currency"))
    own = rows.filter(is_own).annotate(sum=Sum(part.amount)).values("sum")
    worth = Case(*(When(currency=c, then=part.amount * _exact(rate)) for c, rate in rates.items()), output_field=EXACT)
    others = rows.filter(~is_own, currency__in=list(rates)).annotate(sum=Sum(worth)).values("sum")
    return Coalesce(Subquery(own), ZERO_, output_field=AmountField()) + Coalesce(
        _rounded(Subquery(others, output_field=EXACT), rates), ZERO_, output_field=AmountField()
    )


def _rounded(worth: Subquery, rates: Rates) -> Case:
    """An amount of the company's currency in the customer's own, in that currency's places."""
    by_currency = [
        When(currency=currency, then=Round(worth / _exact(rate), precision=places(currency)))
        for currency, rate in rates.items()
    ]
    return Case(*by_currency, default=None, output_field=EXACT)


def _exact(rate: Decimal) -> Value:
    return Value(rate, output_field=EXACT)
