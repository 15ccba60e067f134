"""Which price holds.

The customer's own price list comes first, then that of the customer's group, then the default list of the document's
currency. Of several lists of one kind the use that began last goes first. The first list that has a price of the
product decides: of its rows that are valid on the day, the one with the greatest quantity not above the line's and, of
two such, the one that became valid last. A quantity below zero, for goods that come back, counts as if it were above.
Lists that are retired, or in another currency, hold no price.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from django.db.models import Case, DateField, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from billing.models import Price, PriceListUse, Product, RateKind, Tax
from customers.models import Customer
from ledger.money import round_rate
from office.models import Company

OWN, OF_GROUP, DEFAULT = range(3)
_ALWAYS = date.min
_DIGITS = 60  # so many that no product or quotient of our columns is cut short before it is rounded


@dataclass(frozen=True, slots=True)
class Asked:
    """So much of a product."""

    product: Product
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class HeldPrice:
    """A unit price as the document writes it, and where it comes from: the list, and from which quantity it holds."""

    unit_price: Decimal
    price_list_id: int
    price_list: str
    from_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a document decides its prices. Without a customer only the default lists are asked."""

    company: Company
    customer: Customer | None
    currency: str
    on: date
    prices_include_tax: bool = False


def held_prices(terms: Terms, asked: Sequence[Asked]) -> list[HeldPrice | None]:
    """The price of each, in their order; None where no list has one. One query, however many are asked."""
    rows: dict[int, list[Price]] = {}
    for row in _candidates(terms, {each.product.pk for each in asked}):
        rows.setdefault(row.product_id, []).append(row)
    chosen = [choose(rows.get(each.product.pk, []), each.quantity) for each in asked]
    return [row and _held(row, each.product, terms) for row, each in zip(chosen, asked, strict=True)]


def choose(rows: Iterable[Price], quantity: Decimal) -> Price | None:
    """The row of one product that holds for a quantity, of rows that are valid and come with their list's place.

    `place` is OWN, OF_GROUP or DEFAULT, and `used_since` the day on which the list's use began.
    """
    fitting = [row for row in rows if row.from_quantity <= abs(quantity)]
    return max(fitting, key=_precedence, default=None)


def _precedence(row: Price) -> tuple[int, date, int, Decimal, date]:
    return -row.place, row.used_since, row.price_list_id, row.from_quantity, row.valid_from or _ALWAYS


def converted(unit_price: Decimal, percent: Decimal, *, with_tax: bool) -> Decimal:
    """A price with its tax put on, or with it taken out, in six places.

    Taken out as EN 16931 and our totals do it: the tax is gross x r / (1 + r), the net what is left.
    """
    with localcontext(prec=_DIGITS):
        if with_tax:
            return round_rate(unit_price * (100 + percent) / 100)
        return unit_price - round_rate(unit_price * percent / (100 + percent))


def percent_on(tax: Tax | None, on: date) -> Decimal:
    """What a price including tax includes of a product's usual tax on a day: the added rates, never those on top."""
    rates = tax.rates_on(on) if tax else []
    return sum((rate.percent for rate in rates if rate.kind == RateKind.ADDED), Decimal(0))


def at_tax(unit_price: Decimal, usual: Tax | None, suited: Tax | None, on: date) -> Decimal:
    """A price including a product's usual tax as it is with another tax: the net stays what it was."""
    if percent_on(usual, on) == percent_on(suited, on):
        return unit_price
    net = converted(unit_price, percent_on(usual, on), with_tax=False)
    return converted(net, percent_on(suited, on), with_tax=True)


def _held(row: Price, product: Product, terms: Terms) -> HeldPrice:
    price, with_tax = row.unit_price, terms.prices_include_tax
    if row.price_list.prices_include_tax != with_tax:
        price = converted(price, percent_on(product.tax, terms.on), with_tax=with_tax)
    return HeldPrice(price, row.price_list_id, row.price_list.name, row.from_quantity)


def _candidates(terms: Terms, product_ids: set[int]) -> QuerySet[Price]:
    """The valid rows of the lists that this document may use, each with its list's place."""
    lists = {"price_list__company": terms.company, "price_list__currency": terms.currency}
    rows = Price.objects.filter(product__in=product_ids, price_list__is_active=True, **lists).filter(valid_on(terms.on))
    is_default = When(price_list__is_default=True, then=Value(DEFAULT))
    if terms.customer is None:
        own = of_group = Value(None, output_field=DateField())
    else:
        own = _used_since(terms, customer=terms.customer)
        of_group = _used_since(terms, group__isnull=False, group=terms.customer.group_id)
    return (
        rows.select_related("price_list")
        .annotate(own_since=own, group_since=of_group)
        .annotate(
            place=Case(
                When(own_since__isnull=False, then=Value(OWN)),
                When(group_since__isnull=False, then=Value(OF_GROUP)),
                is_default,
                output_field=IntegerField(),
            ),
            used_since=Coalesce("own_since", "group_since", Value(_ALWAYS, output_field=DateField())),
        )
        .filter(place__isnull=False)
    )


def _used_since(terms: Terms, **whose: object) -> Subquery:
    """The day on which a list's use by somebody began; NULL where it is not in use."""
    uses = PriceListUse.objects.filter(valid_on(terms.on), price_list=OuterRef("price_list"), **whose).order_by()
    began = Coalesce("valid_from", Value(_ALWAYS, output_field=DateField()))
    return Subquery(uses.values("price_list").annotate(since=Max(began)).values("since"))


def valid_on(on: date) -> Q:
    """Rows whose days hold a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gte=on))
