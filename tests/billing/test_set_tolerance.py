"""By how much an order may be passed is set by page and program, is a rule with versions, and holds at once."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import Tolerance
from billing.operations.issue_invoice import issue_invoice
from billing.operations.set_tolerance import ToleranceDetails, set_tolerance
from billing.orders.compare import Result, comparison_of
from ledger.refusals import Refused
from office.models import AuditRecord, PolicyVersion
from tests import world
from tests.api.calling import Program, refused
from tests.billing.ordering import ORDERED, make_order, order_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(company: Any) -> Any:
    return world.make_user(company, "administrator")


def quantity(percent: str) -> ToleranceDetails:
    return ToleranceDetails(quantity_percent=Decimal(percent))


def is_within(customer: Any, **line: Any) -> bool:
    """Whether 11 billed of 10 ordered are within the tolerance."""
    order = make_order(customer, order_line("10", **line))
    draft = world.draft(customer, [world.line("12.50", "11", order_line_id=order.lines.get().pk)])
    issue_invoice(draft.pk, override="Agreed", by=None, on=ORDERED)
    [row] = [row for row in comparison_of(order) if row.result == Result.OVER_BILLED]
    return row.is_within


def test_the_most_specific_holds_at_once(company: Any, customer: Any) -> None:
    product = world.make_product(company, "SHELF")
    assert not is_within(customer)
    set_tolerance(company, quantity("10"), by=None)
    assert is_within(customer)
    set_tolerance(company, quantity("9.999999"), customer=customer, by=None)
    assert not is_within(customer)
    set_tolerance(company, quantity("10"), product=product, by=None)
    assert is_within(customer, product_id=product.pk)
    set_tolerance(company, quantity("0"), customer=customer, product=product, by=None)
    assert not is_within(customer, product_id=product.pk)
    assert is_within(customer, product_id=product.pk, tolerance_percent=Decimal(10))
    set_tolerance(company, ToleranceDetails(), customer=customer, by=None)
    assert is_within(customer)


def test_it_is_a_rule_with_versions_and_a_row_in_the_audit_trail(company: Any, customer: Any) -> None:
    set_tolerance(company, quantity("10"), by=None)
    set_tolerance(company, ToleranceDetails(price_percent=Decimal("2.5")), customer=customer, by=None)
    set_tolerance(company, ToleranceDetails(), by=None)
    said = [
        sorted(words for key, words in version.rules.items() if key.startswith("tolerances."))
        for version in PolicyVersion.objects.order_by("version")
    ]
    all_of_it = "All customers, all products: quantity 10 % may be passed."
    theirs = f"{customer}, all products: price 2.5 % may be passed."
    assert said[1:] == [[all_of_it], sorted([all_of_it, theirs]), [theirs]]
    assert said[0] == ["Nothing may be billed beyond what was ordered, where an order does not say so."]
    rows = AuditRecord.objects.filter(action="set_tolerance").order_by("pk")
    assert [(row.before, row.after.get("quantity"), row.after["customer"]) for row in rows] == [
        ({}, "10", "all"),
        ({}, None, str(customer)),
        ({"quantity": "10"}, None, "all"),
    ]


@pytest.mark.parametrize("percent", ["-1", "100.1", "0.0000001"])
def test_what_is_no_percentage_is_refused(company: Any, percent: str) -> None:
    with pytest.raises(Refused, match="0 to 100 percent"):
        set_tolerance(company, quantity(percent), by=None)


def test_what_makes_no_sense_is_refused(company: Any, customer: Any) -> None:
    def code(details: ToleranceDetails, **whose: Any) -> str:
        with pytest.raises(Refused) as refused_:
            set_tolerance(company, details, **whose, by=None)
        return refused_.value.code

    product = world.make_product(company, "SHELF")
    assert code(ToleranceDetails(amount_percent=Decimal(1)), product=product) == "amount_of_product"
    assert code(ToleranceDetails()) == "nothing_set"
    stranger = world.make_customer(world.make_company(), "Stranger")
    assert code(quantity("1"), customer=stranger) == "other_company"
    assert not Tolerance.objects.exists()


def test_the_page_sets_and_removes_it(company: Any, customer: Any, administrator: Any) -> None:
    client = Client()
    client.force_login(administrator)
    typed = {"customer": customer.number, "product": "", "quantity_percent": "5", "price_percent": "1.5"}
    page = client.post("/settings/tolerances/", typed, follow=True).content.decode()
    assert "quantity 5 %" in page
    assert "price 1.5 %" in page
    wrong = client.post("/settings/tolerances/", typed | {"customer": "none", "product": "none"}).content.decode()
    assert "No customer has the number none." in wrong
    assert "No product has the code none." in wrong
    row = Tolerance.objects.get()
    assert (row.customer, row.product, row.quantity_percent) == (customer, None, 5)
    page = client.post(f"/settings/tolerances/{row.pk}/remove/", follow=True).content.decode()
    assert "Nothing may be passed." in page


def test_programs_set_and_remove_it(company: Any, customer: Any, administrator: Any, clerk: Any) -> None:
    product = world.make_product(company, "SHELF")
    program = Program(administrator)
    body = {"customer": customer.pk, "product": product.pk, "quantity_percent": "5"}
    [row] = program.put("tolerances/", body).json()["results"]
    assert (row["customer"], row["product"], row["quantity_percent"]) == (customer.pk, product.pk, "5.000000")
    assert Program(clerk).get("tolerances/").json()["results"] == [row]
    assert Program(clerk).put("tolerances/", body).status_code == 403
    assert refused(program.put("tolerances/", {})) == (409, "nothing_set")
    assert program.put("tolerances/", {"product": 0}).status_code in (400, 404)
    assert program.put("tolerances/", body | {"quantity_percent": None}).json()["results"] == []
