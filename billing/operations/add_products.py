from collections.abc import Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from billing.models import PriceList, Product
from billing.operations.manage_products import ProductDetails, checked, fill_product, require_own, state_of
from billing.operations.set_prices import PriceDetails, price_row, price_words, require_prices
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record_all
from office.models import Company, User


class NewProduct(NamedTuple):
    """A product that is not there yet, with the prices it comes with."""

    details: ProductDetails
    prices: Sequence[PriceDetails] = ()


@transaction.atomic
def add_products(company: Company, batch: Sequence[NewProduct], *, by: User | None) -> list[Product]:
    """Add many products at once with their prices, as a file has them; all of them or none.

    Raises Refused where a detail or price cannot be so, or a code is taken.
    """
    batch = [each._replace(details=checked(each.details)) for each in batch]
    require_own(company, [each.details for each in batch])
    lists = PriceList.objects.filter(company=company).in_bulk(
        {price.price_list_id for each in batch for price in each.prices}
    )
    products = [Product(company=company) for _ in batch]
    for product, new in zip(products, batch, strict=True):
        require_prices(new.prices, lists)
        fill_product(product, new.details)
    _insert(products)
    pairs = list(zip(products, batch, strict=True))
    insert_all(price_row(product, price) for product, new in pairs for price in new.prices)
    prefetch_related_objects(products, "tax", "group")
    states = [_told(product, price_words(new.prices, lists)) for product, new in pairs]
    record_all(by, "add_product", products, after=states)
    return products


def _insert(products: list[Product]) -> None:
    try:
        with transaction.atomic():
            insert_all(products)
    except IntegrityError as error:
        if "product_code_once_per_company" not in str(error):
            raise
        raise Refused("A product of one of these codes is there already.", code="code_taken") from error


def _told(product: Product, prices: str) -> dict[str, object]:
    return {name: value for name, value in {**state_of(product), "prices": prices}.items() if value}
