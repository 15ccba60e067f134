"""Products and prices as a person would type them."""

from typing import Any

from tests import world
from tests.rules.hostile import Forms


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    product = world.make_product(customer.company, "SHELF")
    price_list = world.make_price_list(customer.company, "Retail")
    goods = {"code": "B", "name": "Bench", "kind": "goods", "unit": "pc", "tax": "", "group": "", "description": "d"}
    prices = {"prices-TOTAL_FORMS": "1", "prices-INITIAL_FORMS": "0", "prices-0-price_list": str(price_list.pk)}
    prices |= {"prices-0-from_quantity": "1", "prices-0-unit_price": "5", "prices-0-valid_from": "2026-03-02"}
    prices |= {"prices-0-valid_until": "", "version": "1"}
    listed = {"name": "Trade", "currency": "EUR", "is_default": ""}
    quick = {"new-code": "Q", "new-name": "Quick", "new-unit": "C62", "new-unit_price": "5", "new-currency": "EUR"}
    use = {"customer": str(customer.pk), "group": "", "valid_from": "2026-03-02", "valid_until": ""}
    return {
        "billing:product_new": ([], goods),
        "billing:product_edit": ([product.pk], goods | {"version": "1"}),
        "billing:set_prices": ([product.pk], prices),
        "billing:quick_product": ([], quick),
        "billing:price_list_new": ([], listed),
        "billing:price_list_edit": ([price_list.pk], listed),
        "billing:assign_price_list": ([price_list.pk], use),
        "billing:product_group_list": ([], {"name": "g", "sales_account": "1"}),
    }
