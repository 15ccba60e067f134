"""Which price holds.

The customer's own price list comes first, then that of the customer's group, then the default list of the document's
currency. Of several lists of one kind the use that began last goes first. The first list that has a price of the
product decides: of its rows that are valid on the day, the one with the greatest quantity not above the line's and, of
two such, the one that became valid last. A quantity below zero, for goods that come back, counts as if it were above.
Lists that are retired, or in another currency, hold no price.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from django.db.models import Q

from billing.models import Price, PriceList, PriceListUse, Product, RateKind, Tax
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
    """The price of each, in their order; None where no list has one."""
    return held_prices_of([(terms, each) for each in asked])


def held_prices_of(asked: Sequence[tuple[Terms, Asked]]) -> list[HeldPrice | None]:
    """The prices for many documents of one company; two queries for each currency, however many are asked."""
    together: dict[str, list[int]] = defaultdict(list)
    for number, (terms, _) in enumerate(asked):
        together[terms.currency].append(number)
    held: list[HeldPrice | None] = [None] * len(asked)
    for numbers in together.values():
        for number, price in zip(numbers, _held_alike([asked[number] for number in numbers]), strict=True):
            held[number] = price
    return held


def _held_alike(asked: Sequence[tuple[Terms, Asked]]) -> Iterator[HeldPrice | None]:
    """The prices for documents of one currency."""
    all_terms = [terms for terms, _ in asked]
    uses = _uses(all_terms)
    used = {use.price_list_id for theirs in uses.values() for use in theirs}
    rows = _rows(all_terms, {each.product.pk for _, each in asked}, used)
    for terms, each in asked:
        held = [row for row in rows.get(each.product.pk, []) if _holds(row, terms.on)]
        row = _chosen(held, _places(terms, uses), each.quantity)
        yield _held(row, each.product, terms) if row else None


Uses = Mapping[tuple[str, int | None], Sequence[PriceListUse]]
"""By customer or group, the lists they use on some of the days that are asked for."""


def _uses(terms: Sequence[Terms]) -> Uses:
    customers = {each.customer.pk: each.customer for each in terms if each.customer}
    groups = {customer.group_id for customer in customers.values()} - {None}
    theirs = Q(customer__in=customers) | Q(group__in=groups)
    uses: dict[tuple[str, int | None], list[PriceListUse]] = defaultdict(list)
    for use in PriceListUse.objects.filter(_valid_within(terms), theirs) if customers else ():
        uses["customer" if use.customer_id else "group", use.customer_id or use.group_id].append(use)
    return uses


def _rows(terms: Sequence[Terms], product_ids: Collection[int], used: Collection[int]) -> dict[int, list[Price]]:
    """The rows that are valid on some of the days, by product, of the default list and of those in use."""
    rows = Price.objects.filter(
        _valid_within(terms),
        Q(price_list__is_default=True) | Q(price_list__in=used),
        product__in=product_ids,
        price_list__company=terms[0].company,
        price_list__currency=terms[0].currency,
        price_list__is_active=True,
    )
    by_product: dict[int, list[Price]] = defaultdict(list)
    for row in rows.select_related("price_list"):
        by_product[row.product_id].append(row)
    return by_product


def _places(terms: Terms, uses: Uses) -> dict[int, tuple[int, date]]:
    """The lists that a document uses besides the default one: of which kind, and since when."""
    if terms.customer is None:
        return {}
    of_group = _since(uses.get(("group", terms.customer.group_id), ()), terms.on)
    own = _since(uses.get(("customer", terms.customer.pk), ()), terms.on)
    return {pk: (OF_GROUP, since) for pk, since in of_group.items()} | {pk: (OWN, since) for pk, since in own.items()}


def _since(uses: Iterable[PriceListUse], on: date) -> dict[int, date]:
    """The lists in use on a day, each with the day on which its latest use began."""
    lists: dict[int, date] = {}
    for use in uses:
        if _holds(use, on):
            lists[use.price_list_id] = max(lists.get(use.price_list_id, _ALWAYS), use.valid_from or _ALWAYS)
    return lists


def _chosen(rows: Iterable[Price], places: Mapping[int, tuple[int, date]], quantity: Decimal) -> Price | None:
    """The row of one product that holds for a quantity."""
    fitting = [
        (_precedence(row, *place), row)
        for row in rows
        if row.from_quantity <= abs(quantity) and (place := _place(row.price_list, places))
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _place(price_list: PriceList, places: Mapping[int, tuple[int, date]]) -> tuple[int, date] | None:
    return places.get(price_list.pk) or ((DEFAULT, _ALWAYS) if price_list.is_default else None)


def _precedence(row: Price, place: int, used_since: date) -> tuple[int, date, int, Decimal, date]:
    return -place, used_since, row.price_list_id, row.from_quantity, row.valid_from or _ALWAYS


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


def valid_on(on: date) -> Q:
    """Rows whose days hold a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gte=on))


def _valid_within(terms: Sequence[Terms]) -> Q:
    """Rows whose days hold some of those from the first to the last that is asked for."""
    days = [each.on for each in terms]
    begun = Q(valid_from=None) | Q(valid_from__lte=max(days))
    return begun & (Q(valid_until=None) | Q(valid_until__gte=min(days)))


def _holds(row: Price | PriceListUse, on: date) -> bool:
    """Whether the days of a row hold a day."""
    return (row.valid_from or on) <= on <= (row.valid_until or on)
