"""What stands anywhere in a number is found by an index: the same rows as by looking at each."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from billing.models import Invoice
from customers.models import Customer
from office import letters
from office.letters import standing_in
from tests import world

FIELDS = ("number", "po_number", "source_reference")


def found(word: str, fields: tuple[str, ...] = FIELDS) -> list[str]:
    rows = Invoice.objects.filter(standing_in(Invoice, fields, word))
    return sorted(rows.values_list("po_number", flat=True))


@pytest.fixture
def invoices(customer: Any) -> list[Invoice]:
    made = [world.draft(customer, "1.00", po_number=number) for number in ("A-1001", "A-1002", "B-1001")]
    for draft, reference in zip(made, ("Order äß 7", "50%_off", ""), strict=True):
        Invoice.objects.filter(pk=draft.pk).update(source_reference=reference)
    return made


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("1001", ["A-1001", "B-1001"]),
        ("a-100", ["A-1001", "A-1002"]),
        ("-1", ["A-1001", "A-1002", "B-1001"]),
        ("ÄSS", []),
        ("r Ä", ["A-1001"]),
        ("50%_", ["A-1002"]),
        ("50__", []),
        ("1001 ORD", []),
        ("1001B", []),
    ],
)
def test_a_part_of_any_field_is_found_whatever_its_length_and_case(
    invoices: Any, word: str, numbers: list[str]
) -> None:
    assert found(word) == numbers


def test_fields_that_are_not_asked_for_do_not_count(invoices: Any) -> None:
    assert found("Order", ("po_number",)) == []


def test_related_rows_count_few_or_many(invoices: Any, customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = (*FIELDS, "customer__name")
    everything = ["A-1001", "A-1002", "B-1001"]
    assert found(customer.name[1:5].upper(), fields) == everything
    monkeypatch.setattr(letters, "MOST_RELATED", 0)
    assert found(customer.name[1:5].upper(), fields) == everything
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(("word", "is_used"), [("A-1001", True), ("A-", False)])
def test_the_index_is_used_where_the_word_is_long_enough(invoices: Any, word: str, is_used: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Invoice.objects.filter(standing_in(Invoice, FIELDS, word)).order_by().explain()
    assert ("invoice_by_letters" in plan) == is_used


class SameAsLookingAtEachRow(TestCase):
    """Of any texts and any word."""

    @settings(max_examples=25)
    @given(st.lists(st.text("aAäß %_-1", max_size=8), max_size=5), st.text("aAäß%_-1", min_size=1, max_size=5))
    def test_any(self, texts: list[str], word: str) -> None:
        customer = world.make_customer(world.make_company())
        for text in texts:
            world.draft(customer, "1.00", po_number=text)
        looked_at = Q(number__icontains=word) | Q(po_number__icontains=word) | Q(source_reference__icontains=word)
        by_index = Invoice.objects.filter(standing_in(Invoice, FIELDS, word))
        assert set(by_index) == set(Invoice.objects.filter(looked_at))
