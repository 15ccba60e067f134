"""Case LNK-04: a person limited to their own customers, by the API."""

from datetime import date
from typing import Any, NamedTuple

import pytest

from billing.models import Invoice
from ledger.models import Allocation
from office.models import Company
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 1)
NOT_FOUND = (404, "not_found")


class Shop(NamedTuple):
    """A person who sees customer A alone, and the papers of A and B."""

    program: Program
    a: Any
    b: Any
    invoice_a: Invoice
    invoice_b: Invoice


@pytest.fixture
def shop(company: Company) -> Shop:
    user = world.make_user(company, "manager", only_own_customers=True)
    a = world.make_customer(company, "Aspen", sales_owner_id=user.pk)
    b = world.make_customer(company, "Beech")
    return Shop(Program(user), a, b, world.issue(a, "100.00", DAY), world.issue(b, "900.00", DAY))


def test_lnk_04_no_document_is_made_for_anothers_customer(shop):
    lines = [{"description": "Work", "unit_price": "1.00"}]
    draft = shop.program.post("invoices/", {"customer": shop.a.pk, "lines": lines}).json()

    assert refused(shop.program.post("invoices/", {"customer": shop.b.pk, "lines": lines})) == NOT_FOUND
    moved = {"customer": shop.b.pk, "lines": lines, "version": draft["version"]}
    assert refused(shop.program.put(f"invoices/{draft['id']}/", moved)) == NOT_FOUND
    assert refused(shop.program.post("receipts/", {"customer": shop.b.pk, "amount": "1.00"})) == NOT_FOUND
    assert not Invoice.objects.filter(customer=shop.b).exclude(pk=shop.invoice_b.pk).exists()


def test_lnk_04_nothing_of_anothers_customer_is_read(shop):
    receipt = world.receive(shop.b, "1.00", DAY)
    paths = [
        f"customers/{shop.b.pk}/",
        f"customers/{shop.b.pk}/open-items/",
        f"invoices/{shop.invoice_b.pk}/",
        f"invoices/{shop.invoice_b.pk}/pdf/",
        f"invoices/{shop.invoice_b.pk}/links/",
        f"receipts/{receipt.pk}/",
    ]
    assert [refused(shop.program.get(path)) for path in paths] == [NOT_FOUND] * len(paths)


def test_lnk_04_nothing_is_done_with_anothers_document(shop):
    reason = {"reason": "Wrong"}
    posts = [("issue", {}), ("send", {}), ("void", reason), ("credit", reason)]

    answers = [shop.program.post(f"invoices/{shop.invoice_b.pk}/{act}/", body) for act, body in posts]

    assert [refused(answer) for answer in answers] == [NOT_FOUND] * len(posts)
    assert Invoice.objects.get(pk=shop.invoice_b.pk).status == "issued"


def test_lnk_04_ones_own_payment_is_not_applied_to_anothers_invoice(shop):
    receipt = world.receive(shop.a, "100.00", DAY)
    pair = {
        "debit": world.item_of(shop.invoice_b).pk,
        "credit": world.item_of(receipt).pk,
        "amount": "1.00",
    }
    share = {"item": world.item_of(shop.invoice_b).pk, "amount": "1.00"}

    applied = shop.program.post("allocations/", {"customer": shop.a.pk, "pairs": [pair]})
    received = shop.program.post("receipts/", {"customer": shop.a.pk, "amount": "1.00", "allocate": [share]})

    assert refused(applied) == (409, "another_customer")
    assert refused(received) == (409, "another_customer")
    assert refused(shop.program.post("allocations/", {"customer": shop.b.pk, "pairs": [pair]})) == NOT_FOUND
    assert not Allocation.objects.exists()


def test_lnk_04_lists_search_and_totals_hold_ones_own_alone(shop):
    world.receive(shop.b, "1.00", DAY)

    def ids(path, **query):
        return [row["id"] for row in shop.program.get(path, **query).json()["results"]]

    assert ids("customers/") == [shop.a.pk]
    assert ids("customers/", q="beech") == []
    assert ids("invoices/") == [shop.invoice_a.pk]
    assert ids("invoices/", customer=shop.b.pk) == []
    assert ids("receipts/") == []


def test_lnk_04_the_ageing_holds_ones_own_alone_and_claims_no_whole_book(shop):
    answer = shop.program.get("reports/ageing/", on="2026-03-31").json()

    [table] = answer["tables"]
    assert [(row["values"]["name"], row["values"]["total"]) for row in table["rows"]] == [("Aspen", "100.00")]
    assert [row["values"]["total"] for row in table["foot"]] == ["100.00"]
    assert (answer["proofs"], answer["not_compared"] != "") == ([], True)
    [items] = shop.program.get("reports/open-items/", on="2026-03-31").json()["tables"]
    assert [row["values"]["reference"] for row in items["rows"]] == [shop.invoice_a.number]
    theirs = shop.program.get("reports/open-items/", customer=shop.b.pk).json()
    assert theirs["tables"][0]["rows"] == []
    assert shop.b.name not in theirs["about"]


def test_who_is_limited_owns_the_customers_they_add(shop):
    added = shop.program.post("customers/", {"name": "Cedar"})

    assert added.status_code == 201
    assert shop.program.get(f"customers/{added.json()['id']}/").status_code == 200
