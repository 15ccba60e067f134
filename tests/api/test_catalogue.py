"""Products, price lists and prices for programs."""

from decimal import Decimal
from typing import Any

import pytest

from billing.models import PriceList, Product
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db


def make_product(program: Program, **details: Any) -> dict[str, Any]:
    answer = program.post("products/", {"code": "SHELF", "name": "Oak shelf"} | details)
    assert answer.status_code == 201, answer.content
    return answer.json()


def make_list(program: Program, **details: Any) -> dict[str, Any]:
    return program.post("price-lists/", {"name": "Retail", "currency": "EUR", "is_default": True} | details).json()


def test_a_product_is_added_changed_and_retired(program: Program) -> None:
    product = make_product(program, unit="HUR", kind="service")
    assert (product["unit"], product["kind"], product["version"]) == ("HUR", "service", 1)

    changed = program.put(f"products/{product['id']}/", {"code": "SHELF", "name": "Ash shelf", "version": 1})
    assert changed.json()["name"] == "Ash shelf"
    stale = program.put(f"products/{product['id']}/", {"code": "SHELF", "name": "Old", "version": 1})
    assert refused(stale) == (409, "stale")

    assert program.post(f"products/{product['id']}/retire/").json()["is_active"] is False
    assert [row["code"] for row in program.get("products/", q="ash").json()["results"]] == ["SHELF"]
    assert program.get("products/", is_active="true").json()["results"] == []


def test_prices_are_set_read_and_asked_for(program: Program, customer: Any) -> None:
    product, listed = make_product(program), make_list(program)
    prices = [
        {"price_list_id": listed["id"], "unit_price": "10.00"},
        {"price_list_id": listed["id"], "unit_price": "8.50", "from_quantity": "10", "valid_from": "2026-01-01"},
    ]
    answer = program.put(f"products/{product['id']}/prices/", {"prices": prices, "version": 1})

    assert answer.json()["version"] == 2
    assert [row["unit_price"] for row in program.get("prices/", product=product["id"]).json()["results"]] == [
        "10",
        "8.5",
    ]
    asked = {"product": product["id"], "customer": customer.pk, "quantity": "12", "on": "2026-03-02"}
    assert program.get("held-price/", **asked).json() == {
        "currency": "EUR",
        "price": {"unit_price": "8.5", "price_list_id": listed["id"], "price_list": "Retail", "from_quantity": "10"},
    }
    assert program.get("held-price/", product=product["id"], currency="USD").json()["price"] is None


def test_a_line_that_names_a_product_needs_nothing_else(program: Program, company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "19")
    product = world.make_product(company, "SHELF", tax_id=vat.pk)
    world.make_price(product, world.make_price_list(company, "Retail"), "10")

    lines = [{"product_id": product.pk, "quantity": "3"}, {"product_id": product.pk, "tax_id": None}]
    line, untaxed = program.post("invoices/", {"customer": customer.pk, "lines": lines}).json()["lines"]

    assert (line["product_id"], line["item_code"], line["description"]) == (product.pk, "SHELF", "Shelf")
    assert (line["unit_price"], line["net"], line["tax_id"]) == ("10", "30.00", vat.pk)
    assert untaxed["tax_id"] is None


def test_a_line_without_product_still_needs_text_and_price(program: Program, customer: Any) -> None:
    answer = program.post("invoices/", {"customer": customer.pk, "lines": [{"quantity": "3"}]})
    assert refused(answer) == (400, "invalid_input")
    assert answer.json()["errors"]["lines"]["0"] == {
        "description": ["This field is required."],
        "unit_price": ["This field is required."],
    }


def test_a_list_is_given_to_a_group_and_withdrawn(program: Program, company: Any) -> None:
    listed = make_list(program)
    group = program.post("customer-groups/", {"name": "Trade"}).json()
    use = program.post(f"price-lists/{listed['id']}/uses/", {"group_id": group["id"]}).json()

    assert program.get(f"price-lists/{listed['id']}/uses/").json()["results"] == [use]
    assert program.delete(f"price-list-uses/{use['id']}/").status_code == 204
    assert program.get(f"price-lists/{listed['id']}/uses/").json()["results"] == []


def test_what_is_another_companys_is_not_found(program: Program, stranger: Program, company: Any) -> None:
    product, listed = make_product(program), make_list(program)
    for path in (f"products/{product['id']}/", f"products/{product['id']}/prices/", f"price-lists/{listed['id']}/"):
        assert refused(stranger.get(path)) == (404, "not_found")
    assert refused(stranger.get("held-price/", product=product["id"])) == (404, "not_found")
    assert stranger.get("products/").json()["results"] == []
    assert stranger.get("prices/").json()["results"] == []


def test_an_auditor_reads_and_writes_nothing(program: Program, auditor: Program) -> None:
    product = make_product(program)
    assert auditor.get(f"products/{product['id']}/").status_code == 200
    assert refused(auditor.post("products/", {"code": "B", "name": "B"}))[0] == 403
    assert refused(auditor.put(f"products/{product['id']}/prices/", {"prices": [], "version": 1}))[0] == 403
    assert (Product.objects.count(), PriceList.objects.count()) == (1, 0)


def test_an_exact_price_keeps_its_six_places(program: Program) -> None:
    product, listed = make_product(program), make_list(program)
    price = {"price_list_id": listed["id"], "unit_price": "0.123456"}
    program.put(f"products/{product['id']}/prices/", {"prices": [price], "version": 1})
    assert Product.objects.get().prices.get().unit_price == Decimal("0.123456")
