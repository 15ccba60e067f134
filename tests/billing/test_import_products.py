"""Importing products by their code with their prices: dry first, safe to repeat, every wrong row named."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.importing.products import FIELDS
from billing.models import Price, PriceList, Product
from billing.operations.import_products import import_products
from ledger.refusals import Refused
from office.importing import Outcome
from office.models import AuditRecord, Company, Run
from office.reading import Mapping
from office.reading.mapping import match_headings
from office.reading.rows import read_headings
from office.reading.unpacking import unpacked
from office.work.runs import carry_out
from tests import world

pytestmark = pytest.mark.django_db

FILE = (
    "Code;Name;Type;Unit;Tax;Price;From quantity;Valid from;Currency\n"
    "0010;Oak shelf;goods;pc;VAT 19%;12,50;;;\n"
    "0010;;;;;11,00;10;;\n"
    "FIT;Fitting;service;HUR;VAT 19%;45,00;;2026-04-01;EUR\n"
)


@pytest.fixture(autouse=True)
def vat(company: Company) -> Any:
    return world.make_tax(company, "19")


def take(company: Company, content: str, **options: Any) -> Outcome:
    with unpacked(io.BytesIO(content.encode())) as table:
        mapping = match_headings(read_headings(table, Mapping({})), FIELDS)
        return import_products(company, table, mapping, **{"by": None, **options})


def test_new_products_come_in_with_their_prices_on_the_usual_list(company: Company, clerk: Any, vat: Any) -> None:
    outcome = take(company, FILE, by=clerk)

    assert dict(outcome.counts) == {"New": 2, "Changed": 1}
    shelf, fitting = Product.objects.order_by("code")
    assert (shelf.code, shelf.name, shelf.unit, shelf.tax) == ("0010", "Oak shelf", "C62", vat)
    assert (fitting.kind, fitting.unit) == ("service", "HUR")
    assert list(shelf.prices.values_list("from_quantity", "unit_price")) == [(1, Decimal("12.50")), (10, Decimal(11))]
    assert fitting.prices.get().valid_from == date(2026, 4, 1)
    assert PriceList.objects.get().is_default


def test_a_repeat_changes_nothing(company: Company) -> None:
    take(company, FILE)
    audited = AuditRecord.objects.count()

    assert dict(take(company, FILE).counts) == {"Same as before": 3}
    assert (AuditRecord.objects.count(), Price.objects.count()) == (audited, 3)


def test_a_changed_price_takes_the_place_of_the_old_and_the_rest_stays(company: Company) -> None:
    take(company, FILE)
    outcome = take(company, "Code;Price\n0010;13.00\n")

    assert dict(outcome.counts) == {"Changed": 1}
    shelf = Product.objects.get(code="0010")
    assert shelf.name == "Oak shelf"
    assert list(shelf.prices.values_list("from_quantity", "unit_price")) == [(1, 13), (10, 11)]


def test_a_dry_run_tells_the_same_and_keeps_nothing(company: Company) -> None:
    outcome = take(company, FILE, dry_run=True)

    assert dict(outcome.counts) == {"New": 2, "Changed": 1}
    assert outcome.first[0] == (2, "0010", "Oak shelf", "New")
    assert (Product.objects.count(), Price.objects.count(), PriceList.objects.count()) == (0, 0, 0)


WRONG = {
    "A;Shelf;;;GST;1;;;": "There is no tax 'GST'. Add it first, or correct the name.",
    "A;Shelf;;furlong;;1;;;": (
        "'furlong' is no unit. Use its UN/ECE Recommendation 20 code, such as C62 for pieces or HUR."
    ),
    "A;Shelf;animal;;;1;;;": "A product is goods or a service.",
    "A;Shelf;;;;-1;;;": "Price 1: a price cannot be below zero, nor this large.",
    "A;Shelf;;;;1;0;;": "Price 1: a quantity is above zero.",
    "A;Shelf;;;;1;;;EURO": "'EURO' is not a currency. Use its ISO code.",
    ";Shelf;;;;1;;;": "It is empty. Fill it in.",
    "A;Shelf;;;;x;;;": "This is not a number. Write it as a number, such as 1234.50.",
}


@pytest.mark.parametrize("row", WRONG)
def test_a_wrong_row_says_how_to_mend_it_and_leaves_the_others(company: Company, row: str) -> None:
    outcome = take(company, FILE + row + "\n")

    assert dict(outcome.counts) == {"New": 2, "Changed": 1, "Wrong": 1}
    assert [(trouble.line, trouble.advice) for trouble in outcome.troubles] == [(5, WRONG[row])]
    assert not Product.objects.filter(code="A").exists()


def test_the_same_price_twice_in_a_file_is_told(company: Company) -> None:
    outcome = take(company, "Code;Name;Price\nA;Shelf;1.00\nA;Shelf;2.00\n")

    assert [trouble.line for trouble in outcome.troubles] == [3]
    assert Price.objects.get().unit_price == 1


def test_all_or_none_takes_nothing_where_a_row_is_wrong(company: Company) -> None:
    with pytest.raises(Refused) as refusal:
        take(company, "Code;Name;Price\nA;Shelf;1.00\nB;Chair;-2.00\n", all_or_none=True)
    assert refusal.value.code == "rows_wrong"
    assert Product.objects.count() == 0


def test_the_run_on_screen_does_the_same(company: Company, clerk: Any) -> None:
    content = b"Code;Name;Price\nA;Shelf;1.00\n"
    mapping = match_headings(["Code", "Name", "Price"], FIELDS)
    run = Run.objects.create(
        company=company,
        by=clerk,
        kind="import_products",
        title="Import",
        input_file=content,
        parameters={"mapping": mapping.as_json(), "dry_run": False},
    )
    list(carry_out(run.pk))

    run.refresh_from_db()
    assert (run.status, run.result) == ("done", {"New": 1})
    assert Product.objects.get().prices.get().unit_price == 1


def many(count: int, price: str = "1.00", start: int = 0) -> str:
    return "Code;Name;Price\n" + "".join(f"P{number};Product {number};{price}\n" for number in range(start, count))


def test_new_products_are_added_together_each_with_its_own_record(company: Company, clerk: Any, vat: Any) -> None:
    take(company, "Code;Name;Price\nFIRST;First;1.00\n")  # makes the usual list
    outcome = take(company, "Code;Name;Tax;Price\nA;Shelf;VAT 19%;2.50\nB;Chair;;\nC;Desk;GST;1.00\n", by=clerk)

    assert dict(outcome.counts) == {"New": 2, "Wrong": 1}
    assert [(row[0], row[1], row[3]) for row in outcome.first] == [(2, "A", "New"), (3, "B", "New"), (4, "C", "Wrong")]
    told = {"kind": "goods", "unit": "C62", "is_active": "True"}
    records = AuditRecord.objects.filter(action="add_product", by=clerk).order_by("pk")
    assert [row.after for row in records] == [
        {"code": "A", "name": "Shelf", "tax": str(vat), "prices": "Standard prices EUR: 2.5 from 1", **told},
        {"code": "B", "name": "Chair", **told},
    ]
    shelf = Product.objects.get(code="A")
    assert (shelf.sort_name, shelf.tax, shelf.prices.get().unit_price) == ("shelf", vat, Decimal("2.50"))


def test_a_code_on_several_rows_is_taken_in_their_order(company: Company) -> None:
    take(company, many(3))
    outcome = take(
        company, "Code;Name;Price;From quantity\nP1;Changed;1.00;1\nP1;Product 1;0.90;10\nP2;Product 2;1.00;1\n"
    )

    assert [row[3] for row in outcome.first] == ["Changed", "Changed", "Same as before"]
    product = Product.objects.get(code="P1")
    assert (product.name, product.prices.count()) == ("Product 1", 2)


@pytest.mark.parametrize("content", ["new", "the same again"])
def test_many_rows_take_as_many_queries_as_few(company: Company, content: str) -> None:
    take(company, many(1))
    counts = []
    for first, last in ((10, 12), (20, 60)):
        if content != "new":
            take(company, many(last, start=first))
        with CaptureQueriesContext(connection) as queries:
            take(company, many(last, start=first))
        counts.append(len(queries))
    assert counts[0] == counts[1]
