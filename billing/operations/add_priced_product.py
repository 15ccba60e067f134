from decimal import Decimal

from django.db import transaction

from billing.models import Product
from billing.operations.manage_price_lists import usual_list
from billing.operations.manage_products import ProductDetails, add_product
from billing.operations.set_prices import PriceDetails, set_prices
from ledger.refusals import Refused
from office.models import Company, User


@transaction.atomic
def add_priced_product(
    company: Company, details: ProductDetails, unit_price: Decimal | None, currency: str, *, by: User | None
) -> Product:
    """Add a product with its price on the default list of a currency, where a price is given.

    Raises Refused as adding and pricing do, and for a price from somebody who may set none.
    """
    product = add_product(company, details, by=by)
    if unit_price is None:
        return product
    if by and not by.has_perm("billing.manage_prices"):
        raise Refused("You may add products but set no prices. Leave the price empty.", code="no_price_rights")
    price = PriceDetails(usual_list(company, currency, by=by).pk, unit_price)
    return set_prices(product.pk, [price], version=product.version, by=by)
