from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from billing.models import Price, PriceList, Product
from billing.operations.manage_price_lists import require_days_in_order
from billing.operations.manage_products import locked_product
from ledger.refusals import Refused
from office.audit import record
from office.models import User

LARGEST = Decimal(10) ** 12


@dataclass(frozen=True)
class PriceDetails:
    """A price on a list from a quantity on, from a day to a day; an empty day has no end."""

    price_list_id: int
    unit_price: Decimal
    from_quantity: Decimal = Decimal(1)
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def key(self) -> tuple[int, Decimal, date | None]:
        """What makes it one price and not another."""
        return self.price_list_id, self.from_quantity, self.valid_from


@transaction.atomic
def set_prices(product_id: int, prices: Sequence[PriceDetails], *, version: int, by: User | None) -> Product:
    """Make these the prices of a product that was read at `version`: others go, drafts keep what they have.

    Raises Refused where two are the same, a list is not the company's, or a quantity, price or day cannot be.
    """
    product = locked_product(product_id, version)
    lists = PriceList.objects.filter(company=product.company_id).in_bulk({price.price_list_id for price in prices})
    require_prices(prices, lists)
    before = prices_of(product)
    if set(before) == set(prices):
        return product
    product.prices.all().delete()
    Price.objects.bulk_create(price_row(product, price) for price in prices)
    product.version += 1
    product.save()
    lists |= PriceList.objects.in_bulk({price.price_list_id for price in before})
    record(
        by,
        "set_prices",
        product,
        before={"prices": price_words(before, lists)},
        after={"prices": price_words(prices, lists)},
    )
    return product


def prices_of(product: Product) -> list[PriceDetails]:
    """A product's prices as they could be set."""
    return [
        PriceDetails(row.price_list_id, row.unit_price, row.from_quantity, row.valid_from, row.valid_until)
        for row in product.prices.all()
    ]


def price_row(product: Product, price: PriceDetails) -> Price:
    """A price of a product, unsaved."""
    return Price(
        product=product,
        price_list_id=price.price_list_id,
        unit_price=price.unit_price,
        from_quantity=price.from_quantity,
        valid_from=price.valid_from,
        valid_until=price.valid_until,
    )


def require_prices(prices: Sequence[PriceDetails], lists: Container[int]) -> None:
    """Raises Refused where two prices of a product are the same, or one cannot be, or is on none of the lists by id."""
    for place, price in enumerate(prices, start=1):
        _check(place, price, lists)
    if len({price.key for price in prices}) < len(prices):
        raise Refused("Two prices of one list have the same quantity and first day. Keep one.", code="price_twice")


def _check(place: int, price: PriceDetails, lists: Container[int]) -> None:
    if price.price_list_id not in lists:
        raise Refused(f"Price {place}: that list is not one of this company's.", code="unknown_list")
    if not 0 < price.from_quantity < LARGEST:
        raise Refused(f"Price {place}: a quantity is above zero.", code="bad_quantity")
    if not 0 <= price.unit_price < LARGEST:
        raise Refused(f"Price {place}: a price cannot be below zero, nor this large.", code="bad_price")
    require_days_in_order(price.valid_from, price.valid_until)


def price_words(prices: Sequence[PriceDetails], lists: Mapping[int, PriceList]) -> str:
    """Prices as the audit trail tells them."""
    return "; ".join(
        f"{lists[price.price_list_id]}: {price.unit_price.normalize():f} from {price.from_quantity.normalize():f}"
        + (f" since {price.valid_from}" if price.valid_from else "")
        + (f" until {price.valid_until}" if price.valid_until else "")
        for price in prices
    )
